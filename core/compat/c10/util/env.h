// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdlib>
#include <cstring>
#include <optional>
#include <string>

#include "hearth/base/error.h"

#include "c10/macros/Macros.h"

namespace hearth::utils {

inline std::optional<std::string> get_env(const char* name) {
  const char* value = std::getenv(name);
  if (!value) return std::nullopt;
  return value;
}
inline bool has_env(const char* name) { return std::getenv(name) != nullptr; }
inline void set_env(const char* name, const char* value, bool overwrite = true) {
  HEARTH_CHECK(::setenv(name, value, overwrite) == 0, "[set_env] setting ", name, " failed");
}
/// Of "1" and "0"; none for anything else.
inline std::optional<bool> check_env(const char* name) {
  const std::optional<std::string> value = get_env(name);
  if (value == "1") return true;
  if (value == "0") return false;
  return std::nullopt;
}

}  // namespace hearth::utils
