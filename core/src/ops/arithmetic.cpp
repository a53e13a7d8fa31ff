// SPDX-License-Identifier: Apache-2.0
// Arithmetic that is more than a line of pointwise.def.
#include <cmath>
#include <numbers>

#include "hearth/autograd/grad_mode.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/view.h"

#include "ops/pointwise_call.h"
#include "pointwise/px_tensor.h"
#include "tensor/scalar_range.h"

namespace hearth {

using namespace ops;

ScalarType result_type(const Tensor& a, const Tensor& b) {
  const Tensor* in[] = {&a, &b};
  return ops::result_type(Args(in, 2));
}
ScalarType result_type(const Tensor& a, const Scalar& b) {
  const Tensor* in = &a;
  return ops::result_type(Args(&in, 1), &b);
}

// ---- differences and quotients

namespace {

void refuse_bool_in_rsub(const Tensor& self, const Scalar& other) {
  HEARTH_CHECK_AS(DtypeError, self.scalar_type() != kBool && other.type() != kBool,
                  "[rsub] Subtraction, the `-` operator, with a bool tensor is not supported. If "
                  "you are trying to invert a mask, use the `~` or `logical_not()` operator "
                  "instead.");
}

}  // namespace

Tensor rsub(const Tensor& self, const Tensor& other, const Scalar& alpha) {
  return sub(other, self, alpha);
}
Tensor rsub(const Tensor& self, const Scalar& other, const Scalar& alpha) {
  refuse_bool_in_rsub(self, other);
  return call(Op::sub, self_is(other, alpha), self);
}
Tensor& rsub_out(Tensor& out, const Tensor& self, const Tensor& other, const Scalar& alpha) {
  return sub_out(out, other, self, alpha);
}
Tensor& rsub_out(Tensor& out, const Tensor& self, const Scalar& other, const Scalar& alpha) {
  refuse_bool_in_rsub(self, other);
  return call_out(Op::sub, self_is(other, alpha), out, self);
}

#define HEARTH_FLOOR_DIVIDE(Other)                                                \
  Tensor floor_divide(const Tensor& self, const Other& other) {                   \
    return div(self, other, "floor");                                             \
  }                                                                               \
  Tensor& floor_divide_out(Tensor& out, const Tensor& self, const Other& other) { \
    return div_out(out, self, other, "floor");                                    \
  }                                                                               \
  Tensor& floor_divide_(Tensor& self, const Other& other) { return div_(self, other, "floor"); }
HEARTH_FLOOR_DIVIDE(Tensor)
HEARTH_FLOOR_DIVIDE(Scalar)
#undef HEARTH_FLOOR_DIVIDE

// ---- powers

Tensor pow(const Tensor& self, const Tensor& other) { return call(Op::pow, {}, self, other); }
Tensor pow(const Scalar& self, const Tensor& other) { return call(Op::pow, self_is(self), other); }
Tensor& pow_(Tensor& self, const Tensor& other) { return call_(Op::pow, {}, self, other); }
Tensor& pow_out(Tensor& out, const Tensor& self, const Tensor& other) {
  return call_out(Op::pow, {}, out, self, other);
}
Tensor& pow_out(Tensor& out, const Scalar& self, const Tensor& other) {
  return call_out(Op::pow, self_is(self), out, other);
}

namespace {

struct Power {
  Op op;
  Pointwise fields;
};

/// Small powers without a power.
Power power_of(const Tensor& self, const Scalar& exponent) {
  if (exponent.equal(2) && (!exponent.isFloatingPoint() || is_differentiable(self.scalar_type())))
    return {Op::square, {}};
  if (exponent.equal(0.5) && self.is_floating_point()) return {Op::sqrt, {}};
  if (exponent.equal(-0.5) && self.is_floating_point()) return {Op::rsqrt, {}};
  HEARTH_CHECK_AS(ValueError,
                  !(is_integral(self.scalar_type(), true) && exponent.isIntegral(true) &&
                    exponent.toLong() < 0),
                  "[pow] Integers to negative integer powers are not allowed.");
  return {Op::pow, other_is(exponent)};
}

}  // namespace

Tensor pow(const Tensor& self, const Scalar& other) {
  const Power p = power_of(self, other);
  return call(p.op, p.fields, self);
}
Tensor& pow_(Tensor& self, const Scalar& other) {
  const Power p = power_of(self, other);
  return call_(p.op, p.fields, self);
}
Tensor& pow_out(Tensor& out, const Tensor& self, const Scalar& other) {
  const Power p = power_of(self, other);
  return call_out(p.op, p.fields, out, self);
}

namespace {

/// 2^other. Of integers, in self's type where that has fractions: they do not widen a product.
Tensor power_of_two(const Tensor& self, const Tensor& other) {
  const bool whole = is_integral(other.scalar_type(), true);
  return exp2(whole && (self.is_floating_point() || self.is_complex())
                  ? other.to(to_real(self.scalar_type()))
                  : other);
}

}  // namespace

Tensor ldexp(const Tensor& self, const Tensor& other) {
  return mul(self, power_of_two(self, other));
}
Tensor& ldexp_(Tensor& self, const Tensor& other) { return mul_(self, power_of_two(self, other)); }
Tensor& ldexp_out(Tensor& out, const Tensor& self, const Tensor& other) {
  return mul_out(out, self, power_of_two(self, other));
}

namespace {

bool has_parts(const Tensor& t) { return t.is_complex(); }
bool has_parts(const Scalar& s) { return s.isComplex(); }

template <typename Self, typename Other>
ScalarType float_power_type(const Self& self, const Other& other) {
  return has_parts(self) || has_parts(other) ? kComplexDouble : kDouble;
}
Tensor in_double(const Tensor& t, ScalarType type) { return t.to(type); }
const Scalar& in_double(const Scalar& s, ScalarType) { return s; }

void check_float_power(const Tensor& out, ScalarType type) {
  HEARTH_CHECK_AS(DtypeError, out.scalar_type() == type, "[float_power] the result has dtype ",
                  type, " but what it is written to has dtype ", out.scalar_type());
}

}  // namespace

#define HEARTH_FLOAT_POWER(Self, Other)                                        \
  Tensor float_power(const Self& self, const Other& other) {                   \
    const ScalarType type = float_power_type(self, other);                     \
    return pow(in_double(self, type), in_double(other, type));                 \
  }                                                                            \
  Tensor& float_power_out(Tensor& out, const Self& self, const Other& other) { \
    const ScalarType type = float_power_type(self, other);                     \
    check_float_power(out, type);                                              \
    return pow_out(out, in_double(self, type), in_double(other, type));        \
  }
HEARTH_FLOAT_POWER(Tensor, Tensor)
HEARTH_FLOAT_POWER(Tensor, Scalar)
HEARTH_FLOAT_POWER(Scalar, Tensor)
#undef HEARTH_FLOAT_POWER
Tensor& float_power_(Tensor& self, const Tensor& other) {
  const ScalarType type = float_power_type(self, other);
  check_float_power(self, type);
  return pow_(self, other.to(type));
}
Tensor& float_power_(Tensor& self, const Scalar& other) {
  check_float_power(self, float_power_type(self, other));
  return pow_(self, other);
}

// ---- how numbers are represented

namespace {

/// Binary digits of a type's numbers.
Pointwise digits_of(const Tensor& self, const Tensor& other) {
  switch (result_type(self, other)) {
    case kHalf:
      return with(11);
    case kBFloat16:
      return with(8);
    default:
      return with(24);
  }
}

Pointwise decimal_fields(int64_t decimals) {
  return with(std::pow(10.0, std::abs(static_cast<double>(decimals))), decimals >= 0 ? 1 : 0);
}

}  // namespace

Tensor nextafter(const Tensor& self, const Tensor& other) {
  return call(Op::nextafter, digits_of(self, other), self, other);
}
Tensor& nextafter_(Tensor& self, const Tensor& other) {
  return call_(Op::nextafter, digits_of(self, other), self, other);
}
Tensor& nextafter_out(Tensor& out, const Tensor& self, const Tensor& other) {
  return call_out(Op::nextafter, digits_of(self, other), out, self, other);
}

Tensor round(const Tensor& self, int64_t decimals) {
  return call(Op::round_decimals, decimal_fields(decimals), self);
}
Tensor& round_(Tensor& self, int64_t decimals) {
  return call_(Op::round_decimals, decimal_fields(decimals), self);
}
Tensor& round_out(Tensor& out, const Tensor& self, int64_t decimals) {
  return call_out(Op::round_decimals, decimal_fields(decimals), out, self);
}

namespace {

Tensor exponent_of(const Tensor& self) {
  return call(Op::frexp_exponent, {}, self.detach()).to(kInt);
}

}  // namespace

std::tuple<Tensor, Tensor> frexp(const Tensor& self) {
  return {call(Op::frexp_mantissa, {}, self), exponent_of(self)};
}
std::tuple<Tensor&, Tensor&> frexp_out(Tensor& mantissa, Tensor& exponent, const Tensor& self) {
  HEARTH_CHECK_AS(DtypeError, exponent.scalar_type() == kInt,
                  "[frexp] expected exponents of dtype ", kInt, ", got ", exponent.scalar_type());
  copy_out("frexp", exponent, exponent_of(self));
  return {call_out(Op::frexp_mantissa, {}, mantissa, self), exponent};
}
std::tuple<Tensor, Tensor> Tensor::frexp() const { return hearth::frexp(*this); }

Tensor positive(const Tensor& self) {
  HEARTH_CHECK_AS(DtypeError, self.scalar_type() != kBool,
                  "[positive] The `+` operator, on a bool tensor is not supported.");
  return self;
}
Tensor& positive_out(Tensor& out, const Tensor& self) {
  return copy_out("positive", out, positive(self));
}

// ---- between two tensors

namespace {

void check_lerp(const Tensor& start, const Tensor& end) {
  HEARTH_CHECK_AS(DtypeError, start.scalar_type() == end.scalar_type(), "[lerp] expected dtype ",
                  start.scalar_type(), " for `end` but got dtype ", end.scalar_type());
}

Tensor weight_of(const Tensor& start, const Scalar& weight) {
  return start.new_full({}, rounded_to(weight, start.scalar_type()));
}

}  // namespace

Tensor lerp(const Tensor& start, const Tensor& end, const Tensor& weight) {
  check_lerp(start, end);
  return call(Op::lerp, {}, start, end, weight);
}
Tensor lerp(const Tensor& start, const Tensor& end, const Scalar& weight) {
  return lerp(start, end, weight_of(start, weight));
}
Tensor& lerp_out(Tensor& out, const Tensor& start, const Tensor& end, const Tensor& weight) {
  check_lerp(start, end);
  return call_out(Op::lerp, {}, out, start, end, weight);
}
Tensor& lerp_out(Tensor& out, const Tensor& start, const Tensor& end, const Scalar& weight) {
  return lerp_out(out, start, end, weight_of(start, weight));
}
Tensor Tensor::lerp(const Tensor& end, const Tensor& weight) const {
  return hearth::lerp(*this, end, weight);
}
Tensor Tensor::lerp(const Tensor& end, const Scalar& weight) const {
  return hearth::lerp(*this, end, weight);
}
const Tensor& Tensor::lerp_(const Tensor& end, const Tensor& weight) const {
  check_lerp(*this, end);
  return call_(Op::lerp, {}, *this, end, weight);
}
const Tensor& Tensor::lerp_(const Tensor& end, const Scalar& weight) const {
  return lerp_(end, weight_of(*this, weight));
}

// ---- parts of complex numbers

Tensor conj(const Tensor& self) {
  return self.is_complex() ? call(Op::conj_physical, {}, self) : self;
}
Tensor Tensor::conj() const { return hearth::conj(*this); }
Tensor conj_physical(const Tensor& self) { return conj(self); }
Tensor& conj_physical_(Tensor& self) {
  return self.is_complex() ? call_(Op::conj_physical, {}, self) : self;
}
Tensor& conj_physical_out(Tensor& out, const Tensor& self) {
  return self.is_complex() ? call_out(Op::conj_physical, {}, out, self)
                           : copy_out("conj_physical", out, self);
}

Tensor sgn(const Tensor& self) { return self.is_complex() ? px::sgn(self) : sign(self); }
Tensor& sgn_(Tensor& self) {
  if (!self.is_complex()) return sign_(self);
  self.copy_(sgn(self));
  return self;
}
Tensor& sgn_out(Tensor& out, const Tensor& self) {
  return self.is_complex() ? copy_out("sgn", out, sgn(self)) : sign_out(out, self);
}

Tensor angle(const Tensor& self) {
  if (self.is_complex()) return atan2(imag(self), real(self));
  // Of a real number pi or 0, NaN for NaN, and flat: (s s - s) / 2 is 1 for a sign of -1, else 0.
  const Tensor x = is_integral(self.scalar_type(), true) ? self.to(get_default_dtype()) : self;
  const Tensor s = x.sign();
  return where(x.isnan(), x.detach(), (s * s - s) * (std::numbers::pi / 2));
}
Tensor& angle_out(Tensor& out, const Tensor& self) { return copy_out("angle", out, angle(self)); }

// ---- operators whose left side is a number

#define HEARTH_SCALAR_FIRST(op, expression) \
  Tensor operator op(const Scalar& a, const Tensor& b) { return expression; }
HEARTH_SCALAR_FIRST(+, add(b, a))
HEARTH_SCALAR_FIRST(-, rsub(b, a))
HEARTH_SCALAR_FIRST(*, mul(b, a))
HEARTH_SCALAR_FIRST(/, call(Op::div, self_is(a), b))
HEARTH_SCALAR_FIRST(%, remainder(a, b))
HEARTH_SCALAR_FIRST(&, bitwise_and(a, b))
HEARTH_SCALAR_FIRST(|, bitwise_or(a, b))
HEARTH_SCALAR_FIRST(^, bitwise_xor(a, b))
HEARTH_SCALAR_FIRST(<, gt(b, a))
HEARTH_SCALAR_FIRST(<=, ge(b, a))
HEARTH_SCALAR_FIRST(>, lt(b, a))
HEARTH_SCALAR_FIRST(>=, le(b, a))
HEARTH_SCALAR_FIRST(==, eq(b, a))
HEARTH_SCALAR_FIRST(!=, ne(b, a))
#undef HEARTH_SCALAR_FIRST

namespace ops {

Tensor& copy_out(const char* op, Tensor& out, const Tensor& result) {
  HEARTH_CHECK(out.defined(), "[", op, "] out is undefined; expected a Tensor to write into");
  HEARTH_CHECK_AS(DeviceError, out.device() == result.device(), "[", op, "] expected out on ",
                  result.device(), ", got ", out.device());
  HEARTH_CHECK_AS(DtypeError, can_cast(result.scalar_type(), out.scalar_type()), "[", op,
                  "] result type ", result.scalar_type(),
                  " can't be cast to the desired output type ", out.scalar_type());
  HEARTH_CHECK_AS(AutogradError,
                  !GradMode::is_enabled() || !(result.requires_grad() || out.requires_grad()), op,
                  "(): functions with out=... arguments don't support automatic differentiation, "
                  "but one of the arguments requires grad.");
  if (out.sizes() != result.sizes()) out.resize_(result.sizes());
  out.copy_(result);
  return out;
}

}  // namespace ops
}  // namespace hearth
