// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "hearth/base/macros.h"

namespace hearth {

/// A text, or how it begins, without the byte order mark that UTF-8 may have (EF BB BF). Throws
/// FormatError, which says what to do, for those of UTF-16; `source` names the file.
HEARTH_API std::string_view without_byte_order_mark(std::string_view text, std::string_view source);

}  // namespace hearth
