// SPDX-License-Identifier: Apache-2.0
#include "ops/norm.h"

#include <algorithm>
#include <cmath>

#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/view.h"

#include "ops/outputs.h"
#include "ops/rules.h"

namespace hearth {

namespace ops {

HEARTH_DEFINE_OP(VarMean)
HEARTH_DEFINE_OP(VectorNorm)
HEARTH_DEFINE_OP(LogSumExp)

Specs VarMean::infer(Args in) const {
  const TensorImpl& t = impl(in[0]);
  const std::string_view op = root ? "std" : "var";
  HEARTH_CHECK_AS(DtypeError, is_floating_point(t.dtype), "[", op,
                  "] std and var only support floating point dtypes, got ", to_string(t.dtype));
  const Spec s(reduced_sizes(t.sizes, dims, keepdim, op), t.dtype, t.device);
  Specs both(s);
  both.out.push_back(s);
  return both;
}
Grads VarMean::vjp(const Saved& s, Args g, NeedMask) const {
  const Spec& x = s.in_spec(0);
  const auto n = static_cast<double>(ops::reduced_count(x, dims));
  const auto kept = [&](const Tensor& t) { return keep_dims(t, x, dims, keepdim); };
  Tensor total;
  if (g[0].defined()) {
    Tensor scale = g[0] * (2 / (n - correction));
    if (root) {
      const Tensor std = s.out(0);
      scale = (scale / (std * 2)).masked_fill(std.eq(0), 0);
    }
    total = kept(scale) * (s.in(0) - kept(s.out(1)));
  }
  if (g[1].defined()) {
    const Tensor from_mean = kept(g[1] / n).expand(x.sizes);
    total = total.defined() ? total + from_mean : from_mean;
  }
  return one(std::move(total));
}

Specs VectorNorm::infer(Args in) const {
  const TensorImpl& t = impl(in[0]);
  HEARTH_CHECK_AS(DtypeError, is_differentiable(t.dtype),
                  "[linalg_vector_norm] Expected a floating point or complex tensor as input. Got ",
                  to_string(t.dtype));
  const ScalarType type = dtype.value_or(t.dtype);
  HEARTH_CHECK_AS(DtypeError, is_differentiable(type) && is_complex(type) == is_complex(t.dtype),
                  "[linalg_vector_norm] dtype should be ",
                  is_complex(t.dtype) ? "complex for complex" : "floating-point for real",
                  " inputs, but got ", to_string(type));
  DimVector sizes = reduced_sizes(t.sizes, dims, keepdim, "linalg_vector_norm");
  if (t.numel == 0 && (p < 0 || std::isinf(p))) {
    bool some = dims.empty();
    for (int64_t d : dims)
      some |= t.sizes[static_cast<size_t>(wrap_dim(d, t.dim(), "linalg_vector_norm"))] == 0;
    HEARTH_CHECK_AS(ShapeError, !some, "[linalg_vector_norm] cannot compute the ", p,
                    " norm of an empty tensor because the operation does not have an identity");
  }
  const bool natural = accumulate_type(type) == accumulate_type(t.dtype);
  return {Spec(std::move(sizes), to_real(type), t.device), natural ? ScalarType::Undefined : type};
}
Grads VectorNorm::vjp(const Saved& s, Args g, NeedMask) const {
  const Spec& spec = s.in_spec(0);
  if (p == 0) return one(zeros(spec.sizes, TensorOptions(spec.dtype).device(spec.device)));
  const Tensor x = s.in(0);
  const Tensor gk = keep_dims(g[0], spec, dims, keepdim);
  if (p == 1) return one(gk * x.sgn());
  const Tensor norm = keep_dims(s.out(), spec, dims, keepdim);
  if (p == 2) return one((x / norm).masked_fill(norm.eq(0), 0) * gk);
  const Tensor size = x.abs();
  if (std::isinf(p)) {
    // Shared by the extremes, which are the NaNs if there are any.
    const Tensor mask = size.eq(norm).logical_or(size.isnan());
    return one(x.sgn() * ((gk / mask.sum(dims, true)) * mask));
  }
  if (p < 1) return one(x.sgn() * size.pow(p - 1).masked_fill(x.eq(0), 0) * gk * norm.pow(1 - p));
  const Tensor slope = p < 2 ? x.sgn() * size.pow(p - 1) : x * size.pow(p - 2);
  return one(slope * (gk / norm.pow(p - 1)).masked_fill(norm.eq(0), 0));
}

Specs LogSumExp::infer(Args in) const {
  const TensorImpl& t = impl(in[0]);
  HEARTH_CHECK_AS(DtypeError, !is_complex(t.dtype), "[logsumexp] expected a real tensor, got ",
                  to_string(t.dtype));
  const bool converts = is_integral(t.dtype, true);
  const ScalarType type = converts ? get_default_dtype_as_scalartype() : t.dtype;
  return {Spec(reduced_sizes(t.sizes, dims, keepdim, "logsumexp"), type, t.device),
          converts ? type : ScalarType::Undefined};
}
Grads LogSumExp::vjp(const Saved& s, Args g, NeedMask) const {
  const Spec& spec = s.in_spec(0);
  const Tensor result = keep_dims(s.out(), spec, dims, keepdim);
  return one(keep_dims(g[0], spec, dims, keepdim) * (s.in(0) - result).exp());
}

}  // namespace ops

namespace {

DimVector dims_of(OptionalIntArrayRef dim) { return dim ? DimVector(*dim) : DimVector(); }

std::array<Tensor, 2> moments(const Tensor& self, OptionalIntArrayRef dim, double correction,
                              bool keepdim, bool root) {
  if (!self.is_complex())
    return invoke_n<2>(ops::VarMean{dims_of(dim), keepdim, correction, root}, self);
  // The squared distance from a complex mean is the sum of those of its parts.
  const Tensor parts = view_as_real(self);
  const auto real = moments(parts.select(-1, 0), dim, correction, keepdim, false);
  const auto imag = moments(parts.select(-1, 1), dim, correction, keepdim, false);
  const Tensor var = real[0] + imag[0];
  return {root ? var.sqrt() : var, view_as_complex(stack({real[1], imag[1]}, -1))};
}

double number(const std::optional<Scalar>& correction) {
  return correction ? correction->toDouble() : 1.0;
}

}  // namespace

#define HEARTH_MOMENT(name, root)                                                                 \
  Tensor name(const Tensor& self, int dim) { return name(self, IntArrayRef{dim}); }               \
  Tensor name(const Tensor& self, bool unbiased) {                                                \
    return moments(self, {}, unbiased, false, root)[0];                                           \
  }                                                                                               \
  Tensor name(const Tensor& self, OptionalIntArrayRef dim, bool unbiased, bool keepdim) {         \
    return moments(self, dim, unbiased, keepdim, root)[0];                                        \
  }                                                                                               \
  Tensor name(const Tensor& self, OptionalIntArrayRef dim,                                        \
              const std::optional<Scalar>& correction, bool keepdim) {                            \
    return moments(self, dim, number(correction), keepdim, root)[0];                              \
  }                                                                                               \
  Tensor& name##_out(Tensor& out, const Tensor& self, OptionalIntArrayRef dim, bool unbiased,     \
                     bool keepdim) {                                                              \
    return ops::copy_out(#name, out, name(self, dim, unbiased, keepdim));                         \
  }                                                                                               \
  Tensor& name##_out(Tensor& out, const Tensor& self, OptionalIntArrayRef dim,                    \
                     const std::optional<Scalar>& correction, bool keepdim) {                     \
    return ops::copy_out(#name, out, name(self, dim, correction, keepdim));                       \
  }                                                                                               \
  std::tuple<Tensor&, Tensor&> name##_mean_out(                                                   \
      Tensor& out0, Tensor& out1, const Tensor& self, OptionalIntArrayRef dim,                    \
      const std::optional<Scalar>& correction, bool keepdim) {                                    \
    const auto [first, mean] = name##_mean(self, dim, correction, keepdim);                       \
    return {ops::copy_out(#name "_mean", out0, first), ops::copy_out(#name "_mean", out1, mean)}; \
  }                                                                                               \
  std::tuple<Tensor, Tensor> name##_mean(const Tensor& self, int dim) {                           \
    return name##_mean(self, IntArrayRef{dim});                                                   \
  }                                                                                               \
  std::tuple<Tensor, Tensor> name##_mean(const Tensor& self, bool unbiased) {                     \
    auto [first, mean] = moments(self, {}, unbiased, false, root);                                \
    return {std::move(first), std::move(mean)};                                                   \
  }                                                                                               \
  std::tuple<Tensor, Tensor> name##_mean(const Tensor& self, OptionalIntArrayRef dim,             \
                                         bool unbiased, bool keepdim) {                           \
    auto [first, mean] = moments(self, dim, unbiased, keepdim, root);                             \
    return {std::move(first), std::move(mean)};                                                   \
  }                                                                                               \
  std::tuple<Tensor, Tensor> name##_mean(const Tensor& self, OptionalIntArrayRef dim,             \
                                         const std::optional<Scalar>& correction, bool keepdim) { \
    auto [first, mean] = moments(self, dim, number(correction), keepdim, root);                   \
    return {std::move(first), std::move(mean)};                                                   \
  }                                                                                               \
  Tensor Tensor::name(int dim) const { return hearth::name(*this, dim); }                         \
  Tensor Tensor::name(bool unbiased) const { return hearth::name(*this, unbiased); }              \
  Tensor Tensor::name(OptionalIntArrayRef dim, bool unbiased, bool keepdim) const {               \
    return hearth::name(*this, dim, unbiased, keepdim);                                           \
  }                                                                                               \
  Tensor Tensor::name(OptionalIntArrayRef dim, const std::optional<Scalar>& correction,           \
                      bool keepdim) const {                                                       \
    return hearth::name(*this, dim, correction, keepdim);                                         \
  }
HEARTH_MOMENT(var, false)
HEARTH_MOMENT(std, true)
#undef HEARTH_MOMENT

Tensor linalg_vector_norm(const Tensor& self, const Scalar& ord, OptionalIntArrayRef dim,
                          bool keepdim, std::optional<ScalarType> dtype) {
  return invoke(ops::VectorNorm{dims_of(dim), keepdim, ord.toDouble(), dtype}, self);
}
Tensor& linalg_vector_norm_out(Tensor& out, const Tensor& self, const Scalar& ord,
                               OptionalIntArrayRef dim, bool keepdim,
                               std::optional<ScalarType> dtype) {
  return invoke_out(ops::VectorNorm{dims_of(dim), keepdim, ord.toDouble(), dtype}, out, self);
}
Tensor norm(const Tensor& self, const Scalar& p) { return linalg_vector_norm(self, p); }
Tensor norm(const Tensor& self, const std::optional<Scalar>& p, ScalarType dtype) {
  return linalg_vector_norm(self, p.value_or(2), std::nullopt, false, dtype);
}
Tensor norm(const Tensor& self, const std::optional<Scalar>& p, IntArrayRef dim, bool keepdim) {
  return linalg_vector_norm(self, p.value_or(2), dim, keepdim);
}
Tensor norm(const Tensor& self, const std::optional<Scalar>& p, IntArrayRef dim, bool keepdim,
            ScalarType dtype) {
  return linalg_vector_norm(self, p.value_or(2), dim, keepdim, dtype);
}
Tensor& norm_out(Tensor& out, const Tensor& self, const Scalar& p) {
  return linalg_vector_norm_out(out, self, p);
}
Tensor& norm_out(Tensor& out, const Tensor& self, const std::optional<Scalar>& p,
                 ScalarType dtype) {
  return linalg_vector_norm_out(out, self, p.value_or(2), std::nullopt, false, dtype);
}
Tensor& norm_out(Tensor& out, const Tensor& self, const std::optional<Scalar>& p, IntArrayRef dim,
                 bool keepdim) {
  return linalg_vector_norm_out(out, self, p.value_or(2), dim, keepdim);
}
Tensor& norm_out(Tensor& out, const Tensor& self, const std::optional<Scalar>& p, IntArrayRef dim,
                 bool keepdim, ScalarType dtype) {
  return linalg_vector_norm_out(out, self, p.value_or(2), dim, keepdim, dtype);
}
Tensor norm_except_dim(const Tensor& v, int64_t pow, int64_t dim) {
  if (dim == -1) return norm(v, pow);
  const int64_t kept = wrap_dim(dim, v.dim(), "norm_except_dim");
  DimVector others;
  for (int64_t d = 0; d < v.dim(); ++d)
    if (d != kept) others.push_back(d);
  return others.empty() ? v.abs() : linalg_vector_norm(v, pow, others, /*keepdim=*/true);
}
Tensor frobenius_norm(const Tensor& self, IntArrayRef dim, bool keepdim) {
  return linalg_vector_norm(self, 2, dim, keepdim);
}
Tensor& frobenius_norm_out(Tensor& out, const Tensor& self, IntArrayRef dim, bool keepdim) {
  return linalg_vector_norm_out(out, self, 2, dim, keepdim);
}
Tensor logsumexp(const Tensor& self, IntArrayRef dim, bool keepdim) {
  if (self.is_complex()) {
    if (self.numel() == 0) return self.exp().sum(dim, keepdim).log();
    Tensor largest = real(self).detach().amax(dim, /*keepdim=*/true);
    largest = largest.masked_fill(largest.isinf(), 0);
    const Tensor sum = (self - largest).exp().sum(dim, keepdim);
    return sum.log() + largest.view(sum.sizes());
  }
  return invoke(ops::LogSumExp{dim, keepdim}, self);
}
Tensor& logsumexp_out(Tensor& out, const Tensor& self, IntArrayRef dim, bool keepdim) {
  if (self.is_complex()) return ops::copy_out("logsumexp", out, logsumexp(self, dim, keepdim));
  return invoke_out(ops::LogSumExp{dim, keepdim}, out, self);
}

Tensor Tensor::norm(const Scalar& p) const { return hearth::norm(*this, p); }
Tensor Tensor::norm(const std::optional<Scalar>& p, ScalarType dtype) const {
  return hearth::norm(*this, p, dtype);
}
Tensor Tensor::norm(const std::optional<Scalar>& p, IntArrayRef dim, bool keepdim) const {
  return hearth::norm(*this, p, dim, keepdim);
}
Tensor Tensor::norm(const std::optional<Scalar>& p, IntArrayRef dim, bool keepdim,
                    ScalarType dtype) const {
  return hearth::norm(*this, p, dim, keepdim, dtype);
}
Tensor Tensor::logsumexp(IntArrayRef dim, bool keepdim) const {
  return hearth::logsumexp(*this, dim, keepdim);
}

}  // namespace hearth
