// SPDX-License-Identifier: Apache-2.0
#include "cpu/attention_kernels.h"
#include "cpu/isa/loop.h"
#include "cpu/isa/row.h"
#include "cpu/isa/vmath.h"

namespace hearth::cpu::HEARTH_ISA {
namespace {

template <class T>
struct Loops {
  static T max(const T* s, int64_t n) { return row_max(n, s); }

  static T exp_sum(T* s, int64_t n, T shift) {
    for (int64_t i = 0; i < n; ++i) s[i] = vmath::exp(s[i] - shift);
    return row_sum<T>(
        n, [](auto v) { return v; }, s);
  }

  static void scale(T* x, int64_t n, T factor) {
    for (int64_t i = 0; i < n; ++i) x[i] *= factor;
  }

  static T dot(const T* a, const T* b, int64_t n) {
    return row_sum<T>(
        n, [](auto x, auto y) { return x * y; }, a, b);
  }

  static void grad(T* s, T* dp, int64_t n, T log_sum, T delta, T factor) {
    HEARTH_IVDEP
    for (int64_t i = 0; i < n; ++i) {
      const T p = vmath::exp(s[i] - log_sum);
      s[i] = p;
      dp[i] = p * (dp[i] - delta) * factor;
    }
  }

  static constexpr AttentionKernels<T> table{max, exp_sum, scale, dot, grad};
};

}  // namespace

const AttentionKernels<float>& attention_kernels_f32() { return Loops<float>::table; }
const AttentionKernels<double>& attention_kernels_f64() { return Loops<double>::table; }

}  // namespace hearth::cpu::HEARTH_ISA
