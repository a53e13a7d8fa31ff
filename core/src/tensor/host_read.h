// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "hearth/base/macros.h"
#include "hearth/base/source_location.h"

namespace hearth {

/// Throws when calls of this thread are being recorded to run again (Interceptor::records):
/// `function` is about to take values out of a tensor, or to write some past the record.
HEARTH_API void check_host_read(std::string_view function, const SourceLocation& where = {});

}  // namespace hearth
