// SPDX-License-Identifier: Apache-2.0
// The vocabulary of pointwise.def on tensors.
#include "pointwise/px_tensor.h"

#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/view.h"

namespace hearth {
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
Tensor xlogy(const Tensor& a, const Tensor& b) { return hearth::xlogy(a, b); }
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
