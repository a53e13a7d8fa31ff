// SPDX-License-Identifier: Apache-2.0
#include "cpu/isa/reduce_sums.h"

namespace hearth::cpu::HEARTH_ISA {
namespace {

template <class T>
struct SummingNumbers : Summing<T> {
  using Acc = typename sum_of<T>::type;
  static Acc load(T x, Acc) {
    const Acc number = widen<Acc>(x);
    return number == number ? number : Acc(0);
  }
};

template <class T>
inline bool nonzero(T x) {
  return x != T(0);
}
template <class T>
inline bool nonzero(complex<T> x) {
  return (x.real_ != T(0)) | (x.imag_ != T(0));
}
inline bool nonzero(Half x) { return (x.bits & 0x7fff) != 0; }

template <class T>
struct Counting {
  using In = T;
  using Acc = int64_t;
  static constexpr bool kUsesNumber = false;
  static Acc identity() { return 0; }
  static Acc load(T x, Acc) { return nonzero(x); }
  static Acc merge(Acc a, Acc b) { return a + b; }
};

template <class T, bool kEvery>
struct Deciding {
  using In = T;
  using Acc = uint8_t;
  static constexpr bool kUsesNumber = false;
  static Acc identity() { return kEvery; }
  static Acc load(T x, Acc) { return nonzero(x); }
  static Acc merge(Acc a, Acc b) { return static_cast<Acc>(kEvery ? a & b : a | b); }
};

constexpr ReduceTable make_table() {
  ReduceTable t{};
  add_sums<Half>(t, kHalf);
  add_sums<BFloat16>(t, kBFloat16);
  add_sums<float>(t, kFloat);
  add_sums<double>(t, kDouble);
  add_sums<complex<float>>(t, kComplexFloat);
  add_sums<complex<double>>(t, kComplexDouble);
#define HEARTH_TYPE(T, type) \
  t.by[static_cast<int>(Reduction::NanSum)][static_cast<int>(type)] = kernels<SummingNumbers<T>>();
  HEARTH_TYPE(Half, kHalf)
  HEARTH_TYPE(BFloat16, kBFloat16)
  HEARTH_TYPE(float, kFloat)
  HEARTH_TYPE(double, kDouble)
#undef HEARTH_TYPE
  // Types whose zeros have the same bits share a kernel.
#define HEARTH_TYPE(T, type)                                                                      \
  t.by[static_cast<int>(Reduction::CountNonzero)][static_cast<int>(type)] =                       \
      kernels<Counting<T>>();                                                                     \
  t.by[static_cast<int>(Reduction::Any)][static_cast<int>(type)] = kernels<Deciding<T, false>>(); \
  t.by[static_cast<int>(Reduction::All)][static_cast<int>(type)] = kernels<Deciding<T, true>>();
  HEARTH_TYPE(uint8_t, kBool)
  HEARTH_TYPE(uint8_t, kByte)
  HEARTH_TYPE(uint8_t, kChar)
  HEARTH_TYPE(int16_t, kShort)
  HEARTH_TYPE(int32_t, kInt)
  HEARTH_TYPE(int64_t, kLong)
  HEARTH_TYPE(Half, kHalf)
  HEARTH_TYPE(Half, kBFloat16)
  HEARTH_TYPE(float, kFloat)
  HEARTH_TYPE(double, kDouble)
  HEARTH_TYPE(complex<float>, kComplexFloat)
  HEARTH_TYPE(complex<double>, kComplexDouble)
#undef HEARTH_TYPE
  return t;
}

constexpr ReduceTable kTable = make_table();

}  // namespace

const ReduceTable& reduce_sums() { return kTable; }

}  // namespace hearth::cpu::HEARTH_ISA
