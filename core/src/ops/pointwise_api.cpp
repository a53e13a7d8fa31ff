// SPDX-License-Identifier: Apache-2.0
// The public functions and methods of pointwise ops.
#include <limits>
#include <numbers>

#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/view.h"

#include "pointwise/px_tensor.h"
#include "pointwise/rows.h"

namespace hearth {

namespace {

using ops::Pointwise;
using Op = PointwiseOp;
using Side = Pointwise::Side;

template <class... T>
Tensor call(Op op, const Pointwise& f, const T&... in) {
  const Tensor* args[] = {&in...};
  Tensor out;
  invoke({ops::pointwise_row(op), &f, Args(args, sizeof...(T)), {&out, 1}, Bind::Fresh});
  return out;
}

template <class... T>
const Tensor& call_(Op op, const Pointwise& f, const Tensor& self, const T&... in) {
  const Tensor* args[] = {&self, &in...};
  Tensor out = self;
  invoke({ops::pointwise_row(op), &f, Args(args, sizeof...(T) + 1), {&out, 1}, Bind::InPlace});
  return self;
}

template <class... T>
Tensor& call_out(Op op, const Pointwise& f, Tensor& out, const T&... in) {
  const Tensor* args[] = {&in...};
  invoke({ops::pointwise_row(op), &f, Args(args, sizeof...(T)), {&out, 1}, Bind::Out});
  return out;
}

Pointwise with(const Scalar& p0, const Scalar& p1 = 0, const Scalar& p2 = 0) {
  return {p0, p1, p2};
}
Pointwise other_is(const Scalar& v, const Scalar& p0 = 0) { return {p0, 0, 0, v, Side::B}; }
Pointwise self_is(const Scalar& v, const Scalar& p0 = 0) { return {p0, 0, 0, v, Side::A}; }

void refuse_bool(const char* op, const Tensor& a, ScalarType b) {
  const bool first = a.scalar_type() == kBool, second = b == kBool;
  HEARTH_CHECK_AS(
      DtypeError, !(first && second), "[", op,
      "] Subtraction, the `-` operator, with two bool tensors is not supported. Use the "
      "`^` or `logical_xor()` operator instead.");
  HEARTH_CHECK_AS(
      DtypeError, !first && !second, "[", op,
      "] Subtraction, the `-` operator, with a bool tensor is not supported. If you are "
      "trying to invert a mask, use the `~` or `logical_not()` operator instead.");
}

void refuse_bool_in_hardtanh(const Tensor& self) {
  HEARTH_CHECK_AS(DtypeError, self.scalar_type() != kBool,
                  "[hardtanh] Bool inputs not supported for hardtanh");
}

/// `other` is a tensor or a scalar.
template <typename Other>
void check_alpha(const char* op, const Tensor& self, const Other& other, const Scalar& alpha) {
  if (alpha.isIntegral(true)) return;
  HEARTH_CHECK_AS(DtypeError, !alpha.isComplex() || is_complex(result_type(self, other)), "[", op,
                  "] For non-complex input tensors, argument alpha must not be a complex number.");
  HEARTH_CHECK_AS(
      DtypeError, !is_integral(result_type(self, other), true), "[", op,
      "] For integral input tensors, argument alpha must not be a floating point number.");
}

void refuse_integer_zero(const char* op, const Tensor& a, const Tensor& b) {
  if (!is_integral(a.scalar_type(), true) || !is_integral(b.scalar_type(), true)) return;
  if (b.device().is_meta() || b.numel() == 0) return;
  HEARTH_CHECK_AS(ValueError, (b.ne(0).all().item<bool>()), "[", op,
                  "] ZeroDivisionError: an integer "
                  "tensor was divided by zero");
}
void refuse_integer_zero(const char* op, const Tensor& a, const Scalar& b) {
  HEARTH_CHECK_AS(ValueError,
                  !(is_integral(a.scalar_type(), true) && b.isIntegral(true) && b.toLong() == 0),
                  "[", op, "] ZeroDivisionError: an integer tensor was divided by zero");
}

Op rounding_op(std::optional<std::string_view> mode) {
  if (!mode) return Op::div;
  if (*mode == "trunc") return Op::div_trunc;
  HEARTH_CHECK_AS(
      ValueError, *mode == "floor",
      "[div] div expected rounding_mode to be one of None, 'trunc', or 'floor' but found '", *mode,
      "'");
  return Op::div_floor;
}

/// A tensor clamp and masks need promotes by its bounds as well.
Tensor promoted(const Tensor& self, const Scalar& a, const Scalar& b) {
  const Tensor* in = &self;
  ScalarType type = ops::result_type(Args(&in, 1), &a);
  type = promote_types(type, ops::result_type(Args(&in, 1), &b));
  return self.to(type);
}

}  // namespace

ScalarType result_type(const Tensor& a, const Tensor& b) {
  const Tensor* in[] = {&a, &b};
  return ops::result_type(Args(in, 2));
}
ScalarType result_type(const Tensor& a, const Scalar& b) {
  const Tensor* in = &a;
  return ops::result_type(Args(&in, 1), &b);
}

// ---- arithmetic

Tensor add(const Tensor& self, const Tensor& other, const Scalar& alpha) {
  check_alpha("add", self, other, alpha);
  return call(Op::add, with(alpha), self, other);
}
Tensor add(const Tensor& self, const Scalar& other, const Scalar& alpha) {
  check_alpha("add", self, other, alpha);
  return call(Op::add, other_is(other, alpha), self);
}
Tensor& add_out(Tensor& out, const Tensor& self, const Tensor& other, const Scalar& alpha) {
  check_alpha("add", self, other, alpha);
  return call_out(Op::add, with(alpha), out, self, other);
}
const Tensor& Tensor::add_(const Tensor& other, const Scalar& alpha) const {
  check_alpha("add_", *this, other, alpha);
  return call_(Op::add, with(alpha), *this, other);
}
const Tensor& Tensor::add_(const Scalar& other, const Scalar& alpha) const {
  check_alpha("add_", *this, other, alpha);
  return call_(Op::add, other_is(other, alpha), *this);
}
Tensor sub(const Tensor& self, const Tensor& other, const Scalar& alpha) {
  refuse_bool("sub", self, other.scalar_type());
  check_alpha("sub", self, other, alpha);
  return call(Op::sub, with(alpha), self, other);
}
Tensor sub(const Tensor& self, const Scalar& other, const Scalar& alpha) {
  refuse_bool("sub", self, other.type());
  check_alpha("sub", self, other, alpha);
  return call(Op::sub, other_is(other, alpha), self);
}
Tensor& sub_out(Tensor& out, const Tensor& self, const Tensor& other, const Scalar& alpha) {
  refuse_bool("sub", self, other.scalar_type());
  check_alpha("sub", self, other, alpha);
  return call_out(Op::sub, with(alpha), out, self, other);
}
const Tensor& Tensor::sub_(const Tensor& other, const Scalar& alpha) const {
  refuse_bool("sub_", *this, other.scalar_type());
  check_alpha("sub_", *this, other, alpha);
  return call_(Op::sub, with(alpha), *this, other);
}
const Tensor& Tensor::sub_(const Scalar& other, const Scalar& alpha) const {
  refuse_bool("sub_", *this, other.type());
  check_alpha("sub_", *this, other, alpha);
  return call_(Op::sub, other_is(other, alpha), *this);
}
Tensor rsub(const Tensor& self, const Tensor& other, const Scalar& alpha) {
  return sub(other, self, alpha);
}
Tensor rsub(const Tensor& self, const Scalar& other, const Scalar& alpha) {
  refuse_bool("rsub", self, other.type());
  return call(Op::sub, self_is(other, alpha), self);
}
Tensor mul(const Tensor& self, const Tensor& other) { return call(Op::mul, {}, self, other); }
Tensor mul(const Tensor& self, const Scalar& other) { return call(Op::mul, other_is(other), self); }
Tensor& mul_out(Tensor& out, const Tensor& self, const Tensor& other) {
  return call_out(Op::mul, {}, out, self, other);
}
const Tensor& Tensor::mul_(const Tensor& other) const { return call_(Op::mul, {}, *this, other); }
const Tensor& Tensor::mul_(const Scalar& other) const {
  return call_(Op::mul, other_is(other), *this);
}
Tensor div(const Tensor& self, const Tensor& other) { return call(Op::div, {}, self, other); }
Tensor div(const Tensor& self, const Scalar& other) { return call(Op::div, other_is(other), self); }
Tensor div(const Tensor& self, const Tensor& other, std::optional<std::string_view> mode) {
  const Op op = rounding_op(mode);
  if (op != Op::div) refuse_integer_zero("div", self, other);
  return call(op, {}, self, other);
}
Tensor div(const Tensor& self, const Scalar& other, std::optional<std::string_view> mode) {
  const Op op = rounding_op(mode);
  if (op != Op::div) refuse_integer_zero("div", self, other);
  return call(op, other_is(other), self);
}
Tensor& div_out(Tensor& out, const Tensor& self, const Tensor& other) {
  return call_out(Op::div, {}, out, self, other);
}
const Tensor& Tensor::div_(const Tensor& other) const { return call_(Op::div, {}, *this, other); }
const Tensor& Tensor::div_(const Scalar& other) const {
  return call_(Op::div, other_is(other), *this);
}
Tensor floor_divide(const Tensor& self, const Tensor& other) { return div(self, other, "floor"); }
Tensor floor_divide(const Tensor& self, const Scalar& other) { return div(self, other, "floor"); }
Tensor remainder(const Tensor& self, const Tensor& other) {
  refuse_integer_zero("remainder", self, other);
  return call(Op::remainder, {}, self, other);
}
Tensor remainder(const Tensor& self, const Scalar& other) {
  refuse_integer_zero("remainder", self, other);
  return call(Op::remainder, other_is(other), self);
}
Tensor fmod(const Tensor& self, const Tensor& other) {
  refuse_integer_zero("fmod", self, other);
  return call(Op::fmod, {}, self, other);
}
Tensor fmod(const Tensor& self, const Scalar& other) {
  refuse_integer_zero("fmod", self, other);
  return call(Op::fmod, other_is(other), self);
}

Tensor pow(const Tensor& self, const Tensor& exponent) { return call(Op::pow, {}, self, exponent); }
Tensor pow(const Tensor& self, const Scalar& exponent) {
  // Small powers without a power.
  if (exponent.equal(2) && !exponent.isFloatingPoint()) return square(self);
  if (exponent.equal(2) && is_differentiable(self.scalar_type())) return square(self);
  if (exponent.equal(0.5) && self.is_floating_point()) return sqrt(self);
  if (exponent.equal(-0.5) && self.is_floating_point()) return rsqrt(self);
  HEARTH_CHECK_AS(ValueError,
                  !(is_integral(self.scalar_type(), true) && exponent.isIntegral(true) &&
                    exponent.toLong() < 0),
                  "[pow] Integers to negative integer powers are not allowed.");
  return call(Op::pow, other_is(exponent), self);
}
Tensor pow(const Scalar& self, const Tensor& exponent) {
  return call(Op::pow, self_is(self), exponent);
}
const Tensor& Tensor::pow_(const Tensor& exponent) const {
  return call_(Op::pow, {}, *this, exponent);
}
const Tensor& Tensor::pow_(const Scalar& exponent) const {
  return call_(Op::pow, other_is(exponent), *this);
}
Tensor atan2(const Tensor& self, const Tensor& other) { return call(Op::atan2, {}, self, other); }
Tensor maximum(const Tensor& self, const Tensor& other) {
  return call(Op::maximum, {}, self, other);
}
Tensor minimum(const Tensor& self, const Tensor& other) {
  return call(Op::minimum, {}, self, other);
}
Tensor addcmul(const Tensor& self, const Tensor& t1, const Tensor& t2, const Scalar& value) {
  return call(Op::addcmul, with(value), self, t1, t2);
}
const Tensor& Tensor::addcmul_(const Tensor& t1, const Tensor& t2, const Scalar& value) const {
  return call_(Op::addcmul, with(value), *this, t1, t2);
}
Tensor addcdiv(const Tensor& self, const Tensor& t1, const Tensor& t2, const Scalar& value) {
  return call(Op::addcdiv, with(value), self, t1, t2);
}
const Tensor& Tensor::addcdiv_(const Tensor& t1, const Tensor& t2, const Scalar& value) const {
  return call_(Op::addcdiv, with(value), *this, t1, t2);
}
Tensor lerp(const Tensor& start, const Tensor& end, const Tensor& weight) {
  HEARTH_CHECK_AS(DtypeError, start.scalar_type() == end.scalar_type(), "[lerp] expected dtype ",
                  start.scalar_type(), " for `end` but got dtype ", end.scalar_type());
  return call(Op::lerp, {}, start, end, weight);
}
Tensor lerp(const Tensor& start, const Tensor& end, const Scalar& weight) {
  return lerp(start, end, start.new_full({}, weight));
}
const Tensor& Tensor::lerp_(const Tensor& end, const Tensor& weight) const {
  return call_(Op::lerp, {}, *this, end, weight);
}
const Tensor& Tensor::lerp_(const Tensor& end, const Scalar& weight) const {
  return lerp_(end, new_full({}, weight));
}

// ---- bounds and selection

Tensor clamp(const Tensor& self, const std::optional<Scalar>& min,
             const std::optional<Scalar>& max) {
  HEARTH_CHECK_AS(ValueError, min || max,
                  "[clamp] At least one of 'min' or 'max' must not be None");
  if (!max) return clamp_min(self, *min);
  if (!min) return clamp_max(self, *max);
  return call(Op::clamp, with(*min, *max), promoted(self, *min, *max));
}
Tensor clamp(const Tensor& self, const std::optional<Tensor>& min,
             const std::optional<Tensor>& max) {
  const bool has_min = min && min->defined(), has_max = max && max->defined();
  HEARTH_CHECK_AS(ValueError, has_min || has_max,
                  "[clamp] At least one of 'min' or 'max' must not be None");
  if (has_min && has_max) return call(Op::clamp_tensor, {}, self, *min, *max);
  return has_min ? maximum(self, *min) : minimum(self, *max);
}
Tensor clamp_min(const Tensor& self, const Scalar& min) {
  return call(Op::clamp_min, with(min), promoted(self, min, min));
}
Tensor clamp_max(const Tensor& self, const Scalar& max) {
  return call(Op::clamp_max, with(max), promoted(self, max, max));
}
const Tensor& Tensor::clamp_(const std::optional<Scalar>& min,
                             const std::optional<Scalar>& max) const {
  HEARTH_CHECK_AS(ValueError, min || max,
                  "[clamp_] At least one of 'min' or 'max' must not be None");
  if (!max) return clamp_min_(*min);
  if (!min) return clamp_max_(*max);
  return call_(Op::clamp, with(*min, *max), *this);
}
const Tensor& Tensor::clamp_min_(const Scalar& min) const {
  return call_(Op::clamp_min, with(min), *this);
}
const Tensor& Tensor::clamp_max_(const Scalar& max) const {
  return call_(Op::clamp_max, with(max), *this);
}

Tensor where(const Tensor& condition, const Tensor& self, const Tensor& other) {
  HEARTH_CHECK_AS(DtypeError, condition.scalar_type() == kBool || condition.scalar_type() == kByte,
                  "[where] where expected condition to be a boolean tensor, but got a tensor with "
                  "dtype ",
                  condition.scalar_type());
  return call(Op::where, {}, condition, self, other);
}
Tensor where(const Tensor& condition, const Tensor& self, const Scalar& other) {
  return where(condition, self, full({}, other, TensorOptions(result_type(self, other))));
}
Tensor where(const Tensor& condition, const Scalar& self, const Tensor& other) {
  return where(condition, full({}, self, TensorOptions(result_type(other, self))), other);
}
Tensor where(const Tensor& condition, const Scalar& self, const Scalar& other) {
  return where(condition, full({}, self), full({}, other));
}
Tensor Tensor::where(const Tensor& condition, const Scalar& other) const {
  return hearth::where(condition, *this, other);
}
Tensor Tensor::where(const Tensor& condition, const Tensor& other) const {
  return hearth::where(condition, *this, other);
}

namespace {

void check_mask(const Tensor& mask) {
  HEARTH_CHECK_AS(DtypeError, mask.scalar_type() == kBool,
                  "[masked_fill] masked_fill only supports boolean masks, but got mask with dtype ",
                  mask.scalar_type());
}

}  // namespace

Tensor masked_fill(const Tensor& self, const Tensor& mask, const Scalar& value) {
  check_mask(mask);
  return call(Op::masked_fill, with(value), self, mask);
}
Tensor masked_fill(const Tensor& self, const Tensor& mask, const Tensor& value) {
  check_mask(mask);
  HEARTH_CHECK_AS(ShapeError, value.dim() == 0,
                  "[masked_fill] masked_fill only supports a 0-dimensional value tensor, but got "
                  "tensor with ",
                  value.dim(), " dimension(s).");
  return where(mask, value.to(self.scalar_type()), self);
}
const Tensor& Tensor::masked_fill_(const Tensor& mask, const Scalar& value) const {
  check_mask(mask);
  return call_(Op::masked_fill, with(value), *this, mask);
}
const Tensor& Tensor::masked_fill_(const Tensor& mask, const Tensor& value) const {
  return copy_(masked_fill(mask, value));
}

Tensor nan_to_num(const Tensor& self, std::optional<double> nan, std::optional<double> posinf,
                  std::optional<double> neginf) {
  if (is_integral(self.scalar_type(), true)) return self.clone();
  double largest = std::numeric_limits<float>::max();
  const ScalarType type = to_real(self.scalar_type());
  if (type == kDouble) largest = std::numeric_limits<double>::max();
  if (type == kHalf) largest = 65504.0;
  if (type == kBFloat16) largest = 3.3895313892515355e38;
  return call(Op::nan_to_num,
              with(nan.value_or(0.0), posinf.value_or(largest), neginf.value_or(-largest)), self);
}

// ---- one input

#define HEARTH_UNARY_API(name)                                         \
  Tensor name(const Tensor& self) { return call(Op::name, {}, self); } \
  Tensor& name##_(Tensor& self) {                                      \
    call_(Op::name, {}, self);                                         \
    return self;                                                       \
  }                                                                    \
  Tensor& name##_out(Tensor& out, const Tensor& self) { return call_out(Op::name, {}, out, self); }
#define HEARTH_UNARY_METHODS(name)                            \
  Tensor Tensor::name() const { return hearth::name(*this); } \
  const Tensor& Tensor::name##_() const { return call_(Op::name, {}, *this); }
#define HEARTH_UNARY_BOTH(name) HEARTH_UNARY_API(name) HEARTH_UNARY_METHODS(name)
HEARTH_UNARY_BOTH(neg)
HEARTH_UNARY_BOTH(sign)
HEARTH_UNARY_BOTH(exp)
HEARTH_UNARY_BOTH(expm1)
HEARTH_UNARY_BOTH(log)
HEARTH_UNARY_BOTH(log1p)
HEARTH_UNARY_BOTH(log2)
HEARTH_UNARY_BOTH(log10)
HEARTH_UNARY_BOTH(sqrt)
HEARTH_UNARY_BOTH(rsqrt)
HEARTH_UNARY_BOTH(square)
HEARTH_UNARY_BOTH(reciprocal)
HEARTH_UNARY_BOTH(sin)
HEARTH_UNARY_BOTH(cos)
HEARTH_UNARY_BOTH(tan)
HEARTH_UNARY_BOTH(asin)
HEARTH_UNARY_BOTH(acos)
HEARTH_UNARY_BOTH(atan)
HEARTH_UNARY_BOTH(sinh)
HEARTH_UNARY_BOTH(cosh)
HEARTH_UNARY_BOTH(tanh)
HEARTH_UNARY_BOTH(asinh)
HEARTH_UNARY_BOTH(acosh)
HEARTH_UNARY_BOTH(atanh)
HEARTH_UNARY_BOTH(erf)
HEARTH_UNARY_BOTH(erfc)
HEARTH_UNARY_BOTH(sigmoid)
HEARTH_UNARY_BOTH(relu)
HEARTH_UNARY_BOTH(floor)
HEARTH_UNARY_BOTH(ceil)
HEARTH_UNARY_BOTH(trunc)
HEARTH_UNARY_BOTH(frac)
HEARTH_UNARY_BOTH(round)
HEARTH_UNARY_BOTH(logical_not)
HEARTH_UNARY_METHODS(abs)
HEARTH_UNARY_METHODS(bitwise_not)
HEARTH_UNARY_API(silu)
HEARTH_UNARY_API(hardswish)
HEARTH_UNARY_API(hardsigmoid)
#undef HEARTH_UNARY_BOTH
#undef HEARTH_UNARY_METHODS
#undef HEARTH_UNARY_API

Tensor abs(const Tensor& self) {
  return call(self.is_complex() ? Op::abs_complex : Op::abs, {}, self);
}
Tensor& abs_(Tensor& self) {
  HEARTH_CHECK_AS(DtypeError, !self.is_complex(),
                  "[abs_] In-place abs is not supported for complex tensors.");
  call_(Op::abs, {}, self);
  return self;
}
Tensor& abs_out(Tensor& out, const Tensor& self) {
  return call_out(self.is_complex() ? Op::abs_complex : Op::abs, {}, out, self);
}
Tensor sgn(const Tensor& self) { return self.is_complex() ? ops::px::sgn(self) : sign(self); }
Tensor& sgn_(Tensor& self) {
  self.copy_(sgn(self));
  return self;
}
Tensor& sgn_out(Tensor& out, const Tensor& self) {
  if (!self.is_complex()) return sign_out(out, self);
  out.resize_(self.sizes());
  out.copy_(sgn(self));
  return out;
}
Tensor Tensor::sgn() const { return hearth::sgn(*this); }
const Tensor& Tensor::sgn_() const { return copy_(sgn()); }
Tensor bitwise_not(const Tensor& self) {
  return self.scalar_type() == kBool ? logical_not(self) : call(Op::bitwise_not, {}, self);
}
Tensor& bitwise_not_(Tensor& self) {
  self.copy_(bitwise_not(self));
  return self;
}
Tensor& bitwise_not_out(Tensor& out, const Tensor& self) {
  return self.scalar_type() == kBool ? logical_not_out(out, self)
                                     : call_out(Op::bitwise_not, {}, out, self);
}
Tensor isnan(const Tensor& self) { return call(Op::isnan, {}, self); }
Tensor isinf(const Tensor& self) { return call(Op::isinf, {}, self); }
Tensor isfinite(const Tensor& self) { return call(Op::isfinite, {}, self); }
Tensor conj(const Tensor& self) {
  return self.is_complex() ? call(Op::conj_physical, {}, self) : self;
}

Tensor leaky_relu(const Tensor& self, const Scalar& negative_slope) {
  return call(Op::leaky_relu, with(negative_slope), self);
}
Tensor& leaky_relu_(Tensor& self, const Scalar& negative_slope) {
  call_(Op::leaky_relu, with(negative_slope), self);
  return self;
}
Tensor elu(const Tensor& self, const Scalar& alpha, const Scalar& scale,
           const Scalar& input_scale) {
  return call(Op::elu, with(alpha, scale, input_scale), self);
}
Tensor& elu_(Tensor& self, const Scalar& alpha, const Scalar& scale, const Scalar& input_scale) {
  call_(Op::elu, with(alpha, scale, input_scale), self);
  return self;
}

namespace {

Op gelu_op(std::string_view approximate) {
  HEARTH_CHECK_AS(ValueError, approximate == "none" || approximate == "tanh",
                  "[gelu] approximate argument must be either none or tanh, got '", approximate,
                  "'");
  return approximate == "tanh" ? Op::gelu_tanh : Op::gelu_erf;
}

}  // namespace

Tensor gelu(const Tensor& self, std::string_view approximate) {
  return call(gelu_op(approximate), {}, self);
}
Tensor& gelu_(Tensor& self, std::string_view approximate) {
  call_(gelu_op(approximate), {}, self);
  return self;
}
Tensor softplus(const Tensor& self, const Scalar& beta, const Scalar& threshold) {
  return call(Op::softplus, with(beta, threshold), self);
}
Tensor hardtanh(const Tensor& self, const Scalar& min_val, const Scalar& max_val) {
  refuse_bool_in_hardtanh(self);
  return call(Op::hardtanh, with(min_val, max_val), self);
}
Tensor& hardtanh_(Tensor& self, const Scalar& min_val, const Scalar& max_val) {
  refuse_bool_in_hardtanh(self);
  call_(Op::hardtanh, with(min_val, max_val), self);
  return self;
}
Tensor relu6(const Tensor& self) { return hardtanh(self, 0, 6); }
Tensor& relu6_(Tensor& self) { return hardtanh_(self, 0, 6); }
Tensor threshold(const Tensor& self, const Scalar& threshold, const Scalar& value) {
  return call(Op::threshold, with(threshold, value), self);
}
Tensor log_sigmoid(const Tensor& self) { return call(Op::log_sigmoid, {}, self); }
Tensor mish(const Tensor& self) { return call(Op::mish, {}, self); }
Tensor& mish_(Tensor& self) {
  call_(Op::mish, {}, self);
  return self;
}
Tensor hardshrink(const Tensor& self, const Scalar& lambd) {
  return call(Op::hardshrink, with(lambd), self);
}
Tensor softshrink(const Tensor& self, const Scalar& lambd) {
  HEARTH_CHECK_AS(ValueError, lambd.toDouble() >= 0,
                  "[softshrink] lambda must be greater or equal to 0, but found to be ",
                  lambd.toDouble(), ".");
  return call(Op::softshrink, with(lambd), self);
}
Tensor prelu(const Tensor& self, const Tensor& weight) {
  const int64_t channels = self.dim() < 2 ? 1 : self.size(1);
  HEARTH_CHECK_AS(ShapeError, weight.numel() == 1 || weight.numel() == channels,
                  "[prelu] Mismatch of parameter numbers and input channel size. Found parameter "
                  "numbers = ",
                  weight.numel(), " and channel size = ", channels, ".");
  HEARTH_CHECK_AS(DtypeError, self.scalar_type() == weight.scalar_type(),
                  "[prelu] Type promoting not supported. Got ", self.scalar_type(), " and ",
                  weight.scalar_type());
  DimVector sizes(static_cast<size_t>(self.dim()), 1);
  if (weight.numel() != 1) sizes[1] = weight.numel();
  return call(Op::prelu, {}, self, weight.reshape(sizes));
}

// ---- comparison

#define HEARTH_COMPARISON_API(name)                                                                \
  Tensor name(const Tensor& self, const Tensor& other) { return call(Op::name, {}, self, other); } \
  Tensor name(const Tensor& self, const Scalar& other) {                                           \
    return call(Op::name, other_is(other), self);                                                  \
  }                                                                                                \
  Tensor& name##_out(Tensor& out, const Tensor& self, const Tensor& other) {                       \
    return call_out(Op::name, {}, out, self, other);                                               \
  }                                                                                                \
  Tensor Tensor::name(const Tensor& other) const { return hearth::name(*this, other); }            \
  Tensor Tensor::name(const Scalar& other) const { return hearth::name(*this, other); }            \
  const Tensor& Tensor::name##_(const Tensor& other) const {                                       \
    return call_(Op::name, {}, *this, other);                                                      \
  }                                                                                                \
  const Tensor& Tensor::name##_(const Scalar& other) const {                                       \
    return call_(Op::name, other_is(other), *this);                                                \
  }
HEARTH_COMPARISON_API(eq)
HEARTH_COMPARISON_API(ne)
HEARTH_COMPARISON_API(lt)
HEARTH_COMPARISON_API(le)
HEARTH_COMPARISON_API(gt)
HEARTH_COMPARISON_API(ge)
HEARTH_COMPARISON_API(bitwise_and)
HEARTH_COMPARISON_API(bitwise_or)
HEARTH_COMPARISON_API(bitwise_xor)
#undef HEARTH_COMPARISON_API

Tensor logical_and(const Tensor& self, const Tensor& other) {
  return call(Op::logical_and, {}, self, other);
}
Tensor logical_or(const Tensor& self, const Tensor& other) {
  return call(Op::logical_or, {}, self, other);
}
Tensor logical_xor(const Tensor& self, const Tensor& other) {
  return call(Op::logical_xor, {}, self, other);
}

bool equal(const Tensor& self, const Tensor& other) {
  return self.sizes() == other.sizes() && eq(self, other).all().item<bool>();
}

Tensor isclose(const Tensor& self, const Tensor& other, double rtol, double atol, bool equal_nan) {
  HEARTH_CHECK_AS(DtypeError, self.scalar_type() == other.scalar_type(), "[isclose] ",
                  to_string(self.scalar_type()), " did not match ", to_string(other.scalar_type()));
  HEARTH_CHECK_AS(ValueError, rtol >= 0 && atol >= 0,
                  "[isclose] rtol and atol must not be negative");
  Tensor close = eq(self, other);
  if (equal_nan && is_differentiable(self.scalar_type()))
    close = logical_or(close, logical_and(isnan(self), isnan(other)));
  if (rtol == 0 && atol == 0) return close;
  const Tensor theirs =
      is_integral(other.scalar_type(), true) ? other.to(get_default_dtype()) : other;
  const Tensor ours = self.scalar_type() == kBool ? self.to(get_default_dtype()) : self;
  const Tensor error = abs(ours - theirs);
  const Tensor allowed = add(abs(theirs).mul(rtol), atol);
  const Tensor finite = error.is_floating_point() ? isfinite(error) : ones_like(close);
  return logical_or(close, logical_and(finite, le(error, allowed)));
}

bool allclose(const Tensor& self, const Tensor& other, double rtol, double atol, bool equal_nan) {
  return isclose(self, other, rtol, atol, equal_nan).all().item<bool>();
}

// ---- methods and operators that call the functions above

Tensor Tensor::add(const Tensor& o, const Scalar& alpha) const {
  return hearth::add(*this, o, alpha);
}
Tensor Tensor::add(const Scalar& o, const Scalar& alpha) const {
  return hearth::add(*this, o, alpha);
}
Tensor Tensor::sub(const Tensor& o, const Scalar& alpha) const {
  return hearth::sub(*this, o, alpha);
}
Tensor Tensor::sub(const Scalar& o, const Scalar& alpha) const {
  return hearth::sub(*this, o, alpha);
}
Tensor Tensor::mul(const Tensor& o) const { return hearth::mul(*this, o); }
Tensor Tensor::mul(const Scalar& o) const { return hearth::mul(*this, o); }
Tensor Tensor::div(const Tensor& o) const { return hearth::div(*this, o); }
Tensor Tensor::div(const Scalar& o) const { return hearth::div(*this, o); }
Tensor Tensor::div(const Tensor& o, std::optional<std::string_view> mode) const {
  return hearth::div(*this, o, mode);
}
Tensor Tensor::div(const Scalar& o, std::optional<std::string_view> mode) const {
  return hearth::div(*this, o, mode);
}
Tensor Tensor::floor_divide(const Tensor& o) const { return hearth::floor_divide(*this, o); }
Tensor Tensor::floor_divide(const Scalar& o) const { return hearth::floor_divide(*this, o); }
Tensor Tensor::remainder(const Tensor& o) const { return hearth::remainder(*this, o); }
Tensor Tensor::remainder(const Scalar& o) const { return hearth::remainder(*this, o); }
Tensor Tensor::fmod(const Tensor& o) const { return hearth::fmod(*this, o); }
Tensor Tensor::fmod(const Scalar& o) const { return hearth::fmod(*this, o); }
Tensor Tensor::pow(const Tensor& e) const { return hearth::pow(*this, e); }
Tensor Tensor::pow(const Scalar& e) const { return hearth::pow(*this, e); }
Tensor Tensor::atan2(const Tensor& o) const { return hearth::atan2(*this, o); }
Tensor Tensor::maximum(const Tensor& o) const { return hearth::maximum(*this, o); }
Tensor Tensor::minimum(const Tensor& o) const { return hearth::minimum(*this, o); }
Tensor Tensor::addcmul(const Tensor& a, const Tensor& b, const Scalar& v) const {
  return hearth::addcmul(*this, a, b, v);
}
Tensor Tensor::addcdiv(const Tensor& a, const Tensor& b, const Scalar& v) const {
  return hearth::addcdiv(*this, a, b, v);
}
Tensor Tensor::lerp(const Tensor& end, const Scalar& w) const {
  return hearth::lerp(*this, end, w);
}
Tensor Tensor::lerp(const Tensor& end, const Tensor& w) const {
  return hearth::lerp(*this, end, w);
}
Tensor Tensor::clamp(const std::optional<Scalar>& a, const std::optional<Scalar>& b) const {
  return hearth::clamp(*this, a, b);
}
Tensor Tensor::clamp(const std::optional<Tensor>& a, const std::optional<Tensor>& b) const {
  return hearth::clamp(*this, a, b);
}
Tensor Tensor::clamp_min(const Scalar& v) const { return hearth::clamp_min(*this, v); }
Tensor Tensor::clamp_max(const Scalar& v) const { return hearth::clamp_max(*this, v); }
Tensor Tensor::masked_fill(const Tensor& mask, const Scalar& v) const {
  return hearth::masked_fill(*this, mask, v);
}
Tensor Tensor::masked_fill(const Tensor& mask, const Tensor& v) const {
  return hearth::masked_fill(*this, mask, v);
}
Tensor Tensor::nan_to_num(std::optional<double> nan, std::optional<double> posinf,
                          std::optional<double> neginf) const {
  return hearth::nan_to_num(*this, nan, posinf, neginf);
}
Tensor Tensor::isnan() const { return hearth::isnan(*this); }
Tensor Tensor::isinf() const { return hearth::isinf(*this); }
Tensor Tensor::isfinite() const { return hearth::isfinite(*this); }
Tensor Tensor::conj() const { return hearth::conj(*this); }
Tensor Tensor::angle() const {
  if (is_complex()) return hearth::atan2(imag(*this), real(*this));
  // Of a real number pi or 0, NaN for NaN, and flat: s (s - 1) / 2 is 1 for a sign of -1, else 0.
  const Tensor x = is_integral(scalar_type(), true) ? to(get_default_dtype()) : *this;
  const Tensor s = x.sign();
  return hearth::where(x.isnan(), x.detach(), s * (s - 1) * (std::numbers::pi / 2));
}
Tensor Tensor::logical_and(const Tensor& o) const { return hearth::logical_and(*this, o); }
Tensor Tensor::logical_or(const Tensor& o) const { return hearth::logical_or(*this, o); }
Tensor Tensor::logical_xor(const Tensor& o) const { return hearth::logical_xor(*this, o); }
bool Tensor::equal(const Tensor& o) const { return hearth::equal(*this, o); }
Tensor Tensor::isclose(const Tensor& o, double rtol, double atol, bool nan) const {
  return hearth::isclose(*this, o, rtol, atol, nan);
}
bool Tensor::allclose(const Tensor& o, double rtol, double atol, bool nan) const {
  return hearth::allclose(*this, o, rtol, atol, nan);
}

#define HEARTH_SCALAR_FIRST(op, expression) \
  Tensor operator op(const Scalar& a, const Tensor& b) { return expression; }
HEARTH_SCALAR_FIRST(+, add(b, a))
HEARTH_SCALAR_FIRST(-, rsub(b, a))
HEARTH_SCALAR_FIRST(*, mul(b, a))
HEARTH_SCALAR_FIRST(/, call(Op::div, self_is(a), b))
HEARTH_SCALAR_FIRST(%, call(Op::remainder, self_is(a), b))
HEARTH_SCALAR_FIRST(&, bitwise_and(b, a))
HEARTH_SCALAR_FIRST(|, bitwise_or(b, a))
HEARTH_SCALAR_FIRST(^, bitwise_xor(b, a))
HEARTH_SCALAR_FIRST(<, gt(b, a))
HEARTH_SCALAR_FIRST(<=, ge(b, a))
HEARTH_SCALAR_FIRST(>, lt(b, a))
HEARTH_SCALAR_FIRST(>=, le(b, a))
HEARTH_SCALAR_FIRST(==, eq(b, a))
HEARTH_SCALAR_FIRST(!=, ne(b, a))
#undef HEARTH_SCALAR_FIRST

// ---- the vocabulary of pointwise.def on tensors

namespace ops {

Tensor select(const Tensor& condition, const Tensor& a, const Tensor& b) {
  return hearth::where(condition, a, b);
}

namespace px {

Tensor zero(const Tensor& x) { return zeros_like(x); }
Tensor conj(const Tensor& x) { return hearth::conj(x); }
Scalar conj(const Scalar& x) {
  if (!x.isComplex()) return x;
  const complex<double> c = x.toComplexDouble();
  return Scalar(complex<double>(c.real_, -c.imag_));
}
Tensor abs(const Tensor& x) { return hearth::abs(x); }
Tensor sign(const Tensor& x) { return hearth::sign(x); }
Tensor sgn(const Tensor& x) {
  const Tensor size = hearth::abs(x), none = size.eq(0);
  return (x / size.masked_fill(none, 1)).masked_fill(none, 0);
}
Tensor exp(const Tensor& x) { return hearth::exp(x); }
Tensor log(const Tensor& x) { return hearth::log(x); }
Tensor log1p(const Tensor& x) { return hearth::log1p(x); }
Tensor sin(const Tensor& x) { return hearth::sin(x); }
Tensor cos(const Tensor& x) { return hearth::cos(x); }
Tensor sinh(const Tensor& x) { return hearth::sinh(x); }
Tensor cosh(const Tensor& x) { return hearth::cosh(x); }
Tensor rsqrt(const Tensor& x) { return hearth::rsqrt(x); }
Tensor acosh_slope(const Tensor& x) {
  return x.is_complex() ? hearth::rsqrt(x - 1) * hearth::rsqrt(x + 1) : hearth::rsqrt(x * x - 1);
}
Tensor sigmoid(const Tensor& x) { return hearth::sigmoid(x); }
Tensor erf(const Tensor& x) { return hearth::erf(x); }
Tensor tanh(const Tensor& x) { return hearth::tanh(x); }
Tensor ge0(const Tensor& x) {
  if (!x.is_complex()) return hearth::ge(x, 0);
  return logical_and(hearth::ge(real(x), 0), eq(imag(x), 0));
}
Tensor isfinite(const Tensor& x) { return hearth::isfinite(x); }
Tensor pow(const Tensor& a, const Tensor& b) { return hearth::pow(a, b); }
Tensor div_floor(const Tensor& a, const Tensor& b) { return hearth::div(a, b, "floor"); }
Tensor div_trunc(const Tensor& a, const Tensor& b) { return hearth::div(a, b, "trunc"); }
Tensor maximum(const Tensor& a, const Scalar& b) { return hearth::clamp_min(a, b); }

Tensor gelu_tanh_slope(const Tensor& x) {
  const double a = 0.7978845608028654, b = 0.044715;
  const Tensor t = hearth::tanh(a * (x + b * x * x * x));
  return 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * a * (1 + 3 * b * x * x);
}

Tensor smooth_l1_slope(const Tensor& d, const Scalar& beta) {
  return hearth::where(hearth::ge(hearth::abs(d), beta), hearth::sign(d), d / beta);
}

}  // namespace px
}  // namespace ops
}  // namespace hearth
