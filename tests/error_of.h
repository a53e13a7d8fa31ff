// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "hearth/base/error.h"

namespace hearth {

/// What calling f complains of; empty where it does not.
template <class F>
std::string error_of(const F& f) {
  try {
    f();
  } catch (const Error& e) {
    return e.what();
  }
  return "";
}

}  // namespace hearth
