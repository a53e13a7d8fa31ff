// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <concepts>
#include <type_traits>

#include "hearth/base/complex.h"
#include "hearth/base/error.h"

#include "backends/wrapping.h"
#include "base/parallel.h"
#include "cpu/gemm_own.h"

namespace hearth::cpu {

namespace {

constexpr int64_t kTile = 64;

template <typename T>
struct Sum {
  using type = T;
  static T from(double v) { return T(static_cast<typename T::value_type>(v)); }
};
template <std::integral T>
struct Sum<T> {
  using type = wrapping_t<T>;
  static type from(double v) { return static_cast<type>(static_cast<int64_t>(v)); }
};

template <typename T>
void simple(const MatmulArgs& g) {
  using A = typename Sum<T>::type;
  const auto* a = static_cast<const T*>(g.a);
  const auto* b = static_cast<const T*>(g.b);
  const auto* bias = static_cast<const T*>(g.bias);
  auto* c = static_cast<T*>(g.c);
  const A alpha = Sum<T>::from(g.alpha);
  const A beta = Sum<T>::from(g.beta);
  const int64_t work = g.n * std::max<int64_t>(g.k, 1);
  parallel_for(g.m, std::max<int64_t>(1, (1 << 16) / work), [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; i++) {
      for (int64_t j0 = 0; j0 < g.n; j0 += kTile) {
        const int64_t cols = std::min(kTile, g.n - j0);
        A sum[kTile] = {};
        for (int64_t p = 0; p < g.k; p++) {
          const A x = static_cast<A>(a[i * g.a_stride.row + p * g.a_stride.col]);
          const T* row = b + p * g.b_stride.row + j0 * g.b_stride.col;
          for (int64_t j = 0; j < cols; j++) {
            sum[j] = sum[j] + x * static_cast<A>(row[j * g.b_stride.col]);
          }
        }
        T* out = c + i * g.c_stride + j0;
        for (int64_t j = 0; j < cols; j++) {
          A v = sum[j] * alpha;
          if (g.beta != 0) v = v + static_cast<A>(out[j]) * beta;
          if (bias) v = v + static_cast<A>(bias[j0 + j]);
          out[j] = static_cast<T>(v);
        }
      }
    }
  });
}

}  // namespace

void gemm_simple(const MatmulArgs& g) {
  switch (g.dtype) {
    case kByte:
      return simple<uint8_t>(g);
    case kChar:
      return simple<int8_t>(g);
    case kShort:
      return simple<int16_t>(g);
    case kInt:
      return simple<int32_t>(g);
    case kLong:
      return simple<int64_t>(g);
    case kComplexFloat:
      return simple<complex<float>>(g);
    case kComplexDouble:
      return simple<complex<double>>(g);
    default:
      throw DtypeError(cat_str("[matmul] no kernel for ", g.dtype));
  }
}

}  // namespace hearth::cpu
