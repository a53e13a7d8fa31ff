// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace hearth {

/// Where in a program something is said or done.
struct SourceLocation {
  const char* function = nullptr;
  const char* file = nullptr;
  uint32_t line = 0;

  /// As a default argument: where the call stands.
  static constexpr SourceLocation current(const char* function = __builtin_FUNCTION(),
                                          const char* file = __builtin_FILE(),
                                          uint32_t line = __builtin_LINE()) {
    return {function, file, line};
  }
};

}  // namespace hearth
