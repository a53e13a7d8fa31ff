// SPDX-License-Identifier: Apache-2.0
// The functions and methods that follow from pointwise.def and pointwise_names.def.
#include "hearth/ops/pointwise.h"

#include "hearth/ops/reduce.h"

#include "ops/pointwise_call.h"
#include "tensor/host_read.h"
#include "tensor/scalar_range.h"

namespace hearth {

using namespace ops;

// What is asked before a call of a CHECKED line: the arguments are good, and this row computes it.
namespace checked {
namespace {

ScalarType type_of(const Tensor& t) { return t.scalar_type(); }
ScalarType type_of(const Scalar& s) { return s.type(); }

template <typename Other>
void check_alpha(const char* op, const Tensor& self, const Other& other, const Scalar& alpha) {
  if (alpha.isIntegral(true)) return;
  HEARTH_CHECK_AS(DtypeError, !alpha.isComplex() || is_complex(result_type(self, other)), "[", op,
                  "] For non-complex input tensors, argument alpha must not be a complex number.");
  HEARTH_CHECK_AS(
      DtypeError, !is_integral(result_type(self, other), true), "[", op,
      "] For integral input tensors, argument alpha must not be a floating point number.");
}

bool has_zero(const char* op, const Tensor& t) {
  if (t.device().is_meta() || t.numel() == 0) return false;
  check_host_read(op);
  return t.eq(0).any().item<bool>();
}
/// Whether a divisor is zero in the type of the quotient, which may hold less of it.
bool divides_by_zero(const char* op, const Tensor& a, const Tensor& b) {
  return has_zero(op, b.to(result_type(a, b)));
}
bool divides_by_zero(const char*, const Tensor& a, const Scalar& b) {
  return rounded_to(b, result_type(a, b)).toLong() == 0;
}
bool divides_by_zero(const char* op, const Scalar&, const Tensor& b) { return has_zero(op, b); }

template <typename Self, typename Other>
void refuse_integer_zero(const char* op, const Self& a, const Other& b) {
  if (!is_integral(type_of(a), true) || !is_integral(type_of(b), true)) return;
  HEARTH_CHECK_AS(ValueError, !divides_by_zero(op, a, b), "[", op,
                  "] ZeroDivisionError: an integer tensor was divided by zero");
}

template <typename Other>
Op add(Bind, const Tensor& self, const Other& other, const Scalar& alpha) {
  check_alpha("add", self, other, alpha);
  return Op::add;
}

template <typename Other>
Op sub(Bind, const Tensor& self, const Other& other, const Scalar& alpha) {
  const bool first = self.scalar_type() == kBool, second = type_of(other) == kBool;
  HEARTH_CHECK_AS(
      DtypeError, !(first && second),
      "[sub] Subtraction, the `-` operator, with two bool tensors is not supported. Use the "
      "`^` or `logical_xor()` operator instead.");
  HEARTH_CHECK_AS(
      DtypeError, !first && !second,
      "[sub] Subtraction, the `-` operator, with a bool tensor is not supported. If you are "
      "trying to invert a mask, use the `~` or `logical_not()` operator instead.");
  check_alpha("sub", self, other, alpha);
  return Op::sub;
}

template <typename Other>
Op div(Bind, const Tensor& self, const Other& other,
       std::optional<std::string_view> rounding_mode = {}) {
  if (!rounding_mode) return Op::div;
  HEARTH_CHECK_AS(
      ValueError, *rounding_mode == "trunc" || *rounding_mode == "floor",
      "[div] div expected rounding_mode to be one of None, 'trunc', or 'floor' but found '",
      *rounding_mode, "'");
  refuse_integer_zero("div", self, other);
  return *rounding_mode == "trunc" ? Op::div_trunc : Op::div_floor;
}

template <typename Self, typename Other>
Op remainder(Bind, const Self& self, const Other& other) {
  refuse_integer_zero("remainder", self, other);
  return Op::remainder;
}

template <typename Other>
Op fmod(Bind, const Tensor& self, const Other& other) {
  refuse_integer_zero("fmod", self, other);
  return Op::fmod;
}

Op abs(Bind bind, const Tensor& self) {
  HEARTH_CHECK_AS(DtypeError, bind != Bind::InPlace || !self.is_complex(),
                  "[abs_] In-place abs is not supported for complex tensors.");
  return self.is_complex() ? Op::abs_complex : Op::abs;
}

Op bitwise_not(Bind, const Tensor& self) {
  return self.scalar_type() == kBool ? Op::logical_not : Op::bitwise_not;
}

Op heaviside(Bind, const Tensor& self, const Tensor& values) {
  HEARTH_CHECK_AS(DtypeError, self.scalar_type() == values.scalar_type(),
                  "[heaviside] expected values of the input's dtype, ", self.scalar_type(),
                  ", but got ", values.scalar_type());
  return Op::heaviside;
}

Op logit(Bind, const Tensor&, std::optional<double> eps) {
  return eps && *eps >= 0 ? Op::logit_clamped : Op::logit;
}

Op polygamma(Bind, const Tensor&, const Scalar& n) {
  HEARTH_CHECK_AS(ValueError, n.toLong() >= 0,
                  "[polygamma] polygamma(n, x) does not support negative n, got ", n.toLong());
  return Op::polygamma;
}

Op hardtanh(Bind, const Tensor& self, const Scalar&, const Scalar&) {
  HEARTH_CHECK_AS(DtypeError, self.scalar_type() != kBool,
                  "[hardtanh] Bool inputs not supported for hardtanh");
  return Op::hardtanh;
}

Op softshrink(Bind, const Tensor&, const Scalar& lambd) {
  HEARTH_CHECK_AS(ValueError, lambd.toDouble() >= 0,
                  "[softshrink] lambda must be greater or equal to 0, but found to be ",
                  lambd.toDouble(), ".");
  return Op::softshrink;
}

}  // namespace
}  // namespace checked

// What computes a form: the line's row, the row its check chose, or another function.
#define HEARTH_FRESH_plain(op, first, fields, arguments, tensors) \
  call(Op::op, HEARTH_LIST fields HEARTH_LIST first HEARTH_LIST tensors)
#define HEARTH_FRESH_checked(op, first, fields, arguments, tensors) \
  call(checked::op(Bind::Fresh, self HEARTH_LIST arguments),        \
       HEARTH_LIST fields HEARTH_LIST first HEARTH_LIST tensors)
#define HEARTH_FRESH_alias(op, first, fields, arguments, tensors) \
  hearth::op(self HEARTH_LIST arguments)
#define HEARTH_OUT_plain(op, first, fields, arguments, tensors) \
  call_out(Op::op, HEARTH_LIST fields, out HEARTH_LIST first HEARTH_LIST tensors)
#define HEARTH_OUT_checked(op, first, fields, arguments, tensors)                  \
  call_out(checked::op(Bind::Out, self HEARTH_LIST arguments), HEARTH_LIST fields, \
           out HEARTH_LIST first HEARTH_LIST tensors)
#define HEARTH_OUT_alias(op, first, fields, arguments, tensors) \
  op##_out(out, self HEARTH_LIST arguments)
#define HEARTH_IN_PLACE_plain(op, fields, arguments, tensors) \
  call_(Op::op, HEARTH_LIST fields, self HEARTH_LIST tensors)
#define HEARTH_IN_PLACE_checked(op, fields, arguments, tensors)                     \
  call_(checked::op(Bind::InPlace, self HEARTH_LIST arguments), HEARTH_LIST fields, \
        self HEARTH_LIST tensors)
#define HEARTH_IN_PLACE_alias(op, fields, arguments, tensors) \
  hearth::op##_(self HEARTH_LIST arguments)
#define HEARTH_IN_PLACE_by_hand HEARTH_IN_PLACE_alias
#define HEARTH_SELF_plain const Tensor& self
#define HEARTH_SELF_checked const Tensor& self
#define HEARTH_SELF_alias Tensor self
#define HEARTH_SELF_by_hand Tensor self
#define HEARTH_DEFINE_plain(...) __VA_ARGS__
#define HEARTH_DEFINE_checked(...) __VA_ARGS__
#define HEARTH_DEFINE_alias(...) __VA_ARGS__
#define HEARTH_DEFINE_by_hand(...)

#define HEARTH_FUNCTION(name, op, shape, how, parameters, fields, arguments, tensors, numbers) \
  HEARTH_DEFINE_##how(                                                                         \
      Tensor name(const Tensor& self HEARTH_LIST parameters) {                                 \
        return HEARTH_FRESH_##how(op, (, self), fields, arguments, tensors);                   \
      } Tensor& name##_out(Tensor& out, const Tensor& self HEARTH_LIST parameters) {           \
        return HEARTH_OUT_##how(op, (, self), fields, arguments, tensors);                     \
      })
#define HEARTH_FUNCTION_OF_SCALAR(name, op, shape, how, parameters, fields, arguments, tensors, \
                                  numbers)                                                      \
  HEARTH_DEFINE_##how(                                                                          \
      Tensor name(const Scalar& self HEARTH_LIST parameters) {                                  \
        return HEARTH_FRESH_##how(op, (), fields, arguments, tensors);                          \
      } Tensor& name##_out(Tensor& out, const Scalar& self HEARTH_LIST parameters) {            \
        return HEARTH_OUT_##how(op, (), fields, arguments, tensors);                            \
      })
#define HEARTH_FUNCTION_IN_PLACE(name, op, shape, how, parameters, fields, arguments, tensors, \
                                 numbers)                                                      \
  HEARTH_DEFINE_##how(Tensor& name##_(Tensor& self HEARTH_LIST parameters) {                   \
    return HEARTH_IN_PLACE_##how(op, fields, arguments, tensors);                              \
  })
#define HEARTH_METHOD(name, op, shape, how, parameters, fields, arguments, ...) \
  Tensor Tensor::name(HEARTH_REST parameters) const {                           \
    return hearth::name(*this HEARTH_LIST arguments);                           \
  }
#define HEARTH_METHOD_IN_PLACE(name, op, shape, how, parameters, fields, arguments, tensors, \
                               numbers)                                                      \
  const Tensor& Tensor::name##_(HEARTH_REST parameters) const {                              \
    HEARTH_SELF_##how = *this;                                                               \
    HEARTH_IN_PLACE_##how(op, fields, arguments, tensors);                                   \
    return *this;                                                                            \
  }
#define HEARTH_NUMBER(parameter, name) const Scalar& name
#define HEARTH_DEFAULT(text)
#include "hearth/ops/pointwise_forms.def"

}  // namespace hearth
