// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace hearth::pretrained {

/// A file of data/ that is part of the library, by its path there; empty for another.
std::string_view embedded_file(std::string_view name);

}  // namespace hearth::pretrained
