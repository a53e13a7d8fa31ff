// SPDX-License-Identifier: Apache-2.0
#include <type_traits>

#include "cpu/isa/activation.h"
#include "cpu/isa/loop.h"
#include "cpu/isa/row.h"
#include "cpu/isa/vmath.h"
#include "cpu/normalization_kernels.h"

namespace hearth::cpu::HEARTH_ISA {
namespace {

/// A whole register, where others have but `count` elements.
template <class T>
using Whole = std::integral_constant<int64_t, kLanes<T>>;

/// Visits rows x width elements in the order of memory, a register at a time: makes begin(column,
/// count, whether they are the first rows') for columns that share one, calls f(that, element,
/// count), and end(that, column, count). Begun once for all rows of kRegisters registers.
template <class T, int kRegisters, class Begin, class F, class End>
static inline void visit_narrow(int64_t rows, int64_t width, const Begin& begin, const F& f,
                                const End& end) {
  constexpr int64_t L = kLanes<T>;
  constexpr int kLast = kRegisters - 1;
  const int64_t rest = width - kLast * L;
  decltype(begin(0, rest, true)) states[kRegisters];
  for (int k = 0; k < kLast; ++k) states[k] = begin(k * L, Whole<T>(), true);
  states[kLast] = begin(kLast * L, rest, true);
  for (int64_t r = 0; r < rows; ++r) {
    for (int k = 0; k < kLast; ++k) f(states[k], r * width + k * L, Whole<T>());
    f(states[kLast], r * width + kLast * L, rest);
  }
  for (int k = 0; k < kLast; ++k) end(states[k], k * L, Whole<T>());
  end(states[kLast], kLast * L, rest);
}
/// Of any width; where rows are long, begun for each.
template <class T, class Begin, class F, class End>
static inline void visit(int64_t rows, int64_t width, const Begin& begin, const F& f,
                         const End& end) {
  constexpr int64_t L = kLanes<T>;
  if (width <= L) return visit_narrow<T, 1>(rows, width, begin, f, end);
  if (width <= 2 * L) return visit_narrow<T, 2>(rows, width, begin, f, end);
  if (width <= 3 * L) return visit_narrow<T, 3>(rows, width, begin, f, end);
  for (int64_t r = 0; r < rows; ++r) {
    const auto one = [&](int64_t j, auto count) {
      auto state = begin(j, count, r == 0);
      f(state, r * width + j, count);
      end(state, j, count);
    };
    int64_t j = 0;
    for (; j + L <= width; j += L) one(j, Whole<T>());
    if (j < width) one(j, width - j);
  }
}

/// Calls f(numbers, element, count) for each register; `numbers` are what at(column, count) gives.
template <class T, class At, class F>
static inline void each_register(int64_t rows, int64_t width, const At& at, const F& f) {
  visit<T>(
      rows, width, [&](int64_t j, auto count, bool) { return at(j, count); }, f,
      [](const auto&, int64_t, auto) {});
}

/// sums[k][j] = the sum over rows of what f(numbers, element, count, sums) adds to register k, for
/// each of `width` columns.
template <class T, int kSums, class At, class F>
static inline void sum_columns(int64_t rows, int64_t width, T* const (&sums)[kSums], const At& at,
                               const F& f) {
  struct State {
    decltype(at(0, Whole<T>())) numbers;
    Vector<T> sums[kSums];
  };
  visit<T>(
      rows, width,
      [&](int64_t j, auto count, bool first) {
        State state{at(j, count), {}};
        for (int k = 0; k < kSums; ++k)
          state.sums[k] = first ? Vector<T>{} : load_first(sums[k] + j, count);
        return state;
      },
      [&](State& state, int64_t i, auto count) { f(state.numbers, i, count, state.sums); },
      [&](const State& state, int64_t j, auto count) {
        for (int k = 0; k < kSums; ++k) store_first(sums[k] + j, state.sums[k], count);
      });
}

template <class T>
struct Loops {
  static void moments(const T* x, int64_t n, T* mean, T* squares) {
    const T m = row_sum<T>(
                    n, [](auto v) { return v; }, x) /
                static_cast<T>(n);
    *mean = m;
    *squares = row_sum<T>(
        n, [m](auto v) { return (v - m) * (v - m); }, x);
  }

  static void moments_cols(const T* x, int64_t rows, int64_t width, T* mean, T* squares) {
    sum_columns<T, 1>(
        rows, width, {mean}, [](int64_t, auto) { return 0; },
        [x](int, int64_t i, auto count, Vector<T>* sum) { sum[0] += load_first(x + i, count); });
    const T scale = T(1) / static_cast<T>(rows);
    for (int64_t j = 0; j < width; ++j) mean[j] *= scale;
    sum_columns<T, 1>(
        rows, width, {squares},
        [mean](int64_t j, auto count) { return load_first(mean + j, count); },
        [x](const Vector<T>& m, int64_t i, auto count, Vector<T>* sum) {
          const Vector<T> d = load_first(x + i, count) - m;
          sum[0] = fma(d, d, sum[0]);
        });
  }

  static T square_sum(const T* x, int64_t n) {
    return row_sum<T>(
        n, [](auto v) { return v * v; }, x);
  }

  struct Numbers {
    Vector<T> mean, scale, shift;
    /// What an activation gets.
    Vector<T> of(const T* x, const T* residual, int64_t i, int64_t count) const {
      const Vector<T> v = fma(load_first(x + i, count) - mean, scale, shift);
      return residual ? v + load_first(residual + i, count) : v;
    }
  };
  static auto same_numbers(T mean, T scale, T shift) {
    const Numbers all{mean - Vector<T>{}, scale - Vector<T>{}, shift - Vector<T>{}};
    return [all](int64_t, auto) { return all; };
  }
  static auto column_numbers(const T* mean, const T* scale, const T* shift) {
    return [=](int64_t j, auto count) {
      return Numbers{load_first(mean + j, count), load_first(scale + j, count),
                     load_first(shift + j, count)};
    };
  }

  template <class At>
  static void affine_each(const T* x, const T* residual, T* y, int64_t rows, int64_t width,
                          const At& at, Activation activation) {
    with_activation(activation, [&](auto a) {
      each_register<T>(rows, width, at, [&](const Numbers& numbers, int64_t i, auto count) {
        store_first(y + i, activate<a(), T>(numbers.of(x, residual, i, count)), count);
      });
    });
  }
  static void affine(const T* x, const T* residual, T* y, int64_t n, T mean, T scale, T shift,
                     Activation activation) {
    affine_each(x, residual, y, 1, n, same_numbers(mean, scale, shift), activation);
  }
  static void affine_cols(const T* x, const T* residual, T* y, int64_t rows, int64_t width,
                          const T* mean, const T* scale, const T* shift, Activation activation) {
    affine_each(x, residual, y, rows, width, column_numbers(mean, scale, shift), activation);
  }

  static void activation_grad(const T* g, const T* x, const T* residual, T* out, int64_t n, T mean,
                              T scale, T shift, Activation activation) {
    with_activation(activation, [&](auto a) {
      each_register<T>(1, n, same_numbers(mean, scale, shift),
                       [&](const Numbers& numbers, int64_t i, auto count) {
                         const Vector<T> v = numbers.of(x, residual, i, count);
                         const Vector<T> gv = load_first(g + i, count);
                         store_first(out + i, activation_gradient<a(), T>(gv, v), count);
                       });
    });
  }

  /// The gradient that reaches a norm with kActivation behind it.
  template <Activation kActivation>
  struct Formed {
    const T *g, *x;
    const Following<T>& following;
    Numbers at(int64_t j, int64_t count) const {
      if constexpr (kActivation == Activation::None) return Numbers();
      const Following<T>& f = following;
      return {load_first(f.mean + j, count), load_first(f.scale + j, count),
              load_first(f.shift + j, count)};
    }
    template <class Count>
    Vector<T> of(const Numbers& numbers, int64_t i, Count count) const {
      const Vector<T> v = load_first(g + i, count);
      if constexpr (kActivation == Activation::None) return v;
      const Vector<T> formed =
          activation_gradient<kActivation, T>(v, numbers.of(x, following.residual, i, count));
      if (following.kept) store_first(following.kept + i, formed, count);
      return formed;
    }
  };

  static void normalize(const T* x, T* y, int64_t n, T mean, T scale, const T* weight,
                        const T* bias) {
    if (weight && bias) {
      HEARTH_IVDEP
      for (int64_t i = 0; i < n; ++i) y[i] = vmath::fma((x[i] - mean) * scale, weight[i], bias[i]);
    } else if (weight) {
      HEARTH_IVDEP
      for (int64_t i = 0; i < n; ++i) y[i] = (x[i] - mean) * scale * weight[i];
    } else if (bias) {
      HEARTH_IVDEP
      for (int64_t i = 0; i < n; ++i) y[i] = vmath::fma(x[i] - mean, scale, bias[i]);
    } else {
      affine(x, nullptr, y, n, mean, scale, 0, Activation::None);
    }
  }

  static void dots(const T* g, const T* x, int64_t n, T mean, T* sum, T* dot) {
    *sum = row_sum<T>(
        n, [](auto v) { return v; }, g);
    *dot = row_sum<T>(
        n, [mean](auto gv, auto xv) { return gv * (xv - mean); }, g, x);
  }

  static void dots_cols(const T* g, const T* x, int64_t rows, int64_t width, const T* mean, T* sum,
                        T* dot, const Following<T>& following) {
    struct Factors {
      Numbers numbers;
      Vector<T> mean;
    };
    with_activation(following.activation, [&](auto a) {
      const Formed<a()> formed{g, x, following};
      sum_columns<T, 2>(
          rows, width, {sum, dot},
          [&](int64_t j, auto count) {
            return Factors{formed.at(j, count), load_first(mean + j, count)};
          },
          [&](const Factors& f, int64_t i, auto count, Vector<T>* sums) {
            const Vector<T> gv = formed.of(f.numbers, i, count);
            sums[0] += gv;
            sums[1] = fma(gv, load_first(x + i, count) - f.mean, sums[1]);
          });
    });
  }

  static void combine(const T* g, const T* x, T* dx, int64_t n, T mean, T a, T b, T c) {
    HEARTH_IVDEP
    for (int64_t i = 0; i < n; ++i) dx[i] = vmath::fma(a, g[i], vmath::fma(b, x[i] - mean, c));
  }

  static void combine_cols(const T* g, const T* x, T* dx, int64_t rows, int64_t width,
                           const T* mean, const T* a, const T* b, const T* c,
                           const Following<T>& following) {
    struct Factors {
      Numbers numbers;
      Vector<T> mean, a, b, c;
    };
    with_activation(following.activation, [&](auto activation) {
      const Formed<activation()> formed{g, x, following};
      const auto at = [&](int64_t j, auto count) {
        const Vector<T> zero{};
        return Factors{formed.at(j, count), load_first(mean + j, count), load_first(a + j, count),
                       b ? load_first(b + j, count) : zero, load_first(c + j, count)};
      };
      each_register<T>(rows, width, at, [&](const Factors& f, int64_t i, auto count) {
        const Vector<T> gv = formed.of(f.numbers, i, count);
        const Vector<T> rest = b ? fma(f.b, load_first(x + i, count) - f.mean, f.c) : f.c;
        store_first(dx + i, fma(f.a, gv, rest), count);
      });
    });
  }

  /// Both sums that normalize_grad needs and the gradients of weight and bias, in one pass over g
  /// and x; the same bits as in a pass for each.
  static void grad_sums(const T* g, const T* x, int64_t n, T mean, T scale, const T* weight,
                        T* dweight, T* dbias, T* sum, T* dot) {
    constexpr int L = kLanes<T>, kChains = 4;
    Vector<T> sums[kChains] = {}, dots[kChains] = {};
    const auto step = [&](int64_t i, int chain) {
      const Vector<T> gv = load_as<T>(g + i), xv = load_as<T>(x + i) - mean;
      const Vector<T> wg = gv * load_as<T>(weight + i);
      sums[chain] += wg;
      dots[chain] += wg * xv;
      store(dweight + i, fma(gv, xv * scale, load_as<T>(dweight + i)));
      store(dbias + i, load_as<T>(dbias + i) + gv);
    };
    int64_t i = 0;
    for (; i + kChains * L <= n; i += kChains * L)
      for (int k = 0; k < kChains; ++k) step(i + k * L, k);
    for (; i + L <= n; i += L) step(i, 0);
    *sum = lanes_sum<T>((sums[0] + sums[1]) + (sums[2] + sums[3]));
    *dot = lanes_sum<T>((dots[0] + dots[1]) + (dots[2] + dots[3]));
    for (; i < n; ++i) {
      const T xv = x[i] - mean, wg = g[i] * weight[i];
      *sum += wg;
      *dot += wg * xv;
      dweight[i] = vmath::fma(g[i], xv * scale, dweight[i]);
      dbias[i] += g[i];
    }
  }

  static void normalize_grad(const T* g, const T* x, T* dx, int64_t n, T mean, T scale,
                             bool centered, const T* weight, T* dweight, T* dbias) {
    const bool together = dx && centered && weight && dweight && dbias;
    if (dx) {
      T sum = 0, dot;
      if (together) {
        grad_sums(g, x, n, mean, scale, weight, dweight, dbias, &sum, &dot);
      } else if (weight) {
        if (centered)
          sum = row_sum<T>(
              n, [](auto gv, auto wv) { return gv * wv; }, g, weight);
        dot = row_sum<T>(
            n, [mean](auto gv, auto xv, auto wv) { return gv * wv * (xv - mean); }, g, x, weight);
      } else {
        if (centered)
          sum = row_sum<T>(
              n, [](auto v) { return v; }, g);
        dot = row_sum<T>(
            n, [mean](auto gv, auto xv) { return gv * (xv - mean); }, g, x);
      }
      const T b = -scale * scale * scale * dot / static_cast<T>(n);
      const T c = -scale * sum / static_cast<T>(n);
      if (weight) {
        HEARTH_IVDEP
        for (int64_t i = 0; i < n; ++i)
          dx[i] = vmath::fma(scale * weight[i], g[i], vmath::fma(b, x[i] - mean, c));
      } else {
        combine(g, x, dx, n, mean, scale, b, c);
      }
    }
    if (together) return;
    if (dweight) {
      HEARTH_IVDEP
      for (int64_t i = 0; i < n; ++i)
        dweight[i] = vmath::fma(g[i], (x[i] - mean) * scale, dweight[i]);
    }
    if (dbias) {
      HEARTH_IVDEP
      for (int64_t i = 0; i < n; ++i) dbias[i] += g[i];
    }
  }

  static constexpr NormKernels<T> table{moments,     moments_cols,    square_sum,   affine,
                                        affine_cols, activation_grad, normalize,    dots,
                                        dots_cols,   combine,         combine_cols, normalize_grad};
};

}  // namespace

const NormKernels<float>& norm_kernels_f32() { return Loops<float>::table; }
const NormKernels<double>& norm_kernels_f64() { return Loops<double>::table; }

}  // namespace hearth::cpu::HEARTH_ISA
