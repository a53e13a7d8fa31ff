// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <type_traits>

#include "hearth/base/complex.h"
#include "hearth/base/half.h"

#include "c10/macros/Macros.h"

namespace hearth {

namespace detail {
template <typename T, bool is_cuda>
struct AccumulateType {
  using type = std::conditional_t<std::is_same_v<T, bool>, bool,
                                  std::conditional_t<std::is_integral_v<T>, int64_t, T>>;
};
template <>
struct AccumulateType<Half, true> {
  using type = float;
};
template <>
struct AccumulateType<Half, false> {
  using type = float;
};
template <>
struct AccumulateType<BFloat16, true> {
  using type = float;
};
template <>
struct AccumulateType<BFloat16, false> {
  using type = float;
};
template <>
struct AccumulateType<float, false> {
  using type = double;
};
template <>
struct AccumulateType<complex<float>, false> {
  using type = complex<double>;
};
}  // namespace detail

/// The type LibTorch sums in: int64 for integers, float for halves; on the CPU double for float.
template <typename T, bool is_cuda>
using acc_type = typename detail::AccumulateType<T, is_cuda>::type;

}  // namespace hearth
