// SPDX-License-Identifier: Apache-2.0
// Whether tensors are equal, or nearly so.
#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"

#include "tensor/host_read.h"

namespace hearth {

bool equal(const Tensor& self, const Tensor& other) {
  check_host_read("equal");
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
  check_host_read("allclose");
  return isclose(self, other, rtol, atol, equal_nan).all().item<bool>();
}

bool Tensor::equal(const Tensor& other) const { return hearth::equal(*this, other); }
Tensor Tensor::isclose(const Tensor& other, double rtol, double atol, bool equal_nan) const {
  return hearth::isclose(*this, other, rtol, atol, equal_nan);
}
bool Tensor::allclose(const Tensor& other, double rtol, double atol, bool equal_nan) const {
  return hearth::allclose(*this, other, rtol, atol, equal_nan);
}

}  // namespace hearth
