// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace hearth::data {

/// 0 .. n-1 in an order that depends on the seed alone.
std::vector<size_t> permutation(size_t n, uint64_t seed);

}  // namespace hearth::data
