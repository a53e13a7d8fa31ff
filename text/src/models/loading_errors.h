// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "hearth/base/error.h"

namespace hearth::text {

/// What `make` makes of a file; what is wrong is FormatError, "[source] `verdict`: ...", unless the
/// file cannot be read or memory ends.
template <typename Make>
auto with_source(const std::string& source, const std::string& verdict, const Make& make) {
  try {
    return make();
  } catch (const FileError&) {
    throw;
  } catch (const OutOfMemory&) {
    throw;
  } catch (const Error& e) {
    throw FormatError(cat_str("[", source, "] ", verdict, ": ", e.what()));
  }
}

}  // namespace hearth::text
