// SPDX-License-Identifier: Apache-2.0
// Elements on the device: conversions between dtypes, and memory whose dtype is known at run time.
#pragma once

#include <type_traits>

#include <cuda_bf16.h>
#include <cuda_fp16.h>

#include "hearth/base/complex.h"
#include "hearth/base/dtype.h"
#include "hearth/base/error.h"

namespace hearth::cuda {

template <class T>
inline constexpr bool kIsComplex = false;
template <class T>
inline constexpr bool kIsComplex<complex<T>> = true;

/// The type to add up and compute in: float for the half types.
template <class T>
struct Accumulate {
  using type = T;
};
template <>
struct Accumulate<Half> {
  using type = float;
};
template <>
struct Accumulate<BFloat16> {
  using type = float;
};
template <class T>
using accumulate_t = typename Accumulate<T>::type;

/// static_cast between any two element types, with the device's conversions of half types. A
/// complex number loses its imaginary part; bool is "not zero".
template <class To, class From>
__device__ __forceinline__ To convert(From v) {
  if constexpr (std::is_same_v<To, From>) {
    return v;
  } else if constexpr (std::is_same_v<From, Half>) {
    return convert<To>(__half2float(__ushort_as_half(v.bits)));
  } else if constexpr (std::is_same_v<From, BFloat16>) {
    return convert<To>(__uint_as_float(static_cast<unsigned>(v.bits) << 16));
  } else if constexpr (kIsComplex<From>) {
    if constexpr (kIsComplex<To>) {
      return To(v);
    } else if constexpr (std::is_same_v<To, bool>) {
      return v.real_ != 0 || v.imag_ != 0;
    } else {
      return convert<To>(v.real_);
    }
  } else if constexpr (std::is_same_v<To, Half>) {
    Half h;
    h.bits = __half_as_ushort(__float2half_rn(static_cast<float>(v)));
    return h;
  } else if constexpr (std::is_same_v<To, BFloat16>) {
    BFloat16 h;
    h.bits = __bfloat16_as_ushort(__float2bfloat16_rn(static_cast<float>(v)));
    return h;
  } else if constexpr (kIsComplex<To>) {
    return To(static_cast<typename To::value_type>(v));
  } else if constexpr (std::is_same_v<To, bool>) {
    return v != From(0);
  } else {
    return static_cast<To>(v);
  }
}

/// Element i of memory of a dtype known at run time, as T.
template <class T>
__device__ __forceinline__ T load_as(const void* data, ScalarType type, int64_t i) {
  switch (type) {
#define HEARTH_CASE(S, name) \
  case ScalarType::name:     \
    return convert<T>(static_cast<const S*>(data)[i]);
    HEARTH_FORALL_SCALAR_TYPES(HEARTH_CASE)
#undef HEARTH_CASE
    default:
      return T(0);
  }
}

template <class T>
__device__ __forceinline__ void store_as(void* data, ScalarType type, int64_t i, T v) {
  switch (type) {
#define HEARTH_CASE(S, name)                  \
  case ScalarType::name:                      \
    static_cast<S*>(data)[i] = convert<S>(v); \
    break;
    HEARTH_FORALL_SCALAR_TYPES(HEARTH_CASE)
#undef HEARTH_CASE
    default:
      break;
  }
}

/// Calls f(T()) with the C++ type of a dtype.
template <class F>
void with_type(ScalarType type, const F& f) {
  switch (type) {
#define HEARTH_CASE(S, name) \
  case ScalarType::name:     \
    return f(S());
    HEARTH_FORALL_SCALAR_TYPES(HEARTH_CASE)
#undef HEARTH_CASE
    default:
      return;
  }
}

/// Calls f(T()) with float, double, Half or BFloat16.
template <class F>
void with_floating_type(ScalarType type, std::string_view op, const F& f) {
  if (type == kFloat) return f(float());
  if (type == kDouble) return f(double());
  if (type == kHalf) return f(Half());
  if (type == kBFloat16) return f(BFloat16());
  throw NotImplementedError(cat_str("[", op, "] no CUDA kernel for ", type));
}

/// Calls f(T()) with an unsigned integer of as many bytes as an element: for moving elements about.
template <class F>
void with_element_size(ScalarType type, const F& f) {
  switch (element_size(type)) {
    case 1:
      return f(uint8_t());
    case 2:
      return f(uint16_t());
    case 4:
      return f(uint32_t());
    case 8:
      return f(uint64_t());
    default:
      return f(ulonglong2());
  }
}

}  // namespace hearth::cuda
