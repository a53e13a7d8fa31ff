// SPDX-License-Identifier: Apache-2.0
#include "hearth/ops/activation.h"
#include "hearth/ops/gradient.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/special.h"

#include "core/golden/tables.h"

namespace hearth::golden {
namespace {

Outputs frexp(Args& a) {
  const auto [mantissa, exponent] = a[0].frexp();
  return {mantissa, exponent};
}

/// The attributes of a call, as whichever overload takes them.
Outputs gradient(Args& a) {
  const int64_t order = a.i("edge_order");
  const std::vector<double> spacing = a.has("spacing") ? a.floats("spacing") : std::vector{1.0};
  if (!a.has("dim")) {
    if (spacing.size() == 1)
      return hearth::gradient(a[0], std::optional(Scalar(spacing[0])), std::nullopt, order);
    const std::vector<Scalar> each(spacing.begin(), spacing.end());
    return hearth::gradient(a[0], ArrayRef<Scalar>(each), std::nullopt, order);
  }
  const std::vector<int64_t> dim = a.ints("dim");
  if (!a.has("spacing")) return hearth::gradient(a[0], IntArrayRef(dim), order);
  if (dim.size() == 1) return hearth::gradient(a[0], Scalar(spacing[0]), dim[0], order);
  return hearth::gradient(a[0], Scalar(spacing[0]), IntArrayRef(dim), order);
}

#define UNARY(name) {"special_" #name, [](Args& a) -> Outputs { return {special::name(a[0])}; }},
#define BINARY(name)                                                      \
  {"special_" #name, [](Args& a) -> Outputs {                             \
     if (a.has("other")) return {special::name(a[0], a.scalar("other"))}; \
     if (a.has("input")) return {special::name(a.scalar("input"), a[0])}; \
     return {special::name(a[0], a[1])};                                  \
   }},
const Table kTable = {
    {"frexp", frexp},
    {"frexp_mantissa", [](Args& a) -> Outputs { return {std::get<0>(hearth::frexp(a[0]))}; }},
    {"gradient", gradient},
    {"gradient_at",
     [](Args& a) -> Outputs {
       const std::vector<Tensor> at{a[1], a[2]};
       return hearth::gradient(a[0], at, std::nullopt, a.i("edge_order"));
     }},
    {"glu_dim", [](Args& a) -> Outputs { return {glu(a[0], a.i("dim"))}; }},
    {"rrelu_eval",
     [](Args& a) -> Outputs { return {rrelu(a[0], a.scalar("lower"), a.scalar("upper"))}; }},
    {"special_round", [](Args& a) -> Outputs { return {special::round(a[0], a.i("decimals"))}; }},
    {"special_logit", [](Args& a) -> Outputs { return {special::logit(a[0], a.maybe_f("eps"))}; }},
    {"special_multigammaln",
     [](Args& a) -> Outputs { return {special::multigammaln(a[0], a.i("p"))}; }},
    {"special_logsumexp",
     [](Args& a) -> Outputs { return {special::logsumexp(a[0], a.i("dim"))}; }},
    {"special_softmax", [](Args& a) -> Outputs { return {special::softmax(a[0], a.i("dim"))}; }},
    {"special_log_softmax",
     [](Args& a) -> Outputs { return {special::log_softmax(a[0], a.i("dim"))}; }},
    {"special_gammainc", [](Args& a) -> Outputs { return {special::gammainc(a[0], a[1])}; }},
    {"special_gammaincc", [](Args& a) -> Outputs { return {special::gammaincc(a[0], a[1])}; }},
    UNARY(gammaln) UNARY(digamma) UNARY(psi) UNARY(entr) UNARY(erf) UNARY(erfc) UNARY(erfcx) UNARY(
        erfinv) UNARY(exp2) UNARY(expit) UNARY(expm1) UNARY(log1p) UNARY(ndtr) UNARY(ndtri)
        UNARY(log_ndtr) UNARY(sinc) UNARY(i0) UNARY(i0e) UNARY(i1) UNARY(i1e) UNARY(bessel_j0)
            UNARY(bessel_j1) UNARY(bessel_y0) UNARY(bessel_y1) UNARY(modified_bessel_i0) UNARY(
                modified_bessel_i1) UNARY(modified_bessel_k0) UNARY(modified_bessel_k1)
                UNARY(scaled_modified_bessel_k0) UNARY(scaled_modified_bessel_k1) UNARY(
                    spherical_bessel_j0) UNARY(airy_ai) BINARY(xlogy) BINARY(xlog1py) BINARY(zeta)
                    BINARY(chebyshev_polynomial_t) BINARY(chebyshev_polynomial_u)
                        BINARY(chebyshev_polynomial_v) BINARY(chebyshev_polynomial_w) BINARY(
                            shifted_chebyshev_polynomial_t) BINARY(shifted_chebyshev_polynomial_u)
                            BINARY(shifted_chebyshev_polynomial_v)
                                BINARY(shifted_chebyshev_polynomial_w) BINARY(hermite_polynomial_h)
                                    BINARY(hermite_polynomial_he) BINARY(laguerre_polynomial_l)
                                        BINARY(legendre_polynomial_p)};
#undef UNARY
#undef BINARY

/// The names of namespace special before those of pointwise.def.
Table calls() {
  Table all = kTable;
  all.merge(operators());
  return all;
}

HEARTH_GOLDEN_FAMILY(GoldenSpecialFunctions, "special_functions", calls());

}  // namespace

const Table& special_functions_table() { return kTable; }

}  // namespace hearth::golden
