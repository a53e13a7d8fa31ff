// SPDX-License-Identifier: Apache-2.0
// What fused kernels share.
#pragma once

#include "backends/dense.h"

namespace hearth::cpu {

/// Rows of `n` elements that make a piece of work worth a thread.
inline int64_t row_grain(int64_t n) { return n > 0 && n < 16384 ? 16384 / n : 1; }

/// Calls f(T()) with the type of a floating compute dtype.
template <class F>
void with_float_type(ScalarType type, std::string_view op, const F& f) {
  if (type == kFloat) return f(float());
  if (type == kDouble) return f(double());
  throw NotImplementedError(cat_str("[", op, "] no kernel for ", type));
}

}  // namespace hearth::cpu
