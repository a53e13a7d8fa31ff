// SPDX-License-Identifier: Apache-2.0
#include "cuda/launch.cuh"
#include "cuda/rnn_gates.h"
#include "cuda/vmath.cuh"

namespace hearth::cuda {

namespace {

using ops::RnnMode;

/// Calls f(row, unit) for each unit of a step.
template <class F>
void for_each_unit(int64_t rows, int64_t hidden, std::string_view op, F f) {
  for_each(rows * hidden, op, [=] __device__(int64_t i) { f(i / hidden, i % hidden); });
}

}  // namespace

template <class T>
void rnn_gates(RnnMode mode, const RnnGatesForward<T>& step) {
  const RnnGatesForward<T> s = step;
  const int64_t n = s.hidden;
  if (mode == RnnMode::Lstm)
    return for_each_unit(s.rows, n, "rnn_layer", [=] __device__(int64_t row, int64_t j) {
      T* gate = s.gates + row * s.gates_stride + j;
      const int64_t at = row * n + j;
      const T i = vmath::sigmoid(gate[0]), f = vmath::sigmoid(gate[n]),
              g = vmath::tanh(gate[2 * n]);
      const T o = vmath::sigmoid(gate[3 * n]), c = f * s.c[at] + i * g, h = o * vmath::tanh(c);
      gate[0] = i;
      gate[n] = f;
      gate[2 * n] = g;
      gate[3 * n] = o;
      gate[4 * n] = s.c[at] = c;
      s.output[at] = s.h[at] = h;
    });
  if (mode == RnnMode::Gru)
    return for_each_unit(s.rows, n, "rnn_layer", [=] __device__(int64_t row, int64_t j) {
      T* gate = s.gates + row * s.gates_stride + j;
      const int64_t at = row * n + j;
      const T r = vmath::sigmoid(gate[0]), z = vmath::sigmoid(gate[n]);
      const T fresh = vmath::tanh(gate[2 * n] + r * gate[3 * n]);
      gate[0] = r;
      gate[n] = z;
      gate[2 * n] = fresh;
      s.output[at] = s.h[at] = (s.h[at] - fresh) * z + fresh;
    });
  const bool relu = mode == RnnMode::Relu;
  for_each_unit(s.rows, n, "rnn_layer", [=] __device__(int64_t row, int64_t j) {
    const T x = s.gates[row * s.gates_stride + j];
    // NaN stays.
    const T h = !relu ? vmath::tanh(x) : x < T(0) ? T(0) : x;
    s.output[row * n + j] = s.h[row * n + j] = h;
  });
}

template <class T>
void rnn_gates_backward(RnnMode mode, const RnnGatesBackward<T>& step) {
  const RnnGatesBackward<T> s = step;
  const int64_t n = s.hidden;
  for_each_unit(s.rows, n, "rnn_layer_backward", [=] __device__(int64_t row, int64_t j) {
    const int64_t at = row * n + j;
    const bool carried = row < s.carried;
    const T* kept = s.kept + row * s.kept_stride + j;
    T* d = s.dgates + row * s.dgates_stride + j;
    const T grad = s.dh[at] + (s.grad ? s.grad[at] : T(0));
    const T h = s.before || mode == RnnMode::Gru ? (carried ? s.previous_h : s.first_h)[at] : T(0);
    if (s.before) s.before[at] = h;
    if (mode == RnnMode::Lstm) {
      const T i = kept[0], f = kept[n], g = kept[2 * n], o = kept[3 * n];
      const T c = carried ? s.previous_c[row * s.kept_stride + j] : s.first_c[at];
      const T tanh_c = vmath::tanh(kept[4 * n]);
      const T dc = s.dc[at] + grad * o * (1 - tanh_c * tanh_c);
      d[0] = dc * g * i * (1 - i);
      d[n] = dc * c * f * (1 - f);
      d[2 * n] = dc * i * (1 - g * g);
      d[3 * n] = grad * tanh_c * o * (1 - o);
      s.dc[at] = dc * f;
      s.dh[at] = 0;
    } else if (mode == RnnMode::Gru) {
      const T r = kept[0], z = kept[n], fresh = kept[2 * n];
      const T dn = grad * (1 - z) * (1 - fresh * fresh);
      d[0] = dn * kept[3 * n] * r * (1 - r);
      d[n] = grad * (h - fresh) * z * (1 - z);
      d[2 * n] = dn;
      d[3 * n] = dn * r;
      s.dh[at] = grad * z;
    } else {
      const T y = s.output[at];
      d[0] = mode == RnnMode::Tanh ? grad * (1 - y * y) : y <= T(0) ? T(0) : grad;
      s.dh[at] = 0;
    }
  });
}

template <class T>
void rnn_bias(RnnMode mode, int64_t hidden, const T* b_ih, const T* b_hh, T* bias) {
  const bool gru = mode == RnnMode::Gru;
  for_each(ops::rnn_gates(mode) * hidden, "rnn_layer", [=] __device__(int64_t j) {
    const bool both = b_hh && !(gru && j >= 2 * hidden);
    bias[j] = (b_ih ? b_ih[j] : T(0)) + (both ? b_hh[j] : T(0));
  });
}

#define HEARTH_INSTANTIATE(T)                                               \
  template void rnn_gates<T>(RnnMode, const RnnGatesForward<T>&);           \
  template void rnn_gates_backward<T>(RnnMode, const RnnGatesBackward<T>&); \
  template void rnn_bias<T>(RnnMode, int64_t, const T*, const T*, T*);
HEARTH_INSTANTIATE(float)
HEARTH_INSTANTIATE(double)
#undef HEARTH_INSTANTIATE

}  // namespace hearth::cuda
