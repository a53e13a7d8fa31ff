// SPDX-License-Identifier: Apache-2.0
#include "hearth/ops/pointwise.h"

#include "hearth/nn/modules/activation.h"
#include "hearth/ops/view.h"

#include "core/golden/tables.h"

namespace hearth::golden {
namespace {

namespace F = nn::functional;

#define UNARY(name)                                          \
  {                                                          \
#name, [](Args & a) -> Outputs { return {a[0].name()}; } \
  }
#define FUNCTION(name)                                              \
  {                                                                 \
#name, [](Args & a) -> Outputs { return {hearth::name(a[0])}; } \
  }
#define BINARY(name)                                             \
  {                                                              \
#name, [](Args & a) -> Outputs { return {a[0].name(a[1])}; } \
  }
// With a tensor, or with the scalar attribute `other`.
#define BINARY_OR_SCALAR(name)                                                                        \
  {                                                                                                   \
#name,                                                                                            \
        [](Args & a)                                                                                  \
             -> Outputs { return {a.has("other") ? a[0].name(a.scalar("other"))                       \
                                                 : a[0].name(a[1])}; } \
  }

Tensor add(Args& a) {
  const Scalar alpha = a.has("alpha") ? a.scalar("alpha") : Scalar(1);
  return a.has("other") ? a[0].add(a.scalar("other"), alpha) : a[0].add(a[1], alpha);
}
Tensor sub(Args& a) {
  const Scalar alpha = a.has("alpha") ? a.scalar("alpha") : Scalar(1);
  return a.has("other") ? a[0].sub(a.scalar("other"), alpha) : a[0].sub(a[1], alpha);
}
Tensor div(Args& a) {
  if (a.has("rounding_mode")) return a[0].div(a[1], std::string_view(a.s("rounding_mode")));
  return a.has("other") ? a[0].div(a.scalar("other")) : a[0].div(a[1]);
}
Tensor pow(Args& a) {
  if (a.has("exponent")) return a[0].pow(a.scalar("exponent"));
  return a.has("other") ? a[0].pow(a.scalar("other")) : a[0].pow(a[1]);
}
/// Each number with a weight of its own.
Outputs each_prelu(Args& a) {
  std::vector<Tensor> out;
  for (int64_t i = 0; i < a[0].size(0); ++i)
    out.push_back(F::prelu(a[0].slice(0, i, i + 1), a[1].slice(0, i, i + 1)));
  return {cat(out)};
}
std::optional<Tensor> maybe(const Tensor& t) {
  return t.defined() ? std::optional<Tensor>(t) : std::nullopt;
}

const Table kTable = {
    UNARY(abs),
    UNARY(neg),
    UNARY(square),
    UNARY(exp),
    UNARY(expm1),
    UNARY(log),
    UNARY(log2),
    UNARY(log10),
    UNARY(log1p),
    UNARY(sqrt),
    UNARY(rsqrt),
    UNARY(reciprocal),
    UNARY(sin),
    UNARY(cos),
    UNARY(tan),
    UNARY(asin),
    UNARY(acos),
    UNARY(atan),
    UNARY(sinh),
    UNARY(cosh),
    UNARY(tanh),
    UNARY(asinh),
    UNARY(acosh),
    UNARY(atanh),
    UNARY(erf),
    UNARY(erfc),
    UNARY(sigmoid),
    UNARY(sign),
    UNARY(round),
    UNARY(floor),
    UNARY(ceil),
    UNARY(trunc),
    UNARY(frac),
    UNARY(relu),
    UNARY(isnan),
    UNARY(isinf),
    UNARY(isfinite),
    UNARY(logical_not),
    UNARY(bitwise_not),
    FUNCTION(silu),
    FUNCTION(hardswish),
    FUNCTION(hardsigmoid),
    FUNCTION(relu6),
    BINARY(maximum),
    BINARY(minimum),
    BINARY(atan2),
    BINARY(floor_divide),
    BINARY(logical_and),
    BINARY(logical_or),
    BINARY(logical_xor),
    BINARY_OR_SCALAR(mul),
    BINARY_OR_SCALAR(remainder),
    BINARY_OR_SCALAR(fmod),
    BINARY_OR_SCALAR(eq),
    BINARY_OR_SCALAR(ne),
    BINARY_OR_SCALAR(lt),
    BINARY_OR_SCALAR(le),
    BINARY_OR_SCALAR(gt),
    BINARY_OR_SCALAR(ge),
    BINARY_OR_SCALAR(bitwise_and),
    BINARY_OR_SCALAR(bitwise_or),
    BINARY_OR_SCALAR(bitwise_xor),
    {"add", [](Args& a) -> Outputs { return {add(a)}; }},
    {"sub", [](Args& a) -> Outputs { return {sub(a)}; }},
    {"div", [](Args& a) -> Outputs { return {div(a)}; }},
    {"pow", [](Args& a) -> Outputs { return {pow(a)}; }},
    {"rpow", [](Args& a) -> Outputs { return {hearth::pow(a.scalar("base"), a[0])}; }},
    {"rsub", [](Args& a) -> Outputs { return {a.scalar("other") - a[0]}; }},
    {"rdiv", [](Args& a) -> Outputs { return {a.scalar("other") / a[0]}; }},
    {"clamp",
     [](Args& a) -> Outputs { return {a[0].clamp(a.maybe_scalar("min"), a.maybe_scalar("max"))}; }},
    {"clamp_tensor", [](Args& a) -> Outputs { return {a[0].clamp(maybe(a[1]), maybe(a[2]))}; }},
    {"clamp_min_tensor",
     [](Args& a) -> Outputs { return {a[0].clamp(std::optional<Tensor>(a[1]))}; }},
    {"clamp_max_tensor",
     [](Args& a) -> Outputs { return {a[0].clamp(std::nullopt, std::optional<Tensor>(a[1]))}; }},
    {"where", [](Args& a) -> Outputs { return {hearth::where(a[0], a[1], a[2])}; }},
    {"lerp", [](Args& a) -> Outputs { return {a[0].lerp(a[1], a.scalar("weight"))}; }},
    {"lerp_tensor", [](Args& a) -> Outputs { return {a[0].lerp(a[1], a[2])}; }},
    {"addcmul", [](Args& a) -> Outputs { return {a[0].addcmul(a[1], a[2], a.scalar("value"))}; }},
    {"addcdiv", [](Args& a) -> Outputs { return {a[0].addcdiv(a[1], a[2], a.scalar("value"))}; }},
    {"leaky_relu",
     [](Args& a) -> Outputs { return {leaky_relu(a[0], a.f("negative_slope", 0.01))}; }},
    {"elu", [](Args& a) -> Outputs { return {elu(a[0], a.f("alpha", 1.0))}; }},
    {"gelu",
     [](Args& a) -> Outputs {
       return {gelu(a[0], a.has("approximate") ? a.s("approximate") : "none")};
     }},
    {"softplus",
     [](Args& a) -> Outputs { return {softplus(a[0], a.f("beta", 1.0), a.f("threshold", 20.0))}; }},
    {"hardtanh",
     [](Args& a) -> Outputs {
       return {hardtanh(a[0], a.f("min_val", -1.0), a.f("max_val", 1.0))};
     }},
    {"logsigmoid", [](Args& a) -> Outputs { return {log_sigmoid(a[0])}; }},
    {"nan_to_num", [](Args& a) -> Outputs { return {a[0].nan_to_num()}; }},
    {"selu", [](Args& a) -> Outputs { return {F::selu(a[0])}; }},
    {"celu",
     [](Args& a) -> Outputs { return {F::celu(a[0], F::CELUFuncOptions().alpha(a.f("alpha")))}; }},
    {"mish", [](Args& a) -> Outputs { return {F::mish(a[0])}; }},
    {"softsign", [](Args& a) -> Outputs { return {F::softsign(a[0])}; }},
    {"tanhshrink", [](Args& a) -> Outputs { return {F::tanhshrink(a[0])}; }},
    {"hardshrink", [](Args& a) -> Outputs { return {hearth::hardshrink(a[0], a.f("lambd"))}; }},
    {"softshrink", [](Args& a) -> Outputs { return {hearth::softshrink(a[0], a.f("lambd"))}; }},
    {"prelu", each_prelu},
    {"glu",
     [](Args& a) -> Outputs {
       return {F::glu(cat({a[0], a[1]}), 0)};
     }},
    {"threshold",
     [](Args& a) -> Outputs { return {threshold(a[0], a.f("threshold"), a.f("value"))}; }},
};

HEARTH_GOLDEN_FAMILY(GoldenPointwise, "pointwise", kTable);

}  // namespace

const Table& pointwise_table() { return kTable; }

}  // namespace hearth::golden
