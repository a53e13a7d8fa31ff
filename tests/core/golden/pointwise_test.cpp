// SPDX-License-Identifier: Apache-2.0
#include "hearth/ops/pointwise.h"

#include "hearth/nn/modules/activation.h"
#include "hearth/ops/view.h"

#include "core/golden/tables.h"

namespace hearth::golden {
namespace {

namespace F = nn::functional;

/// Number `index` of a line: by its name in `text`, such as "beta = 1, threshold = 20", or its
/// default there.
Scalar number(Args& a, std::string_view text, size_t index) {
  for (; index > 0 && !text.empty(); --index)
    text.remove_prefix(std::min(text.find(", "), text.size() - 2) + 2);
  if (text.empty()) return 0;
  text = text.substr(0, text.find(", "));
  const size_t equals = text.find(" = ");
  const std::string_view name = text.substr(0, equals);
  if (equals == std::string_view::npos || a.has(name)) return a.scalar(name);
  const std::string value(text.substr(equals + 3));
  if (value.find('.') == std::string::npos) return static_cast<int64_t>(std::stoll(value));
  return std::stod(value);
}

std::optional<Tensor> maybe(const Tensor& t) {
  return t.defined() ? std::optional<Tensor>(t) : std::nullopt;
}

/// A function of pointwise.def with the operands of a case.
struct Caller {
  std::string_view name, shape;
  Tensor (*call)(Args& a);
};

#define OPERANDS_unary const Tensor& self = a[0];
#define OPERANDS_tensor const Tensor &self = a[0], &other = a[1];
#define OPERANDS_scalar      \
  const Tensor& self = a[0]; \
  const Scalar other = a.scalar("other");
#define OPERANDS_self_scalar             \
  const Scalar self = a.scalar("input"); \
  const Tensor& other = a[0];
#define OPERANDS_ternary const Tensor &self = a[0], &tensor1 = a[1], &tensor2 = a[2];
#define OPERANDS_tensor_rounded \
  OPERANDS_tensor const std::string_view rounding_mode = a.s("rounding_mode");
#define OPERANDS_scalar_rounded \
  OPERANDS_scalar const std::string_view rounding_mode = a.s("rounding_mode");
#define OPERANDS_bounds      \
  const Tensor& self = a[0]; \
  const auto min = a.maybe_scalar("min"), max = a.maybe_scalar("max");
#define OPERANDS_tensor_bounds \
  const Tensor& self = a[0];   \
  const auto min = maybe(a[1]), max = maybe(a[2]);
#define OPERANDS_with_eps    \
  const Tensor& self = a[0]; \
  const std::optional<double> eps = a.maybe_f("eps");
#define OPERANDS_with_decimals \
  const Tensor& self = a[0];   \
  const int64_t decimals = a.i("decimals");
#define TEXT(...) #__VA_ARGS__
#define HEARTH_FUNCTION(name, op, shape, how, parameters, fields, arguments, tensors, numbers) \
  {#name, #shape, [](Args& a) -> Tensor {                                                      \
     OPERANDS_##shape;                                                                         \
     [[maybe_unused]] const Scalar p0 = number(a, TEXT numbers, 0),                            \
                                   p1 = number(a, TEXT numbers, 1),                            \
                                   p2 = number(a, TEXT numbers, 2);                            \
     return hearth::name(self HEARTH_LIST arguments);                                          \
   }},
#define HEARTH_FUNCTION_OF_SCALAR HEARTH_FUNCTION
#define HEARTH_FUNCTION_IN_PLACE(...)
#define HEARTH_METHOD(...)
#define HEARTH_METHOD_IN_PLACE(...)
const Caller kCallers[] = {
#include "hearth/ops/pointwise_forms.def"
};

/// The overload that the case has attributes for.
Tensor call(std::string_view name, Args& a) {
  const bool by_number = a.has("other");
  const std::string_view shape = a.has("rounding_mode")
                                     ? by_number ? "scalar_rounded" : "tensor_rounded"
                                 : by_number         ? "scalar"
                                 : a.has("decimals") ? "with_decimals"
                                 : a.has("input")    ? "self_scalar"
                                                     : "";
  for (const Caller& c : kCallers)
    if (c.name == name && (shape.empty() || c.shape == shape)) return c.call(a);
  throw ValueError(cat_str(name, " has no form of shape ", shape));
}

/// Its exponent, when it is a number, has a name of its own.
Tensor pow(Args& a) { return a.has("exponent") ? a[0].pow(a.scalar("exponent")) : call("pow", a); }
/// Each number with a weight of its own.
Outputs each_prelu(Args& a) {
  std::vector<Tensor> out;
  for (int64_t i = 0; i < a[0].size(0); ++i)
    out.push_back(F::prelu(a[0].slice(0, i, i + 1), a[1].slice(0, i, i + 1)));
  return {cat(out)};
}
const Table kTable = {
    {"pow", [](Args& a) -> Outputs { return {pow(a)}; }},
    {"rpow", [](Args& a) -> Outputs { return {hearth::pow(a.scalar("base"), a[0])}; }},
    {"rsub", [](Args& a) -> Outputs { return {a.scalar("other") - a[0]}; }},
    {"rdiv", [](Args& a) -> Outputs { return {a.scalar("other") / a[0]}; }},
    {"clamp_tensor", [](Args& a) -> Outputs { return {a[0].clamp(maybe(a[1]), maybe(a[2]))}; }},
    {"clamp_min_tensor",
     [](Args& a) -> Outputs { return {a[0].clamp(std::optional<Tensor>(a[1]))}; }},
    {"clamp_max_tensor",
     [](Args& a) -> Outputs { return {a[0].clamp(std::nullopt, std::optional<Tensor>(a[1]))}; }},
    {"where", [](Args& a) -> Outputs { return {hearth::where(a[0], a[1], a[2])}; }},
    {"lerp", [](Args& a) -> Outputs { return {a[0].lerp(a[1], a.scalar("weight"))}; }},
    {"lerp_tensor", [](Args& a) -> Outputs { return {a[0].lerp(a[1], a[2])}; }},
    {"gelu",
     [](Args& a) -> Outputs {
       return {gelu(a[0], a.has("approximate") ? a.s("approximate") : "none")};
     }},
    {"logsigmoid", [](Args& a) -> Outputs { return {log_sigmoid(a[0])}; }},
    {"nan_to_num", [](Args& a) -> Outputs { return {a[0].nan_to_num()}; }},
    {"softsign", [](Args& a) -> Outputs { return {F::softsign(a[0])}; }},
    {"tanhshrink", [](Args& a) -> Outputs { return {F::tanhshrink(a[0])}; }},
    {"prelu", each_prelu},
    {"glu",
     [](Args& a) -> Outputs {
       return {F::glu(cat({a[0], a[1]}), 0)};
     }},
// Of names that stand above, too, these come second and are left out.
#define HEARTH_FUNCTION(name, ...) {#name, [](Args& a) -> Outputs { return {call(#name, a)}; }},
#define HEARTH_FUNCTION_OF_SCALAR(...)
#define HEARTH_FUNCTION_IN_PLACE(...)
#define HEARTH_METHOD(...)
#define HEARTH_METHOD_IN_PLACE(...)
#include "hearth/ops/pointwise_forms.def"
};

HEARTH_GOLDEN_FAMILY(GoldenPointwise, "pointwise", kTable);

}  // namespace

const Table& pointwise_table() { return kTable; }

}  // namespace hearth::golden
