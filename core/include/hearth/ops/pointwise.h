// SPDX-License-Identifier: Apache-2.0
// Functions of each element. Inputs broadcast and promote as in PyTorch; results are new tensors,
// the forms with an underscore write into their first argument, the _out forms into `out`.
#pragma once

#include <optional>
#include <string_view>
#include <tuple>

#include "hearth/tensor/tensor.h"

namespace hearth {

// ---- the lines of pointwise.def
#define HEARTH_FUNCTION(name, op, shape, how, parameters, ...)       \
  HEARTH_API Tensor name(const Tensor& self HEARTH_LIST parameters); \
  HEARTH_API Tensor& name##_out(Tensor& out, const Tensor& self HEARTH_LIST parameters);
#define HEARTH_FUNCTION_OF_SCALAR(name, op, shape, how, parameters, ...) \
  HEARTH_API Tensor name(const Scalar& self HEARTH_LIST parameters);     \
  HEARTH_API Tensor& name##_out(Tensor& out, const Scalar& self HEARTH_LIST parameters);
#define HEARTH_FUNCTION_IN_PLACE(name, op, shape, how, parameters, ...) \
  HEARTH_API Tensor& name##_(Tensor& self HEARTH_LIST parameters);
#define HEARTH_METHOD(...)
#define HEARTH_METHOD_IN_PLACE(...)
#include "hearth/ops/pointwise_forms.def"

// ---- what no line describes
/// other - alpha * self.
HEARTH_API Tensor rsub(const Tensor& self, const Tensor& other, const Scalar& alpha = 1);
HEARTH_API Tensor rsub(const Tensor& self, const Scalar& other, const Scalar& alpha = 1);
HEARTH_API Tensor& rsub_out(Tensor& out, const Tensor& self, const Tensor& other,
                            const Scalar& alpha = 1);
HEARTH_API Tensor& rsub_out(Tensor& out, const Tensor& self, const Scalar& other,
                            const Scalar& alpha = 1);
/// start + weight * (end - start).
HEARTH_API Tensor lerp(const Tensor& start, const Tensor& end, const Scalar& weight);
HEARTH_API Tensor lerp(const Tensor& start, const Tensor& end, const Tensor& weight);
HEARTH_API Tensor& lerp_out(Tensor& out, const Tensor& start, const Tensor& end,
                            const Scalar& weight);
HEARTH_API Tensor& lerp_out(Tensor& out, const Tensor& start, const Tensor& end,
                            const Tensor& weight);
HEARTH_API Tensor where(const Tensor& condition, const Tensor& self, const Tensor& other);
HEARTH_API Tensor where(const Tensor& condition, const Tensor& self, const Scalar& other);
HEARTH_API Tensor where(const Tensor& condition, const Scalar& self, const Tensor& other);
HEARTH_API Tensor where(const Tensor& condition, const Scalar& self, const Scalar& other);
HEARTH_API Tensor& where_out(Tensor& out, const Tensor& condition, const Tensor& self,
                             const Tensor& other);
HEARTH_API Tensor masked_fill(const Tensor& self, const Tensor& mask, const Scalar& value);
HEARTH_API Tensor masked_fill(const Tensor& self, const Tensor& mask, const Tensor& value);
HEARTH_API Tensor& masked_fill_out(Tensor& out, const Tensor& self, const Tensor& mask,
                                   const Scalar& value);
HEARTH_API Tensor& masked_fill_out(Tensor& out, const Tensor& self, const Tensor& mask,
                                   const Tensor& value);
HEARTH_API Tensor nan_to_num(const Tensor& self, std::optional<double> nan = {},
                             std::optional<double> posinf = {}, std::optional<double> neginf = {});
HEARTH_API Tensor& nan_to_num_(Tensor& self, std::optional<double> nan = {},
                               std::optional<double> posinf = {},
                               std::optional<double> neginf = {});
HEARTH_API Tensor& nan_to_num_out(Tensor& out, const Tensor& self, std::optional<double> nan = {},
                                  std::optional<double> posinf = {},
                                  std::optional<double> neginf = {});
HEARTH_API Tensor conj(const Tensor& self);
/// self = mantissa * 2^exponent: a mantissa of size [0.5, 1), and int32 exponents.
HEARTH_API std::tuple<Tensor, Tensor> frexp(const Tensor& self);
HEARTH_API std::tuple<Tensor&, Tensor&> frexp_out(Tensor& mantissa, Tensor& exponent,
                                                  const Tensor& self);
HEARTH_API Tensor polygamma(int64_t n, const Tensor& self);
HEARTH_API Tensor& polygamma_out(Tensor& out, int64_t n, const Tensor& self);
/// approximate: "none" (with erf) or "tanh".
HEARTH_API Tensor gelu(const Tensor& self, std::string_view approximate = "none");
HEARTH_API Tensor& gelu_(Tensor& self, std::string_view approximate = "none");
HEARTH_API Tensor& gelu_out(Tensor& out, const Tensor& self, std::string_view approximate = "none");
/// x where positive, else weight * x; weight has one element or one for each channel (dim 1).
HEARTH_API Tensor prelu(const Tensor& self, const Tensor& weight);

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
