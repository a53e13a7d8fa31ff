// SPDX-License-Identifier: Apache-2.0
// What older LibTorch versions had before C++17.
#pragma once

#include <functional>
#include <memory>
#include <sstream>
#include <string>
#include <tuple>
#include <type_traits>

#include "c10/macros/Macros.h"

namespace hearth {

using std::enable_if_t;
using std::make_unique;

namespace guts {
using std::apply;
using std::conjunction;
using std::disjunction;
using std::invoke;
using std::make_unique;
using std::negation;
using std::void_t;
/// As operator<< writes it.
template <typename T>
std::string to_string(const T& value) {
  std::ostringstream out;
  out << value;
  return out.str();
}
}  // namespace guts

}  // namespace hearth
