// SPDX-License-Identifier: Apache-2.0
// Functions of each element. Inputs broadcast and promote as in PyTorch; results are new tensors,
// the forms with an underscore write into their first argument, the _out forms into `out`.
#pragma once

#include <optional>
#include <string_view>

#include "hearth/tensor/tensor.h"

namespace hearth {

HEARTH_API Tensor add(const Tensor& self, const Tensor& other, const Scalar& alpha = 1);
HEARTH_API Tensor add(const Tensor& self, const Scalar& other, const Scalar& alpha = 1);
HEARTH_API Tensor& add_out(Tensor& out, const Tensor& self, const Tensor& other,
                           const Scalar& alpha = 1);
HEARTH_API Tensor sub(const Tensor& self, const Tensor& other, const Scalar& alpha = 1);
HEARTH_API Tensor sub(const Tensor& self, const Scalar& other, const Scalar& alpha = 1);
HEARTH_API Tensor& sub_out(Tensor& out, const Tensor& self, const Tensor& other,
                           const Scalar& alpha = 1);
HEARTH_API Tensor rsub(const Tensor& self, const Tensor& other, const Scalar& alpha = 1);
HEARTH_API Tensor rsub(const Tensor& self, const Scalar& other, const Scalar& alpha = 1);
HEARTH_API Tensor mul(const Tensor& self, const Tensor& other);
HEARTH_API Tensor mul(const Tensor& self, const Scalar& other);
HEARTH_API Tensor& mul_out(Tensor& out, const Tensor& self, const Tensor& other);
HEARTH_API Tensor div(const Tensor& self, const Tensor& other);
HEARTH_API Tensor div(const Tensor& self, const Scalar& other);
/// rounding_mode: none (true division), "trunc" or "floor".
HEARTH_API Tensor div(const Tensor& self, const Tensor& other,
                      std::optional<std::string_view> rounding_mode);
HEARTH_API Tensor div(const Tensor& self, const Scalar& other,
                      std::optional<std::string_view> rounding_mode);
HEARTH_API Tensor& div_out(Tensor& out, const Tensor& self, const Tensor& other);
HEARTH_API Tensor floor_divide(const Tensor& self, const Tensor& other);
HEARTH_API Tensor floor_divide(const Tensor& self, const Scalar& other);
/// Python's modulo: the result has the divisor's sign.
HEARTH_API Tensor remainder(const Tensor& self, const Tensor& other);
HEARTH_API Tensor remainder(const Tensor& self, const Scalar& other);
/// C's fmod: the result has the dividend's sign.
HEARTH_API Tensor fmod(const Tensor& self, const Tensor& other);
HEARTH_API Tensor fmod(const Tensor& self, const Scalar& other);
HEARTH_API Tensor pow(const Tensor& self, const Tensor& exponent);
HEARTH_API Tensor pow(const Tensor& self, const Scalar& exponent);
HEARTH_API Tensor pow(const Scalar& self, const Tensor& exponent);
HEARTH_API Tensor atan2(const Tensor& self, const Tensor& other);
/// NaN wins.
HEARTH_API Tensor maximum(const Tensor& self, const Tensor& other);
HEARTH_API Tensor minimum(const Tensor& self, const Tensor& other);
/// self + value * t1 * t2.
HEARTH_API Tensor addcmul(const Tensor& self, const Tensor& t1, const Tensor& t2,
                          const Scalar& value = 1);
/// self + value * t1 / t2.
HEARTH_API Tensor addcdiv(const Tensor& self, const Tensor& t1, const Tensor& t2,
                          const Scalar& value = 1);
/// start + weight * (end - start).
HEARTH_API Tensor lerp(const Tensor& start, const Tensor& end, const Scalar& weight);
HEARTH_API Tensor lerp(const Tensor& start, const Tensor& end, const Tensor& weight);
HEARTH_API Tensor clamp(const Tensor& self, const std::optional<Scalar>& min,
                        const std::optional<Scalar>& max = {});
HEARTH_API Tensor clamp(const Tensor& self, const std::optional<Tensor>& min,
                        const std::optional<Tensor>& max = {});
HEARTH_API Tensor clamp_min(const Tensor& self, const Scalar& min);
HEARTH_API Tensor clamp_max(const Tensor& self, const Scalar& max);
HEARTH_API Tensor where(const Tensor& condition, const Tensor& self, const Tensor& other);
HEARTH_API Tensor where(const Tensor& condition, const Tensor& self, const Scalar& other);
HEARTH_API Tensor where(const Tensor& condition, const Scalar& self, const Tensor& other);
HEARTH_API Tensor where(const Tensor& condition, const Scalar& self, const Scalar& other);
HEARTH_API Tensor masked_fill(const Tensor& self, const Tensor& mask, const Scalar& value);
HEARTH_API Tensor masked_fill(const Tensor& self, const Tensor& mask, const Tensor& value);
HEARTH_API Tensor nan_to_num(const Tensor& self, std::optional<double> nan = {},
                             std::optional<double> posinf = {}, std::optional<double> neginf = {});

#define HEARTH_UNARY_FUNCTION(name)           \
  HEARTH_API Tensor name(const Tensor& self); \
  HEARTH_API Tensor& name##_(Tensor& self);   \
  HEARTH_API Tensor& name##_out(Tensor& out, const Tensor& self);
HEARTH_UNARY_FUNCTION(neg)
HEARTH_UNARY_FUNCTION(abs)
HEARTH_UNARY_FUNCTION(sign)
/// sign, and x / |x| of complex numbers (0 of 0).
HEARTH_UNARY_FUNCTION(sgn)
HEARTH_UNARY_FUNCTION(exp)
HEARTH_UNARY_FUNCTION(expm1)
HEARTH_UNARY_FUNCTION(log)
HEARTH_UNARY_FUNCTION(log1p)
HEARTH_UNARY_FUNCTION(log2)
HEARTH_UNARY_FUNCTION(log10)
HEARTH_UNARY_FUNCTION(sqrt)
HEARTH_UNARY_FUNCTION(rsqrt)
HEARTH_UNARY_FUNCTION(square)
HEARTH_UNARY_FUNCTION(reciprocal)
HEARTH_UNARY_FUNCTION(sin)
HEARTH_UNARY_FUNCTION(cos)
HEARTH_UNARY_FUNCTION(tan)
HEARTH_UNARY_FUNCTION(asin)
HEARTH_UNARY_FUNCTION(acos)
HEARTH_UNARY_FUNCTION(atan)
HEARTH_UNARY_FUNCTION(sinh)
HEARTH_UNARY_FUNCTION(cosh)
HEARTH_UNARY_FUNCTION(tanh)
HEARTH_UNARY_FUNCTION(asinh)
HEARTH_UNARY_FUNCTION(acosh)
HEARTH_UNARY_FUNCTION(atanh)
HEARTH_UNARY_FUNCTION(erf)
HEARTH_UNARY_FUNCTION(erfc)
HEARTH_UNARY_FUNCTION(sigmoid)
HEARTH_UNARY_FUNCTION(relu)
HEARTH_UNARY_FUNCTION(silu)
HEARTH_UNARY_FUNCTION(hardswish)
HEARTH_UNARY_FUNCTION(hardsigmoid)
HEARTH_UNARY_FUNCTION(floor)
HEARTH_UNARY_FUNCTION(ceil)
HEARTH_UNARY_FUNCTION(trunc)
HEARTH_UNARY_FUNCTION(frac)
/// To the nearest integer, halves to even.
HEARTH_UNARY_FUNCTION(round)
HEARTH_UNARY_FUNCTION(logical_not)
HEARTH_UNARY_FUNCTION(bitwise_not)
#undef HEARTH_UNARY_FUNCTION
HEARTH_API Tensor isnan(const Tensor& self);
HEARTH_API Tensor isinf(const Tensor& self);
HEARTH_API Tensor isfinite(const Tensor& self);
HEARTH_API Tensor conj(const Tensor& self);

HEARTH_API Tensor leaky_relu(const Tensor& self, const Scalar& negative_slope = 0.01);
HEARTH_API Tensor& leaky_relu_(Tensor& self, const Scalar& negative_slope = 0.01);
HEARTH_API Tensor elu(const Tensor& self, const Scalar& alpha = 1, const Scalar& scale = 1,
                      const Scalar& input_scale = 1);
HEARTH_API Tensor& elu_(Tensor& self, const Scalar& alpha = 1, const Scalar& scale = 1,
                        const Scalar& input_scale = 1);
/// approximate: "none" (with erf) or "tanh".
HEARTH_API Tensor gelu(const Tensor& self, std::string_view approximate = "none");
HEARTH_API Tensor& gelu_(Tensor& self, std::string_view approximate = "none");
HEARTH_API Tensor softplus(const Tensor& self, const Scalar& beta = 1,
                           const Scalar& threshold = 20);
HEARTH_API Tensor hardtanh(const Tensor& self, const Scalar& min_val = -1,
                           const Scalar& max_val = 1);
HEARTH_API Tensor& hardtanh_(Tensor& self, const Scalar& min_val = -1, const Scalar& max_val = 1);
HEARTH_API Tensor relu6(const Tensor& self);
HEARTH_API Tensor& relu6_(Tensor& self);
HEARTH_API Tensor threshold(const Tensor& self, const Scalar& threshold, const Scalar& value);
HEARTH_API Tensor log_sigmoid(const Tensor& self);
/// x * tanh(softplus(x)).
HEARTH_API Tensor mish(const Tensor& self);
HEARTH_API Tensor& mish_(Tensor& self);
/// 0 for |x| <= lambd.
HEARTH_API Tensor hardshrink(const Tensor& self, const Scalar& lambd = 0.5);
/// x moved towards 0 by lambd >= 0, as far as 0.
HEARTH_API Tensor softshrink(const Tensor& self, const Scalar& lambd = 0.5);
/// x where positive, else weight * x; weight has one element or one for each channel (dim 1).
HEARTH_API Tensor prelu(const Tensor& self, const Tensor& weight);

#define HEARTH_COMPARISON_FUNCTION(name)                           \
  HEARTH_API Tensor name(const Tensor& self, const Tensor& other); \
  HEARTH_API Tensor name(const Tensor& self, const Scalar& other); \
  HEARTH_API Tensor& name##_out(Tensor& out, const Tensor& self, const Tensor& other);
HEARTH_COMPARISON_FUNCTION(eq)
HEARTH_COMPARISON_FUNCTION(ne)
HEARTH_COMPARISON_FUNCTION(lt)
HEARTH_COMPARISON_FUNCTION(le)
HEARTH_COMPARISON_FUNCTION(gt)
HEARTH_COMPARISON_FUNCTION(ge)
HEARTH_COMPARISON_FUNCTION(bitwise_and)
HEARTH_COMPARISON_FUNCTION(bitwise_or)
HEARTH_COMPARISON_FUNCTION(bitwise_xor)
#undef HEARTH_COMPARISON_FUNCTION
HEARTH_API Tensor logical_and(const Tensor& self, const Tensor& other);
HEARTH_API Tensor logical_or(const Tensor& self, const Tensor& other);
HEARTH_API Tensor logical_xor(const Tensor& self, const Tensor& other);
/// Same sizes and equal elements.
HEARTH_API bool equal(const Tensor& self, const Tensor& other);
/// |self - other| <= atol + rtol * |other|, element by element.
HEARTH_API Tensor isclose(const Tensor& self, const Tensor& other, double rtol = 1e-05,
                          double atol = 1e-08, bool equal_nan = false);
HEARTH_API bool allclose(const Tensor& self, const Tensor& other, double rtol = 1e-05,
                         double atol = 1e-08, bool equal_nan = false);

/// The type two operands promote to (torch.result_type).
HEARTH_API ScalarType result_type(const Tensor& a, const Tensor& b);
HEARTH_API ScalarType result_type(const Tensor& a, const Scalar& b);

}  // namespace hearth
