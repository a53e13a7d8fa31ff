// SPDX-License-Identifier: Apache-2.0
#include "hearth/base/half.h"

#include "cpu/isa/vmath_base.h"
#include "cpu/optim_kernels.h"

#define HEARTH_ELEMENT_NAMESPACE hearth::cpu::HEARTH_ISA
#define HEARTH_ELEMENT_FN [[gnu::always_inline]] inline
#include "backends/optim_element.h"

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

template <class T, bool kDecay, bool kNesterov, Momentum kMomentum>
void sgd_loop(T* __restrict p, const T* __restrict g, T* __restrict b, int64_t n,
              const SgdArgs& a) {
  using W = typename Wide<T>::type;
  const SgdNumbers<W> numbers = sgd_numbers<W>(a);
  for (int64_t i = 0; i < n; ++i) {
    W buffer = kMomentum == Momentum::Later ? static_cast<W>(b[i]) : W(0);
    p[i] = static_cast<T>(sgd_element(numbers, kDecay, kMomentum, kNesterov, static_cast<W>(p[i]),
                                      static_cast<W>(g[i]), buffer));
    if constexpr (kMomentum != Momentum::None) b[i] = static_cast<T>(buffer);
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
  if (a.weight_decay != 0)
    return sgd_of<T, true>(static_cast<T*>(p), static_cast<const T*>(g), static_cast<T*>(b), n, a);
  sgd_of<T, false>(static_cast<T*>(p), static_cast<const T*>(g), static_cast<T*>(b), n, a);
}

template <class T, bool kDecay, bool kAmsgrad>
void adam_loop(T* __restrict p, const T* __restrict g, T* __restrict m, T* __restrict v,
               T* __restrict l, int64_t n, const AdamArgs& a) {
  using W = typename Wide<T>::type;
  const AdamNumbers<W> numbers = adam_numbers<W>(a);
  for (int64_t i = 0; i < n; ++i) {
    W mean = static_cast<W>(m[i]), square = static_cast<W>(v[i]), largest = W(0);
    if constexpr (kAmsgrad) largest = static_cast<W>(l[i]);
    p[i] = static_cast<T>(adam_element(numbers, kDecay, kAmsgrad, static_cast<W>(p[i]),
                                       static_cast<W>(g[i]), mean, square, largest));
    m[i] = static_cast<T>(mean);
    v[i] = static_cast<T>(square);
    if constexpr (kAmsgrad) l[i] = static_cast<T>(largest);
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

// Half steps as float, a block after another: its conversions take more code than the step.
constexpr int64_t kBlock = 512;
using Block = float[kBlock];

[[gnu::noinline]] void load(Block& to, const Half* from, int64_t n) {
  for (int64_t i = 0; i < n; ++i) to[i] = static_cast<float>(from[i]);
}
[[gnu::noinline]] void store(Half* to, const Block& from, int64_t n) {
  for (int64_t i = 0; i < n; ++i) to[i] = static_cast<Half>(from[i]);
}

void sgd_half(void* param, const void* grad, void* buffer, int64_t n, const SgdArgs& a) {
  Half *p = static_cast<Half*>(param), *b = static_cast<Half*>(buffer);
  const Half* g = static_cast<const Half*>(grad);
  Block params, grads, buffers;
  for (int64_t i = 0; i < n; i += kBlock) {
    const int64_t size = n - i < kBlock ? n - i : kBlock;
    load(params, p + i, size);
    load(grads, g + i, size);
    if (b && !a.first) load(buffers, b + i, size);
    sgd<float>(params, grads, b ? buffers : nullptr, size, a);
    store(p + i, params, size);
    if (b) store(b + i, buffers, size);
  }
}

void adam_half(void* param, const void* grad, void* mean, void* square, void* largest, int64_t n,
               const AdamArgs& a) {
  Half *p = static_cast<Half*>(param), *m = static_cast<Half*>(mean);
  Half *v = static_cast<Half*>(square), *l = static_cast<Half*>(largest);
  const Half* g = static_cast<const Half*>(grad);
  Block params, grads, means, squares, most;
  for (int64_t i = 0; i < n; i += kBlock) {
    const int64_t size = n - i < kBlock ? n - i : kBlock;
    load(params, p + i, size);
    load(grads, g + i, size);
    load(means, m + i, size);
    load(squares, v + i, size);
    if (l) load(most, l + i, size);
    adam<float>(params, grads, means, squares, l ? most : nullptr, size, a);
    store(p + i, params, size);
    store(m + i, means, size);
    store(v + i, squares, size);
    if (l) store(l + i, most, size);
  }
}

constexpr OptimTable kTable = {{&sgd<float>, &sgd<double>, &sgd<BFloat16>, &sgd_half},
                               {&adam<float>, &adam<double>, &adam<BFloat16>, &adam_half}};

}  // namespace

const OptimTable& optim_table() { return kTable; }

}  // namespace hearth::cpu::HEARTH_ISA
