// SPDX-License-Identifier: Apache-2.0
#include "hearth/base/complex.h"
#include "hearth/base/dtype.h"

#include "cpu/pointwise_kernels.h"

namespace hearth::cpu::HEARTH_ISA {

namespace {

template <class T>
inline constexpr bool is_complex_type = false;
template <class T>
inline constexpr bool is_complex_type<complex<T>> = true;
template <class A, class B>
inline constexpr bool same = false;
template <class A>
inline constexpr bool same<A, A> = true;
template <class T>
inline constexpr bool is_half_type = same<T, Half> || same<T, BFloat16>;

template <class To, class From>
inline To convert_one(From v) {
  if constexpr (is_complex_type<From>) {
    if constexpr (is_complex_type<To>) {
      return To(static_cast<typename To::value_type>(v.real_),
                static_cast<typename To::value_type>(v.imag_));
    } else if constexpr (same<To, bool>) {
      return v.real_ != 0 || v.imag_ != 0;
    } else {
      return convert_one<To>(v.real_);
    }
  } else if constexpr (is_half_type<From>) {
    return convert_one<To>(static_cast<float>(v));
  } else if constexpr (is_complex_type<To>) {
    return To(static_cast<typename To::value_type>(v));
  } else if constexpr (is_half_type<To>) {
    return To(static_cast<float>(v));
  } else if constexpr (same<To, bool>) {
    return v != From(0);
  } else {
    return static_cast<To>(v);
  }
}

template <class To, class From>
void convert(void* out, const void* in, int64_t n) {
  To* o = static_cast<To*>(out);
  const From* x = static_cast<const From*>(in);
  for (int64_t i = 0; i < n; ++i) o[i] = convert_one<To>(x[i]);
}

struct Bytes16 {
  uint64_t a, b;
};

template <class E>
void gather(void* out, const void* in, int64_t stride, int64_t n) {
  E* o = static_cast<E*>(out);
  const char* x = static_cast<const char*>(in);
  for (int64_t i = 0; i < n; ++i) o[i] = *reinterpret_cast<const E*>(x + i * stride);
}

template <class E>
void scatter(void* out, int64_t stride, const void* in, int64_t n) {
  char* o = static_cast<char*>(out);
  const E* x = static_cast<const E*>(in);
  for (int64_t i = 0; i < n; ++i) *reinterpret_cast<E*>(o + i * stride) = x[i];
}

template <class E>
void fill(void* out, const void* value, int64_t n) {
  E* o = static_cast<E*>(out);
  const E v = *static_cast<const E*>(value);
  for (int64_t i = 0; i < n; ++i) o[i] = v;
}

constexpr ConvertTable make_table() {
  ConvertTable t{};
  int to = 0;
#define HEARTH_TO(To, name) \
  {                         \
    using Target = To;      \
    int from = 0;           \
    HEARTH_FROM_ALL         \
    ++to;                   \
  }
#define HEARTH_FROM(From) t.convert[from++][to] = &convert<Target, From>;
#define HEARTH_FROM_ALL \
  HEARTH_FROM(bool)     \
  HEARTH_FROM(uint8_t)  \
  HEARTH_FROM(int8_t)   \
  HEARTH_FROM(int16_t)  \
  HEARTH_FROM(int32_t)  \
  HEARTH_FROM(int64_t)  \
  HEARTH_FROM(Half)     \
  HEARTH_FROM(BFloat16) \
  HEARTH_FROM(float) HEARTH_FROM(double) HEARTH_FROM(complex<float>) HEARTH_FROM(complex<double>)
  HEARTH_FORALL_SCALAR_TYPES(HEARTH_TO)
#undef HEARTH_TO
#undef HEARTH_FROM
#undef HEARTH_FROM_ALL
#define HEARTH_RAW(log2, E)      \
  t.gather[log2] = &gather<E>;   \
  t.scatter[log2] = &scatter<E>; \
  t.fill[log2] = &fill<E>;
  HEARTH_RAW(0, uint8_t)
  HEARTH_RAW(1, uint16_t)
  HEARTH_RAW(2, uint32_t)
  HEARTH_RAW(3, uint64_t)
  HEARTH_RAW(4, Bytes16)
#undef HEARTH_RAW
  return t;
}

constexpr ConvertTable kTable = make_table();

}  // namespace

const ConvertTable& convert_table() { return kTable; }

}  // namespace hearth::cpu::HEARTH_ISA
