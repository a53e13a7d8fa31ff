// SPDX-License-Identifier: Apache-2.0
// Elements of the libraries' data types, for stand-ins that compute in double.
#pragma once

#include <complex>
#include <cstring>
#include <type_traits>
#include <utility>

#include <cuda_bf16.h>
#include <cuda_fp16.h>
#include <library_types.h>

namespace hearth::emulator {

template <class T>
inline constexpr bool kIsComplex = false;
template <class T>
inline constexpr bool kIsComplex<std::complex<T>> = true;

/// Calls f(T()) with the C++ type of `type`; false if there is none.
template <class F>
bool with_element(cudaDataType_t type, const F& f) {
  switch (type) {
    case CUDA_R_16F:
      f(__half());
      return true;
    case CUDA_R_16BF:
      f(__nv_bfloat16());
      return true;
    case CUDA_R_32F:
      f(float());
      return true;
    case CUDA_R_64F:
      f(double());
      return true;
    case CUDA_C_32F:
      f(std::complex<float>());
      return true;
    case CUDA_C_64F:
      f(std::complex<double>());
      return true;
    default:
      return false;
  }
}

/// What to compute with elements of T in.
template <class T>
using exact_t = std::conditional_t<kIsComplex<T>, std::complex<double>, double>;

template <class T>
exact_t<T> exactly(T v) {
  if constexpr (std::is_same_v<T, __half> || std::is_same_v<T, __nv_bfloat16>) {
    return static_cast<float>(v);
  } else {
    return exact_t<T>(v);
  }
}

template <class T>
T rounded(exact_t<T> v) {
  if constexpr (std::is_same_v<T, __half>) {
    return __double2half(v);
  } else if constexpr (std::is_same_v<T, __nv_bfloat16>) {
    return __double2bfloat16(v);
  } else {
    return static_cast<T>(v);
  }
}

/// Rounds to the ten bits that tensor cores keep of a float.
inline double rounded_to_tf32(double v) {
  auto f = static_cast<float>(v);
  if (!(f - f == 0)) return f;
  unsigned bits;
  std::memcpy(&bits, &f, sizeof bits);
  bits = (bits + 0xfffu + (bits >> 13 & 1)) & ~0x1fffu;
  std::memcpy(&f, &bits, sizeof bits);
  return f;
}
inline std::complex<double> rounded_to_tf32(std::complex<double> v) {
  return {rounded_to_tf32(v.real()), rounded_to_tf32(v.imag())};
}

/// A factor that the caller gave in memory of the host.
template <class E>
E factor(cudaDataType_t type, const void* at) {
  E value(0);
  with_element(type, [&]<class T>(T) {
    if constexpr (std::is_convertible_v<exact_t<T>, E>) value = exactly(*static_cast<const T*>(at));
  });
  return value;
}

}  // namespace hearth::emulator
