// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "cpu/isa_select.h"

namespace hearth::cpu {

/// The row loops of attention, between its matrix products.
template <class T>
struct AttentionKernels {
  T (*max)(const T* s, int64_t n);
  /// s = exp(s - shift); returns the sum.
  T (*exp_sum)(T* s, int64_t n, T shift);
  void (*scale)(T* x, int64_t n, T factor);
  T (*dot)(const T* a, const T* b, int64_t n);
  /// Scores s become probabilities exp(s - log_sum), their gradients dp those of the scores:
  /// p (dp - delta) factor.
  void (*grad)(T* s, T* dp, int64_t n, T log_sum, T delta, T factor);
};

HEARTH_DECLARE_ISA(const AttentionKernels<float>&, attention_kernels_f32)
HEARTH_DECLARE_ISA(const AttentionKernels<double>&, attention_kernels_f64)

}  // namespace hearth::cpu
