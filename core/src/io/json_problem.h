// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <exception>
#include <string_view>

namespace hearth {

/// What nlohmann's error says is wrong with a text, without the library's own mark in front, which
/// says nothing to a reader. It lives as long as the error.
inline std::string_view json_problem(const std::exception& error) {
  std::string_view what = error.what();
  const size_t mark = what.find("] ");
  if (what.starts_with("[json.exception.") && mark != what.npos) what.remove_prefix(mark + 2);
  return what;
}

}  // namespace hearth
