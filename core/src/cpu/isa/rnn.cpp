// SPDX-License-Identifier: Apache-2.0
#include "cpu/isa/loop.h"
#include "cpu/isa/vmath.h"
#include "cpu/rnn_kernels.h"

namespace hearth::cpu::HEARTH_ISA {
namespace {

enum Mode { kTanh, kRelu, kLstm, kGru };  // as ops::RnnMode

template <class T>
struct Loops {
  static void lstm(const RnnStepForward<T>& s) {
    const int64_t n = s.hidden;
    for (int64_t r = 0; r < s.rows; ++r) {
      T *i = s.gates + r * s.gates_stride, *f = i + n, *g = f + n, *o = g + n, *kept = o + n;
      T *c = s.c + r * n, *y = s.output + r * n, *next = s.next + r * n;
      HEARTH_IVDEP
      for (int64_t j = 0; j < s.width; ++j) {
        const T iv = vmath::sigmoid(i[j]), fv = vmath::sigmoid(f[j]), gv = vmath::tanh(g[j]);
        const T ov = vmath::sigmoid(o[j]), cv = fv * c[j] + iv * gv, hv = ov * vmath::tanh(cv);
        i[j] = iv;
        f[j] = fv;
        g[j] = gv;
        o[j] = ov;
        kept[j] = c[j] = cv;
        y[j] = next[j] = hv;
      }
    }
  }

  static void gru(const RnnStepForward<T>& s) {
    const int64_t n = s.hidden;
    for (int64_t r = 0; r < s.rows; ++r) {
      T *reset = s.gates + r * s.gates_stride, *update = reset + n, *fresh = update + n;
      const T *recurrent = fresh + n, *h = s.h + r * n;
      T *y = s.output + r * n, *next = s.next + r * n;
      HEARTH_IVDEP
      for (int64_t j = 0; j < s.width; ++j) {
        const T rv = vmath::sigmoid(reset[j]), zv = vmath::sigmoid(update[j]);
        const T nv = vmath::tanh(fresh[j] + rv * recurrent[j]);
        reset[j] = rv;
        update[j] = zv;
        fresh[j] = nv;
        y[j] = next[j] = (h[j] - nv) * zv + nv;
      }
    }
  }

  /// The gates are the output.
  template <class F>
  static void simple(const RnnStepForward<T>& s, const F& f) {
    for (int64_t r = 0; r < s.rows; ++r) {
      T *y = s.output + r * s.hidden, *next = s.next + r * s.hidden;
      HEARTH_IVDEP
      for (int64_t j = 0; j < s.width; ++j) y[j] = next[j] = f(y[j]);
    }
  }

  static void forward(int mode, const RnnStepForward<T>& s) {
    switch (mode) {
      case kLstm:
        return lstm(s);
      case kGru:
        return gru(s);
      case kTanh:
        return simple(s, [](T x) { return vmath::tanh(x); });
      default:
        // NaN stays.
        return simple(s, [](T x) { return x < 0 ? T(0) : x; });
    }
  }

  static void lstm_backward(const RnnStepBackward<T>& s) {
    const int64_t n = s.hidden;
    for (int64_t r = 0; r < s.rows; ++r) {
      const T *i = s.kept + r * s.kept_stride, *f = i + n, *g = f + n, *o = g + n, *c = o + n;
      const T *before = s.previous + r * s.previous_stride, *dy = s.grad + r * s.grad_stride;
      T *dh = s.dh + r * n, *dc = s.dc + r * n;
      T *di = s.dgates + r * s.dgates_stride, *df = di + n, *dg = df + n, *dout = dg + n;
      HEARTH_IVDEP
      for (int64_t j = 0; j < s.width; ++j) {
        const T gh = dh[j] + dy[j], tanh_c = vmath::tanh(c[j]);
        const T gc = dc[j] + gh * o[j] * (1 - tanh_c * tanh_c);
        di[j] = gc * g[j] * i[j] * (1 - i[j]);
        df[j] = gc * before[j] * f[j] * (1 - f[j]);
        dg[j] = gc * i[j] * (1 - g[j] * g[j]);
        dout[j] = gh * tanh_c * o[j] * (1 - o[j]);
        dc[j] = gc * f[j];
        dh[j] = 0;
      }
    }
  }

  static void gru_backward(const RnnStepBackward<T>& s) {
    const int64_t n = s.hidden;
    for (int64_t r = 0; r < s.rows; ++r) {
      const T *reset = s.kept + r * s.kept_stride, *z = reset + n, *fresh = z + n;
      const T* recurrent = fresh + n;
      const T *before = s.previous + r * s.previous_stride, *dy = s.grad + r * s.grad_stride;
      T* dh = s.dh + r * n;
      T *dr = s.dgates + r * s.dgates_stride, *dz = dr + n, *dn = dz + n, *dn_state = dn + n;
      HEARTH_IVDEP
      for (int64_t j = 0; j < s.width; ++j) {
        const T g = dh[j] + dy[j], gn = g * (1 - z[j]) * (1 - fresh[j] * fresh[j]);
        dr[j] = gn * recurrent[j] * reset[j] * (1 - reset[j]);
        dz[j] = g * (before[j] - fresh[j]) * z[j] * (1 - z[j]);
        dn[j] = gn;
        dn_state[j] = gn * reset[j];
        dh[j] = g * z[j];
      }
    }
  }

  template <class F>
  static void simple_backward(const RnnStepBackward<T>& s, const F& f) {
    for (int64_t r = 0; r < s.rows; ++r) {
      const T *y = s.output + r * s.hidden, *dy = s.grad + r * s.grad_stride;
      T *dh = s.dh + r * s.hidden, *dx = s.dgates + r * s.dgates_stride;
      HEARTH_IVDEP
      for (int64_t j = 0; j < s.width; ++j) {
        dx[j] = f(dh[j] + dy[j], y[j]);
        dh[j] = 0;
      }
    }
  }

  static void backward(int mode, const RnnStepBackward<T>& s) {
    switch (mode) {
      case kLstm:
        return lstm_backward(s);
      case kGru:
        return gru_backward(s);
      case kTanh:
        return simple_backward(s, [](T g, T y) { return g * (1 - y * y); });
      default:
        return simple_backward(s, [](T g, T y) { return y <= 0 ? T(0) : g; });
    }
  }

  static constexpr RnnKernels<T> table{forward, backward};
};

}  // namespace

const RnnKernels<float>& rnn_kernels_f32() { return Loops<float>::table; }
const RnnKernels<double>& rnn_kernels_f64() { return Loops<double>::table; }

}  // namespace hearth::cpu::HEARTH_ISA
