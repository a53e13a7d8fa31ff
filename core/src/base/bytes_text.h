// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>

#include "hearth/base/macros.h"

namespace hearth {

/// "512 B", "1.50 KiB", "2.00 GiB".
HEARTH_API std::string bytes_text(size_t bytes);

}  // namespace hearth
