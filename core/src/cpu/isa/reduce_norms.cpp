// SPDX-License-Identifier: Apache-2.0
#include "cpu/isa/reduce.h"
#include "cpu/isa/vmath.h"

namespace hearth::cpu::HEARTH_ISA {
namespace {

template <class A, class T>
inline A magnitude(T x) {
  return vmath::abs(widen<A>(x));
}
template <class A, class T>
inline A magnitude(complex<T> x) {
  return vmath::hypot(x.real_, x.imag_);
}
template <class A, class T>
inline A square(T x) {
  return widen<A>(x) * widen<A>(x);
}
template <class A, class T>
inline A square(complex<T> x) {
  return x.real_ * x.real_ + x.imag_ * x.imag_;
}

/// Adds what `load` of a derived reducer gives.
template <class T, bool kNumber = false, class A = real_t<T>>
struct Adding {
  using In = T;
  using Acc = A;
  static constexpr bool kUsesNumber = kNumber;
  static Acc identity() { return Acc(0); }
  static Acc merge(Acc a, Acc b) { return a + b; }
};

template <class T>
struct AbsSum : Adding<T> {
  using Acc = real_t<T>;
  static Acc load(T x, Acc) { return magnitude<Acc>(x); }
};
template <class T>
struct SquareSum : Adding<T> {
  using Acc = real_t<T>;
  static Acc load(T x, Acc) { return square<Acc>(x); }
};
template <class T>
struct PowerSum : Adding<T, true> {
  using Acc = real_t<T>;
  static Acc load(T x, Acc p) { return vmath::pow(magnitude<Acc>(x), p); }
};
template <class T>
struct ExpDiff : Adding<T, true> {
  using Acc = real_t<T>;
  static Acc load(T x, Acc c) { return vmath::exp(widen<Acc>(x) - c); }
};
/// x in double, by way of float for the half types.
template <class T>
inline double in_double(T x) {
  return static_cast<double>(widen<real_t<T>>(x));
}
template <class T>
struct DoubleSum : Adding<T, false, double> {
  static double load(T x, double) { return in_double(x); }
};
template <class T>
struct SquareDiff : Adding<T, true, double> {
  static double load(T x, double c) {
    const double d = in_double(x) - c;
    return d * d;
  }
};
template <class T>
struct AbsMax : AbsSum<T> {
  using Acc = real_t<T>;
  static Acc merge(Acc a, Acc b) { return (b > a) | (b != b) ? b : a; }
};
template <class T>
struct AbsMin : AbsSum<T> {
  using Acc = real_t<T>;
  static Acc identity() { return static_cast<Acc>(vmath::kInf); }
  static Acc merge(Acc a, Acc b) { return (b < a) | (b != b) ? b : a; }
};

constexpr ReduceTable make_table() {
  ReduceTable t{};
#define HEARTH_REDUCTION(name, T, type) \
  t.by[static_cast<int>(Reduction::name)][static_cast<int>(type)] = kernels<name<T>>();
#define HEARTH_NORMS(T, type)          \
  HEARTH_REDUCTION(AbsSum, T, type)    \
  HEARTH_REDUCTION(SquareSum, T, type) \
  HEARTH_REDUCTION(PowerSum, T, type)  \
  HEARTH_REDUCTION(AbsMax, T, type)    \
  HEARTH_REDUCTION(AbsMin, T, type)
#define HEARTH_ALL(T, type)            \
  HEARTH_NORMS(T, type)                \
  HEARTH_REDUCTION(ExpDiff, T, type)   \
  HEARTH_REDUCTION(DoubleSum, T, type) \
  HEARTH_REDUCTION(SquareDiff, T, type)
  HEARTH_ALL(Half, kHalf)
  HEARTH_ALL(BFloat16, kBFloat16)
  HEARTH_ALL(float, kFloat)
  HEARTH_ALL(double, kDouble)
  HEARTH_NORMS(complex<float>, kComplexFloat)
  HEARTH_NORMS(complex<double>, kComplexDouble)
#undef HEARTH_REDUCTION
#undef HEARTH_NORMS
#undef HEARTH_ALL
  return t;
}

constexpr ReduceTable kTable = make_table();

}  // namespace

const ReduceTable& reduce_norms() { return kTable; }

}  // namespace hearth::cpu::HEARTH_ISA
