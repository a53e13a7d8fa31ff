// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "c10/macros/Macros.h"

// LibTorch makes what the standard library holds printable, in the one namespace where argument
// lookup finds it: elements with spaces between them, the first hundred.
namespace std {

template <typename First, typename Second>
ostream& operator<<(ostream& out, const pair<First, Second>& p);

#define HEARTH_PRINT_CONTAINER(container)                              \
  template <typename... Types>                                         \
  ostream& operator<<(ostream& out, const container<Types...>& list) { \
    int printed = 0;                                                   \
    for (const auto& item : list) {                                    \
      if (printed == 100) return out << " ...";                        \
      if (printed++ > 0) out << ' ';                                   \
      out << item;                                                     \
    }                                                                  \
    return out;                                                        \
  }
HEARTH_PRINT_CONTAINER(vector)
HEARTH_PRINT_CONTAINER(map)
HEARTH_PRINT_CONTAINER(set)
#undef HEARTH_PRINT_CONTAINER

template <typename First, typename Second>
ostream& operator<<(ostream& out, const pair<First, Second>& p) {
  return out << '(' << p.first << ", " << p.second << ')';
}

}  // namespace std

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
