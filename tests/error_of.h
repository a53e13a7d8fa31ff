// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "hearth/base/error.h"

namespace hearth {

/// What calling f complains of, by an error of that type; empty where it does not.
template <class E = Error, class F>
std::string error_of(const F& f) {
  try {
    f();
  } catch (const E& e) {
    return e.what();
  }
  return "";
}

}  // namespace hearth
