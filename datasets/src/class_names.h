// SPDX-License-Identifier: Apache-2.0
// From labels to classes.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace hearth::datasets {

/// Sorted; "12" before "2" is not the order of numbers, which is taken where all names are whole
/// numbers.
std::vector<std::string> in_order(std::vector<std::string> names);

/// Each label as an index into the classes, -1 if it is none of them. Empty `classes` become the
/// labels there are, in order.
std::vector<int64_t> index_labels(const std::vector<std::string>& labels,
                                  std::vector<std::string>& classes);

}  // namespace hearth::datasets
