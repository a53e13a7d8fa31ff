// SPDX-License-Identifier: Apache-2.0
#pragma once

// Registers of the level a kernel file is compiled for, as GCC's and clang's vector extensions.
// For files in cpu/isa only: everything here is different, and private, in each of them.

#include <cstdint>
#include <cstring>
#if defined(__FMA__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

#if defined(__AVX512F__)
#define HEARTH_VECTOR_BYTES 64
#elif defined(__AVX2__)
#define HEARTH_VECTOR_BYTES 32
#else
#define HEARTH_VECTOR_BYTES 16
#endif

namespace hearth::cpu {
namespace HEARTH_ISA {

template <typename T>
struct VectorOf;
template <>
struct VectorOf<float> {
  typedef float type __attribute__((vector_size(HEARTH_VECTOR_BYTES)));
  typedef float quad __attribute__((vector_size(16)));
};
template <>
struct VectorOf<double> {
  typedef double type __attribute__((vector_size(HEARTH_VECTOR_BYTES)));
  typedef double quad __attribute__((vector_size(32)));
};
template <typename T>
using Vector = typename VectorOf<T>::type;
/// Four elements, whatever the level.
template <typename T>
using Quad = typename VectorOf<T>::quad;
template <typename T>
inline constexpr int kLanes = HEARTH_VECTOR_BYTES / sizeof(T);

template <typename V, typename T>
static inline V load(const T* p) {
  V v;
  std::memcpy(&v, p, sizeof v);
  return v;
}
/// Loads a register's worth of T; from uint16_t, bfloat16's bits, as floats.
template <typename T>
static inline Vector<T> load_as(const T* p) {
  return load<Vector<T>>(p);
}
template <typename T>
static inline Vector<T> load_as(const uint16_t* p) {
  typedef uint16_t Bits __attribute__((vector_size(HEARTH_VECTOR_BYTES / 2)));
  typedef uint32_t Wide __attribute__((vector_size(HEARTH_VECTOR_BYTES)));
  return (Vector<T>)(__builtin_convertvector(load<Bits>(p), Wide) << 16);
}
/// The even and the odd ones of two registers' worth of bfloat16: cheaper than widening in order.
static inline Vector<float> load_even(const uint16_t* p) {
  typedef uint32_t Pairs __attribute__((vector_size(HEARTH_VECTOR_BYTES)));
  return (Vector<float>)(load<Pairs>(p) << 16);
}
static inline Vector<float> load_odd(const uint16_t* p) {
  typedef uint32_t Pairs __attribute__((vector_size(HEARTH_VECTOR_BYTES)));
  return (Vector<float>)(load<Pairs>(p) & 0xffff0000u);
}
static inline float scalar_as(float v) { return v; }
static inline double scalar_as(double v) { return v; }
static inline float scalar_as(uint16_t v) {
  return __builtin_bit_cast(float, static_cast<uint32_t>(v) << 16);
}

template <typename V, typename T>
static inline void store(T* p, const V& v) {
  std::memcpy(p, &v, sizeof v);
}

/// The first `count` > 0 elements at p, zeros behind; nothing beyond them is read.
template <typename T>
static inline Vector<T> load_first(const T* p, int64_t count) {
  constexpr int lanes = kLanes<T>;
  if (count >= lanes) return load<Vector<T>>(p);
#if defined(__AVX512F__)
  if constexpr (sizeof(T) == 4)
    return _mm512_maskz_loadu_ps(static_cast<__mmask16>((1u << count) - 1), p);
  else
    return _mm512_maskz_loadu_pd(static_cast<__mmask8>((1u << count) - 1), p);
#else
  T some[lanes];
  for (int i = 0; i < lanes; ++i) some[i] = i < count ? p[i] : T(0);
  return load<Vector<T>>(some);
#endif
}
/// Stores the first `count` > 0 elements; nothing beyond them is written.
template <typename T>
static inline void store_first(T* p, const Vector<T>& v, int64_t count) {
  constexpr int lanes = kLanes<T>;
  if (count >= lanes) return store(p, v);
#if defined(__AVX512F__)
  if constexpr (sizeof(T) == 4)
    _mm512_mask_storeu_ps(p, static_cast<__mmask16>((1u << count) - 1), v);
  else
    _mm512_mask_storeu_pd(p, static_cast<__mmask8>((1u << count) - 1), v);
#else
  T some[lanes];
  store(some, v);
  for (int64_t i = 0; i < count; ++i) p[i] = some[i];
#endif
}

// a * b + c in one rounding where the machine has it. Spelled as intrinsics: with
// -ffp-contract=off compilers do not form it from vector operators.
#if defined(__AVX512F__)
static inline Vector<float> fma(Vector<float> a, Vector<float> b, Vector<float> c) {
  return _mm512_fmadd_ps(a, b, c);
}
static inline Vector<double> fma(Vector<double> a, Vector<double> b, Vector<double> c) {
  return _mm512_fmadd_pd(a, b, c);
}
#elif defined(__FMA__) && defined(__AVX2__)
static inline Vector<float> fma(Vector<float> a, Vector<float> b, Vector<float> c) {
  return _mm256_fmadd_ps(a, b, c);
}
static inline Vector<double> fma(Vector<double> a, Vector<double> b, Vector<double> c) {
  return _mm256_fmadd_pd(a, b, c);
}
#elif defined(__aarch64__)
static inline Vector<float> fma(Vector<float> a, Vector<float> b, Vector<float> c) {
  return vfmaq_f32(c, a, b);
}
static inline Vector<double> fma(Vector<double> a, Vector<double> b, Vector<double> c) {
  return vfmaq_f64(c, a, b);
}
#else
template <typename V>
static inline V fma(V a, V b, V c) {
  return a * b + c;
}
#endif

}  // namespace HEARTH_ISA
}  // namespace hearth::cpu
