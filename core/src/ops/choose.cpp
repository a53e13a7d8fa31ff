// SPDX-License-Identifier: Apache-2.0
// Elements chosen by bounds, masks and conditions.

#include "hearth/base/warning.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"

#include "ops/pointwise_call.h"
#include "tensor/scalar_range.h"

namespace hearth {

using namespace ops;

// ---- bounds

namespace {

/// The type in which a tensor meets its bounds.
ScalarType bounded_type(const Tensor& self, const Scalar& min, const Scalar& max) {
  return promote_types(result_type(self, min), result_type(self, max));
}

/// Runs a row of a tensor and bounds, promoted by these as well.
Tensor bound(Op op, const Tensor& self, const Scalar& min, const Scalar& max) {
  return call(op, with(min, max), self.to(bounded_type(self, min, max)));
}
Tensor& bound_out(Op op, Tensor& out, const Tensor& self, const Scalar& min, const Scalar& max) {
  return call_out(op, with(min, max), out, self.to(bounded_type(self, min, max)));
}
Tensor& bound_(Op op, Tensor& self, const Scalar& min, const Scalar& max) {
  const ScalarType type = bounded_type(self, min, max);
  HEARTH_CHECK_AS(DtypeError, can_cast(type, self.scalar_type()), "[", pointwise_row(op).info.name,
                  "_] result type ", type, " can't be cast to the desired output type ",
                  self.scalar_type());
  return call_(op, with(min, max), self);
}

template <typename Bound>
void expect_a_bound(const std::optional<Bound>& min, const std::optional<Bound>& max) {
  HEARTH_CHECK_AS(ValueError, min || max,
                  "[clamp] At least one of 'min' or 'max' must not be None");
}

std::optional<Tensor> defined(const std::optional<Tensor>& t) {
  return t && t->defined() ? t : std::nullopt;
}

}  // namespace

#define HEARTH_CLAMP_BY_NUMBER(name)                                                       \
  Tensor name(const Tensor& self, const Scalar& v) { return bound(Op::name, self, v, v); } \
  Tensor& name##_(Tensor& self, const Scalar& v) { return bound_(Op::name, self, v, v); }  \
  Tensor& name##_out(Tensor& out, const Tensor& self, const Scalar& v) {                   \
    return bound_out(Op::name, out, self, v, v);                                           \
  }
#define HEARTH_CLAMP_BY_TENSOR(name, row)                                                 \
  Tensor name(const Tensor& self, const Tensor& v) { return call(Op::row, {}, self, v); } \
  Tensor& name##_(Tensor& self, const Tensor& v) { return call_(Op::row, {}, self, v); }  \
  Tensor& name##_out(Tensor& out, const Tensor& self, const Tensor& v) {                  \
    return call_out(Op::row, {}, out, self, v);                                           \
  }
HEARTH_CLAMP_BY_NUMBER(clamp_min)
HEARTH_CLAMP_BY_NUMBER(clamp_max)
HEARTH_CLAMP_BY_TENSOR(clamp_min, maximum)
HEARTH_CLAMP_BY_TENSOR(clamp_max, minimum)
#undef HEARTH_CLAMP_BY_NUMBER
#undef HEARTH_CLAMP_BY_TENSOR

Tensor clamp(const Tensor& self, const std::optional<Scalar>& min,
             const std::optional<Scalar>& max) {
  expect_a_bound(min, max);
  if (!max) return clamp_min(self, *min);
  if (!min) return clamp_max(self, *max);
  return bound(Op::clamp, self, *min, *max);
}
Tensor& clamp_(Tensor& self, const std::optional<Scalar>& min, const std::optional<Scalar>& max) {
  expect_a_bound(min, max);
  if (!max) return clamp_min_(self, *min);
  if (!min) return clamp_max_(self, *max);
  return bound_(Op::clamp, self, *min, *max);
}
Tensor& clamp_out(Tensor& out, const Tensor& self, const std::optional<Scalar>& min,
                  const std::optional<Scalar>& max) {
  expect_a_bound(min, max);
  if (!max) return clamp_min_out(out, self, *min);
  if (!min) return clamp_max_out(out, self, *max);
  return bound_out(Op::clamp, out, self, *min, *max);
}

Tensor clamp(const Tensor& self, const std::optional<Tensor>& min,
             const std::optional<Tensor>& max) {
  const auto low = defined(min), high = defined(max);
  expect_a_bound(low, high);
  if (!high) return clamp_min(self, *low);
  if (!low) return clamp_max(self, *high);
  return call(Op::clamp_tensor, {}, self, *low, *high);
}
Tensor& clamp_(Tensor& self, const std::optional<Tensor>& min, const std::optional<Tensor>& max) {
  const auto low = defined(min), high = defined(max);
  expect_a_bound(low, high);
  if (!high) return clamp_min_(self, *low);
  if (!low) return clamp_max_(self, *high);
  return call_(Op::clamp_tensor, {}, self, *low, *high);
}
Tensor& clamp_out(Tensor& out, const Tensor& self, const std::optional<Tensor>& min,
                  const std::optional<Tensor>& max) {
  const auto low = defined(min), high = defined(max);
  expect_a_bound(low, high);
  if (!high) return clamp_min_out(out, self, *low);
  if (!low) return clamp_max_out(out, self, *high);
  return call_out(Op::clamp_tensor, {}, out, self, *low, *high);
}

// ---- conditions

namespace {

void check_condition(const Tensor& condition) {
  HEARTH_CHECK_AS(DtypeError, condition.scalar_type() == kBool || condition.scalar_type() == kByte,
                  "[where] where expected condition to be a boolean tensor, but got a tensor with "
                  "dtype ",
                  condition.scalar_type());
  if (condition.scalar_type() == kByte)
    HEARTH_WARN_ONCE(
        "where received a uint8 condition tensor. This behavior is deprecated and will be removed "
        "in a future version of PyTorch. Use a boolean condition instead.");
}

/// On the CPU, so that it suits tensors of every device.
Tensor number(const Scalar& value, std::optional<ScalarType> type = {}) {
  return full({}, value, TensorOptions().dtype(type).device(kCPU));
}

}  // namespace

Tensor where(const Tensor& condition, const Tensor& self, const Tensor& other) {
  check_condition(condition);
  return call(Op::where, {}, condition, self, other);
}
Tensor where(const Tensor& condition, const Tensor& self, const Scalar& other) {
  return where(condition, self, number(other, result_type(self, other)));
}
Tensor where(const Tensor& condition, const Scalar& self, const Tensor& other) {
  return where(condition, number(self, result_type(other, self)), other);
}
Tensor where(const Tensor& condition, const Scalar& self, const Scalar& other) {
  return where(condition, number(self), number(other));
}
Tensor& where_out(Tensor& out, const Tensor& condition, const Tensor& self, const Tensor& other) {
  check_condition(condition);
  return call_out(Op::where, {}, out, condition, self, other);
}
Tensor Tensor::where(const Tensor& condition, const Scalar& other) const {
  return hearth::where(condition, *this, other);
}
Tensor Tensor::where(const Tensor& condition, const Tensor& other) const {
  return hearth::where(condition, *this, other);
}

// ---- masks

namespace {

void check_mask(const Tensor& mask) {
  HEARTH_CHECK_AS(DtypeError, mask.scalar_type() == kBool,
                  "[masked_fill] masked_fill only supports boolean masks, but got mask with dtype ",
                  mask.scalar_type());
}
void check_mask(const Tensor& mask, const Tensor& value) {
  check_mask(mask);
  HEARTH_CHECK_AS(ShapeError, value.dim() == 0,
                  "[masked_fill] masked_fill only supports a 0-dimensional value tensor, but got "
                  "tensor with ",
                  value.dim(), " dimension(s).");
}

}  // namespace

Tensor masked_fill(const Tensor& self, const Tensor& mask, const Scalar& value) {
  check_mask(mask);
  expect_fits(value, self.scalar_type());
  return call(Op::masked_fill, with(value), self, mask);
}
Tensor masked_fill(const Tensor& self, const Tensor& mask, const Tensor& value) {
  check_mask(mask, value);
  return where(mask, value.to(self.scalar_type()), self);
}
Tensor& masked_fill_out(Tensor& out, const Tensor& self, const Tensor& mask, const Scalar& value) {
  check_mask(mask);
  expect_fits(value, self.scalar_type());
  return call_out(Op::masked_fill, with(value), out, self, mask);
}
Tensor& masked_fill_out(Tensor& out, const Tensor& self, const Tensor& mask, const Tensor& value) {
  check_mask(mask, value);
  return where_out(out, mask, value.to(self.scalar_type()), self);
}
Tensor Tensor::masked_fill(const Tensor& mask, const Scalar& value) const {
  return hearth::masked_fill(*this, mask, value);
}
Tensor Tensor::masked_fill(const Tensor& mask, const Tensor& value) const {
  return hearth::masked_fill(*this, mask, value);
}
const Tensor& Tensor::masked_fill_(const Tensor& mask, const Scalar& value) const {
  check_mask(mask);
  expect_fits(value, scalar_type());
  return call_(Op::masked_fill, with(value), *this, mask);
}
const Tensor& Tensor::masked_fill_(const Tensor& mask, const Tensor& value) const {
  return copy_(masked_fill(mask, value));
}

// ---- numbers that are none

namespace {

Pointwise replacements(const Tensor& self, std::optional<double> nan, std::optional<double> posinf,
                       std::optional<double> neginf) {
  const double largest = largest_of(to_real(self.scalar_type()));
  return with(nan.value_or(0.0), posinf.value_or(largest), neginf.value_or(-largest));
}

}  // namespace

Tensor nan_to_num(const Tensor& self, std::optional<double> nan, std::optional<double> posinf,
                  std::optional<double> neginf) {
  if (is_integral(self.scalar_type(), true)) return self.clone();
  return call(Op::nan_to_num, replacements(self, nan, posinf, neginf), self);
}
Tensor& nan_to_num_(Tensor& self, std::optional<double> nan, std::optional<double> posinf,
                    std::optional<double> neginf) {
  if (is_integral(self.scalar_type(), true)) return self;
  return call_(Op::nan_to_num, replacements(self, nan, posinf, neginf), self);
}
Tensor& nan_to_num_out(Tensor& out, const Tensor& self, std::optional<double> nan,
                       std::optional<double> posinf, std::optional<double> neginf) {
  if (is_integral(self.scalar_type(), true)) return copy_out("nan_to_num", out, self);
  return call_out(Op::nan_to_num, replacements(self, nan, posinf, neginf), out, self);
}
Tensor Tensor::nan_to_num(std::optional<double> nan, std::optional<double> posinf,
                          std::optional<double> neginf) const {
  return hearth::nan_to_num(*this, nan, posinf, neginf);
}
const Tensor& Tensor::nan_to_num_(std::optional<double> nan, std::optional<double> posinf,
                                  std::optional<double> neginf) const {
  if (is_integral(scalar_type(), true)) return *this;
  return call_(Op::nan_to_num, replacements(*this, nan, posinf, neginf), *this);
}

}  // namespace hearth
