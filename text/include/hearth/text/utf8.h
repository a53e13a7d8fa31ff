// SPDX-License-Identifier: Apache-2.0
// Whether bytes are UTF-8, and what to make of those that are not.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "hearth/base/macros.h"

namespace hearth::text::unicode {

/// Where the first byte is that belongs to no valid code point; size() if there is none.
HEARTH_API size_t find_invalid(std::string_view text);
/// With U+FFFD in place of each longest piece that begins a code point and doesn't end it, and of
/// each other stray byte, as Python's errors="replace" has it. Counts them if asked to.
HEARTH_API std::string replace_invalid(std::string_view text, int64_t* count = nullptr);

}  // namespace hearth::text::unicode
