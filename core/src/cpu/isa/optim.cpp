// SPDX-License-Identifier: Apache-2.0
#include "hearth/base/half.h"

#include "cpu/optim_kernels.h"

namespace hearth::cpu::HEARTH_ISA {

namespace {

/// What a type's arithmetic happens in.
template <class T>
struct Wide {
  using type = float;
};
template <>
struct Wide<double> {
  using type = double;
};

inline float root(float x) { return __builtin_sqrtf(x); }
inline double root(double x) { return __builtin_sqrt(x); }

enum class Momentum { None, First, Later };

template <class T, bool kDecay, bool kNesterov, Momentum kMomentum>
void sgd_loop(T* __restrict p, const T* __restrict g, T* __restrict b, int64_t n,
              const SgdArgs& a) {
  using W = typename Wide<T>::type;
  const W sign = a.maximize ? W(-1) : W(1);
  const W lr = static_cast<W>(a.lr), decay = static_cast<W>(a.weight_decay);
  const W momentum = static_cast<W>(a.momentum), fresh = static_cast<W>(1 - a.dampening);
  for (int64_t i = 0; i < n; ++i) {
    const W value = static_cast<W>(p[i]);
    W d = sign * static_cast<W>(g[i]);
    if constexpr (kDecay) d += decay * value;
    if constexpr (kMomentum != Momentum::None) {
      W m = d;
      if constexpr (kMomentum == Momentum::Later) m = momentum * static_cast<W>(b[i]) + fresh * d;
      b[i] = static_cast<T>(m);
      d = kNesterov ? d + momentum * m : m;
    }
    p[i] = static_cast<T>(value - lr * d);
  }
}

template <class T, bool kDecay>
void sgd_of(T* p, const T* g, T* b, int64_t n, const SgdArgs& a) {
  if (!b) return sgd_loop<T, kDecay, false, Momentum::None>(p, g, b, n, a);
  if (a.nesterov) {
    if (a.first) return sgd_loop<T, kDecay, true, Momentum::First>(p, g, b, n, a);
    return sgd_loop<T, kDecay, true, Momentum::Later>(p, g, b, n, a);
  }
  if (a.first) return sgd_loop<T, kDecay, false, Momentum::First>(p, g, b, n, a);
  sgd_loop<T, kDecay, false, Momentum::Later>(p, g, b, n, a);
}

template <class T>
void sgd(void* p, const void* g, void* b, int64_t n, const SgdArgs& a) {
  // 0 * inf is NaN, so no decay is not a decay of 0.
  if (a.weight_decay != 0)
    return sgd_of<T, true>(static_cast<T*>(p), static_cast<const T*>(g), static_cast<T*>(b), n, a);
  sgd_of<T, false>(static_cast<T*>(p), static_cast<const T*>(g), static_cast<T*>(b), n, a);
}

template <class T, bool kDecay, bool kAmsgrad>
void adam_loop(T* __restrict p, const T* __restrict g, T* __restrict m, T* __restrict v,
               T* __restrict largest, int64_t n, const AdamArgs& a) {
  using W = typename Wide<T>::type;
  const W sign = a.maximize ? W(-1) : W(1);
  const W decay = static_cast<W>(a.weight_decay), eps = static_cast<W>(a.eps);
  const W keep = static_cast<W>(a.decoupled ? 1 - a.lr * a.weight_decay : 1);
  const W fresh1 = static_cast<W>(1 - a.beta1);
  const W beta2 = static_cast<W>(a.beta2), fresh2 = static_cast<W>(1 - a.beta2);
  const W size = static_cast<W>(a.lr / a.correction1);
  const W scale = static_cast<W>(1 / a.correction2);
  for (int64_t i = 0; i < n; ++i) {
    const W value = keep * static_cast<W>(p[i]);
    W d = sign * static_cast<W>(g[i]);
    if constexpr (kDecay) d += decay * value;
    const W old = static_cast<W>(m[i]);
    const W mean = old + fresh1 * (d - old);
    const W square = beta2 * static_cast<W>(v[i]) + fresh2 * d * d;
    m[i] = static_cast<T>(mean);
    v[i] = static_cast<T>(square);
    W under = square;
    if constexpr (kAmsgrad) {
      const W seen = static_cast<W>(largest[i]);
      under = square <= seen ? seen : square;  // NaN stays
      largest[i] = static_cast<T>(under);
    }
    p[i] = static_cast<T>(value - size * mean / (root(under) * scale + eps));
  }
}

template <class T>
void adam(void* param, const void* grad, void* mean, void* square, void* largest, int64_t n,
          const AdamArgs& a) {
  T* p = static_cast<T*>(param);
  const T* g = static_cast<const T*>(grad);
  T *m = static_cast<T*>(mean), *v = static_cast<T*>(square), *l = static_cast<T*>(largest);
  if (a.weight_decay != 0 && !a.decoupled) {
    if (l) return adam_loop<T, true, true>(p, g, m, v, l, n, a);
    return adam_loop<T, true, false>(p, g, m, v, l, n, a);
  }
  if (l) return adam_loop<T, false, true>(p, g, m, v, l, n, a);
  adam_loop<T, false, false>(p, g, m, v, l, n, a);
}

constexpr OptimTable kTable = {{&sgd<float>, &sgd<double>, &sgd<BFloat16>, &sgd<Half>},
                               {&adam<float>, &adam<double>, &adam<BFloat16>, &adam<Half>}};

}  // namespace

const OptimTable& optim_table() { return kTable; }

}  // namespace hearth::cpu::HEARTH_ISA
