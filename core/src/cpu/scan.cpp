// SPDX-License-Identifier: Apache-2.0
#include "ops/scan.h"

#include <limits>
#include <type_traits>

#include "backends/log_sums.h"
#include "backends/wrapping.h"
#include "cpu/kernels.h"
#include "cpu/lines.h"
#include "cpu/scratch.h"
#include "ops/copy.h"

namespace hearth::cpu {

namespace {

/// What running sums and products of T are held in: as PyTorch, double for float.
template <class T>
struct Running : Wrapping<T> {};
template <>
struct Running<Half> {
  using type = float;
};
template <>
struct Running<BFloat16> {
  using type = float;
};
template <>
struct Running<float> {
  using type = double;
};

/// out[i] = f(out[i - 1], x[i]) along kLines lines of n contiguous elements, which run side by
/// side: each waits for its own last step only.
template <int kLines, class T, class Acc, class F>
void scan_lines(const T* x, T* y, int64_t n, bool reverse, Acc start, const F& f) {
  Acc acc[kLines];
  for (int k = 0; k < kLines; ++k) acc[k] = start;
  const int64_t step = reverse ? -1 : 1;
  for (int64_t i = 0, at = reverse ? n - 1 : 0; i < n; ++i, at += step)
    for (int k = 0; k < kLines; ++k) {
      acc[k] = f(acc[k], static_cast<Acc>(x[at + k * n]));
      y[at + k * n] = static_cast<T>(acc[k]);
    }
}

/// out[i] = f(out[i - 1], x[i]) along each line.
template <class T, class F>
void scan(const Tensor& input, const Tensor& out, int64_t dim, bool reverse, float start,
          const F& f) {
  using Acc = typename Running<T>::type;
  constexpr int64_t kTile = 64;  // neighbouring lines that go together
  const Tensor dense = contiguous_raw(input);
  const Lines lines(dense, dim);
  if (lines.n == 0 || lines.count() == 0) return;
  const T* x = ptr<T>(dense);
  T* y = ptr<T>(out);
  if (lines.inner == 1) {
    constexpr int kTogether = 4;
    const int64_t n = lines.n;
    parallel_for(lines.outer, std::max<int64_t>(1, 8192 / n), [&](int64_t begin, int64_t end) {
      const Acc from = static_cast<Acc>(start);
      int64_t i = begin;
      for (; i + kTogether <= end; i += kTogether)
        scan_lines<kTogether>(x + i * n, y + i * n, n, reverse, from, f);
      for (; i < end; ++i) scan_lines<1>(x + i * n, y + i * n, n, reverse, from, f);
    });
    return;
  }
  const int64_t tiles = (lines.inner - 1) / kTile + 1;
  const int64_t step = reverse ? -lines.inner : lines.inner;
  const int64_t width = std::min(kTile, lines.inner);
  parallel_for(lines.outer * tiles, std::max<int64_t>(1, 8192 / (lines.n * width)),
               [&](int64_t begin, int64_t end) {
                 for (int64_t t = begin; t < end; ++t) {
                   const int64_t first = t % tiles * kTile;
                   const int64_t w = std::min(kTile, lines.inner - first);
                   int64_t at = t / tiles * lines.n * lines.inner + first;
                   if (reverse) at += (lines.n - 1) * lines.inner;
                   Acc acc[kTile];
                   for (int64_t j = 0; j < w; ++j) acc[j] = static_cast<Acc>(start);
                   for (int64_t i = 0; i < lines.n; ++i, at += step)
                     for (int64_t j = 0; j < w; ++j) {
                       acc[j] = f(acc[j], static_cast<Acc>(x[at + j]));
                       y[at + j] = static_cast<T>(acc[j]);
                     }
                 }
               });
}

void cumsum(const Call& call) {
  const auto& op = call.as<ops::Cumsum>();
  const auto add = []<class A>(A a, A b) { return static_cast<A>(a + b); };
  switch (call.compute) {
#define HEARTH_CASE(T, name) \
  case ScalarType::name:     \
    return scan<T>(call.in[0], call.out[0], op.dim, op.reverse, 0, add);
    HEARTH_FORALL_SCALAR_TYPES(HEARTH_CASE)
#undef HEARTH_CASE
    default:
      break;
  }
}

void cumprod(const Call& call) {
  const auto& op = call.as<ops::Cumprod>();
  const auto multiply = []<class A>(A a, A b) { return static_cast<A>(a * b); };
  switch (call.compute) {
#define HEARTH_CASE(T, name) \
  case ScalarType::name:     \
    return scan<T>(call.in[0], call.out[0], op.dim, false, 1, multiply);
    HEARTH_FORALL_SCALAR_TYPES(HEARTH_CASE)
#undef HEARTH_CASE
    default:
      break;
  }
}

void logcumsumexp(const Call& call) {
  const auto add = [](auto a, auto b) { return log_add_exp(a, b); };
  constexpr float kNothing = -std::numeric_limits<float>::infinity();
  switch (call.compute) {
#define HEARTH_CASE(T, name) \
  case ScalarType::name:     \
    return scan<T>(call.in[0], call.out[0], call.as<ops::Logcumsumexp>().dim, false, kNothing, add);
    HEARTH_FOR_DIFFERENTIABLE(HEARTH_CASE)
#undef HEARTH_CASE
    default:
      break;
  }
}

template <class T>
void logcumsumexp_gradient(const Call& call) {
  using Acc = typename Running<T>::type;
  const Tensor g = contiguous_raw(call.in[0]), x = contiguous_raw(call.in[1]),
               y = contiguous_raw(call.in[2]);
  Lines(x, call.as<ops::LogcumsumexpBackward>().dim)
      .each([&](int64_t, int64_t first, int64_t n, int64_t stride) {
        const auto at = [&](const Tensor& t, int64_t i) {
          return static_cast<Acc>(ptr<T>(t)[first + i * stride]);
        };
        Acc r = at(g, n - 1);
        for (int64_t i = n; i-- > 0;) {
          if (i + 1 < n) r = at(g, i) + r * conjugate_exp(at(y, i), at(y, i + 1));
          ptr<T>(call.out[0])[first + i * stride] =
              static_cast<T>(r * conjugate_exp(at(x, i), at(y, i)));
        }
      });
}

void logcumsumexp_backward(const Call& call) {
  switch (call.compute) {
#define HEARTH_CASE(T, name) \
  case ScalarType::name:     \
    return logcumsumexp_gradient<T>(call);
    HEARTH_FOR_DIFFERENTIABLE(HEARTH_CASE)
#undef HEARTH_CASE
    default:
      throw NotImplementedError(
          cat_str("[logcumsumexp_backward] not implemented for ", to_string(call.compute)));
  }
}

template <class T, bool kMax>
void extremes(const Call& call, int64_t dim) {
  using Wide = std::conditional_t<std::is_class_v<T>, float, T>;
  const Tensor x = contiguous_raw(call.in[0]);
  Lines(x, dim).each([&](int64_t, int64_t first, int64_t n, int64_t stride) {
    const T* in = ptr<T>(x) + first;
    T* values = ptr<T>(call.out[0]) + first;
    int64_t* places = ptr<int64_t>(call.out[1]) + first;
    int64_t best = 0;
    for (int64_t i = 0; i < n; ++i) {
      const auto v = static_cast<Wide>(in[i * stride]), b = static_cast<Wide>(in[best * stride]);
      if (v != v || (b == b && (kMax ? v >= b : v <= b))) best = i;
      values[i * stride] = in[best * stride];
      places[i * stride] = best;
    }
  });
}

template <bool kMax>
void extremes_so_far(const Call& call, int64_t dim) {
  switch (impl(call.in[0]).dtype) {
#define HEARTH_CASE(T, name)                                                                  \
  case ScalarType::name:                                                                      \
    if constexpr (!std::is_class_v<T> || sizeof(T) == 2) return extremes<T, kMax>(call, dim); \
    break;
    HEARTH_FORALL_SCALAR_TYPES(HEARTH_CASE)
#undef HEARTH_CASE
    default:
      break;
  }
}

void cummax(const Call& call) { extremes_so_far<true>(call, call.as<ops::Cummax>().dim); }
void cummin(const Call& call) { extremes_so_far<false>(call, call.as<ops::Cummin>().dim); }

template <class T>
void cumprod_gradient(const Call& call) {
  using Acc = std::conditional_t<sizeof(T) == 2, float, T>;
  const Tensor g = contiguous_raw(call.in[0]), x = contiguous_raw(call.in[1]);
  const Lines lines(x, call.as<ops::CumprodBackward>().dim);
  lines.each([&](int64_t, int64_t first, int64_t n, int64_t stride) {
    const T *gs = ptr<T>(g) + first, *xs = ptr<T>(x) + first;
    T* out = ptr<T>(call.out[0]) + first;
    const auto factor = [&](int64_t i) { return conjugate(static_cast<Acc>(xs[i * stride])); };
    Scratch<Acc> before(static_cast<size_t>(n));
    Acc product(1);
    for (int64_t i = 0; i < n; ++i) {
      before[static_cast<size_t>(i)] = product;
      product = product * factor(i);
    }
    Acc after(0);
    for (int64_t i = n; i-- > 0;) {
      after = static_cast<Acc>(gs[i * stride]) + (i + 1 < n ? factor(i + 1) * after : Acc(0));
      out[i * stride] = static_cast<T>(before[static_cast<size_t>(i)] * after);
    }
  });
}

void cumprod_backward(const Call& call) {
  switch (call.compute) {
#define HEARTH_CASE(T, name) \
  case ScalarType::name:     \
    return cumprod_gradient<T>(call);
    HEARTH_FOR_DIFFERENTIABLE(HEARTH_CASE)
#undef HEARTH_CASE
    default:
      throw NotImplementedError(
          cat_str("[cumprod_backward] not implemented for ", to_string(call.compute)));
  }
}

}  // namespace

void install_scan() {
  ops::Cumsum::row().kernel[0] = &cumsum;
  ops::Cumprod::row().kernel[0] = &cumprod;
  ops::CumprodBackward::row().kernel[0] = &cumprod_backward;
  ops::Logcumsumexp::row().kernel[0] = &logcumsumexp;
  ops::LogcumsumexpBackward::row().kernel[0] = &logcumsumexp_backward;
  ops::Cummax::row().kernel[0] = &cummax;
  ops::Cummin::row().kernel[0] = &cummin;
}

}  // namespace hearth::cpu
