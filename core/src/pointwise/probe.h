// SPDX-License-Identifier: Apache-2.0
// A type that stands for "something was read": compiling a derivative's text with it tells which
// variables the text uses. Kernel header: constant expressions only.
#pragma once

namespace hearth {

struct Probe {
  unsigned reads = 0;     ///< bit per variable
  bool identity = false;  ///< the expression is one variable, untouched
};
inline constexpr unsigned kReadsG = 1, kReadsA = 2, kReadsB = 4, kReadsC = 8, kReadsY = 16,
                          kReadsNone = 32;

#define HEARTH_PROBE_OPERATOR(op) \
  constexpr Probe operator op(Probe a, Probe b) { return {a.reads | b.reads}; }
HEARTH_PROBE_OPERATOR(+)
HEARTH_PROBE_OPERATOR(-)
HEARTH_PROBE_OPERATOR(*)
HEARTH_PROBE_OPERATOR(/)
HEARTH_PROBE_OPERATOR(==)
HEARTH_PROBE_OPERATOR(!=)
HEARTH_PROBE_OPERATOR(<)
HEARTH_PROBE_OPERATOR(<=)
HEARTH_PROBE_OPERATOR(>)
HEARTH_PROBE_OPERATOR(>=)
HEARTH_PROBE_OPERATOR(&)
HEARTH_PROBE_OPERATOR(|)
HEARTH_PROBE_OPERATOR(^)
#undef HEARTH_PROBE_OPERATOR
constexpr Probe operator-(Probe a) { return {a.reads}; }
constexpr Probe select(Probe c, Probe a, Probe b) { return {c.reads | a.reads | b.reads}; }

namespace probe_px {
#define HEARTH_PROBE_1(name) \
  constexpr Probe name(Probe a) { return {a.reads}; }
#define HEARTH_PROBE_2(name) \
  constexpr Probe name(Probe a, Probe b) { return {a.reads | b.reads}; }
HEARTH_PROBE_1(conj)
HEARTH_PROBE_1(abs)
HEARTH_PROBE_1(sign)
HEARTH_PROBE_1(sgn)
HEARTH_PROBE_1(exp)
HEARTH_PROBE_1(exp2)
HEARTH_PROBE_1(log)
HEARTH_PROBE_1(log1p)
HEARTH_PROBE_1(sin)
HEARTH_PROBE_1(cos)
HEARTH_PROBE_1(sinh)
HEARTH_PROBE_1(cosh)
HEARTH_PROBE_1(tanh)
HEARTH_PROBE_1(rsqrt)
HEARTH_PROBE_1(acosh_slope)
HEARTH_PROBE_1(sigmoid)
HEARTH_PROBE_1(erf)
HEARTH_PROBE_1(ge0)
HEARTH_PROBE_1(isfinite)
HEARTH_PROBE_1(gelu_tanh_slope)
HEARTH_PROBE_1(lgamma)
HEARTH_PROBE_1(digamma)
HEARTH_PROBE_1(erfcx)
HEARTH_PROBE_1(i0)
HEARTH_PROBE_1(i1)
HEARTH_PROBE_1(i1e)
HEARTH_PROBE_1(i1_slope)
HEARTH_PROBE_1(i1e_slope)
HEARTH_PROBE_1(sinc_slope)
HEARTH_PROBE_1(frexp_exponent)
HEARTH_PROBE_2(pow)
HEARTH_PROBE_2(xlogy)
HEARTH_PROBE_2(xlog1py)
HEARTH_PROBE_2(polygamma)
HEARTH_PROBE_2(polygamma_slope)
HEARTH_PROBE_2(zeta)
HEARTH_PROBE_2(bessel_slope)
HEARTH_PROBE_2(div_floor)
HEARTH_PROBE_2(div_trunc)
HEARTH_PROBE_2(maximum)
HEARTH_PROBE_2(smooth_l1_slope)
// Zero whatever its argument is.
constexpr Probe zero(Probe) { return {}; }
#undef HEARTH_PROBE_1
#undef HEARTH_PROBE_2
}  // namespace probe_px

namespace probe {

struct None {};
inline constexpr None none;
constexpr unsigned result(Probe p) { return p.identity ? kReadsG : (p.reads | 64u); }
constexpr unsigned result(None) { return kReadsNone; }

}  // namespace probe

/// What the derivatives of each op read: bits of kReads*; kReadsG alone means the derivative is g
/// itself, bit 64 that it is computed, kReadsNone that there is none.
struct DerivativeReads {
  unsigned by[3];
};

namespace probe {

namespace px = probe_px;
constexpr auto K = [](double) { return Probe{}; };

#define HEARTH_PROBE_VARIABLES                                                           \
  [[maybe_unused]] constexpr Probe g{kReadsG, true}, a{kReadsA}, b{kReadsB}, c{kReadsC}, \
      x{kReadsA}, y{kReadsY}, p0{}, p1{}, p2{};

#define HEARTH_UNARY(name, forms, types, result_kind, expr, da) \
  constexpr DerivativeReads name##_reads() {                    \
    HEARTH_PROBE_VARIABLES                                      \
    return {{result(da), kReadsNone, kReadsNone}};              \
  }
#define HEARTH_BINARY(name, forms, types, result_kind, expr, da, db) \
  constexpr DerivativeReads name##_reads() {                         \
    HEARTH_PROBE_VARIABLES                                           \
    return {{result(da), result(db), kReadsNone}};                   \
  }
#define HEARTH_TERNARY(name, forms, types, result_kind, expr, da, db, dc) \
  constexpr DerivativeReads name##_reads() {                              \
    HEARTH_PROBE_VARIABLES                                                \
    return {{result(da), result(db), result(dc)}};                        \
  }
#include "hearth/ops/pointwise.def"
#undef HEARTH_UNARY
#undef HEARTH_BINARY
#undef HEARTH_TERNARY
#undef HEARTH_PROBE_VARIABLES

}  // namespace probe
}  // namespace hearth
