// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sstream>
#include <string>

#include "c10/macros/Macros.h"

namespace hearth {

using std::to_string;

/// Joins its arguments into one string through operator<<.
template <typename... Ts>
std::string str(const Ts&... parts) {
  std::ostringstream out;
  (out << ... << parts);
  return out.str();
}

/// The elements with `delimiter` between them.
template <typename List>
std::string Join(const std::string& delimiter, const List& list) {
  std::ostringstream out;
  const char* before = "";
  for (const auto& item : list) {
    out << before << item;
    before = delimiter.c_str();
  }
  return out.str();
}

}  // namespace hearth
