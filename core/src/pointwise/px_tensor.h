// SPDX-License-Identifier: Apache-2.0
// The vocabulary of pointwise.def on tensors: what derivatives are when they are recorded.
#pragma once

#include "hearth/tensor/tensor.h"

namespace hearth {
enum class PointwiseOp : uint8_t;
}

namespace hearth::ops {

struct Pointwise;

/// The derivative of an op, from pointwise.def's g, a, b, c and y, whose formula there is right but
/// is none to derive again; undefined for those that may be.
Tensor recorded_derivative(PointwiseOp op, const Tensor* slots, const Pointwise& fields);

Tensor select(const Tensor& condition, const Tensor& a, const Tensor& b);

namespace px {

Tensor zero(const Tensor& x);
Tensor conj(const Tensor& x);
Scalar conj(const Scalar& x);
Tensor abs(const Tensor& x);
Tensor sign(const Tensor& x);
Tensor sgn(const Tensor& x);
Tensor exp(const Tensor& x);
Tensor exp2(const Tensor& x);
Tensor log(const Tensor& x);
Tensor log1p(const Tensor& x);
Tensor sin(const Tensor& x);
Tensor cos(const Tensor& x);
Tensor sinh(const Tensor& x);
Tensor cosh(const Tensor& x);
Tensor tanh(const Tensor& x);
Tensor rsqrt(const Tensor& x);
Tensor acosh_slope(const Tensor& x);
Tensor sigmoid(const Tensor& x);
Tensor erf(const Tensor& x);
Tensor ge0(const Tensor& x);
Tensor isfinite(const Tensor& x);
Tensor pow(const Tensor& a, const Tensor& b);
Tensor xlogy(const Tensor& a, const Tensor& b);
Tensor xlog1py(const Tensor& a, const Tensor& b);
Tensor div_floor(const Tensor& a, const Tensor& b);
Tensor div_trunc(const Tensor& a, const Tensor& b);
Tensor maximum(const Tensor& a, const Scalar& b);
Tensor gelu_tanh_slope(const Tensor& x);
Tensor smooth_l1_slope(const Tensor& d, const Scalar& beta);
Tensor lgamma(const Tensor& x);
Tensor digamma(const Tensor& x);
Tensor polygamma(const Scalar& n, const Tensor& x);
Tensor polygamma_slope(const Scalar& n, const Tensor& x);
Tensor zeta(const Tensor& x, const Tensor& q);
Tensor erfcx(const Tensor& x);
Tensor i0(const Tensor& x);
Tensor i1(const Tensor& x);
Tensor i1e(const Tensor& x);
Tensor i1_slope(const Tensor& x);
Tensor i1e_slope(const Tensor& x);
Tensor bessel_slope(const Tensor& x, const Scalar& kind);
Tensor sinc_slope(const Tensor& x);
Tensor frexp_exponent(const Tensor& x);

}  // namespace px
}  // namespace hearth::ops
