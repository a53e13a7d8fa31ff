// SPDX-License-Identifier: Apache-2.0
#include "hearth/ops/statistics.h"

#include "hearth/autograd/grad_mode.h"
#include "hearth/base/warning.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/linalg.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/scan.h"
#include "hearth/ops/view.h"

#include "autograd/autocast_modes.h"
#include "ops/outputs.h"
#include "tensor/tensor_impl.h"

namespace hearth {

// ---- covariance

namespace {

std::optional<Tensor> checked_weights(const std::optional<Tensor>& weights, int64_t observations,
                                      bool integral, std::string_view name) {
  if (!weights || !weights->defined()) return std::nullopt;
  const ScalarType type = weights->scalar_type();
  HEARTH_CHECK_AS(ShapeError, weights->dim() <= 1 && weights->numel() == observations,
                  "[cov] expected ", name,
                  " of one or fewer dimensions with one element for each "
                  "of ",
                  observations, " observations, got sizes ", weights->sizes());
  HEARTH_CHECK_AS(DtypeError, integral ? is_integral(type) : is_floating_point(type),
                  "[cov] expected ", name, " to have ", integral ? "integral" : "floating point",
                  " dtype but got ", name, " with ", type, " dtype");
  HEARTH_CHECK_AS(ValueError, observations == 0 || weights->min().ge(0).item<bool>(), "[cov] ",
                  name, " cannot be negative");
  return weights;
}

}  // namespace

Tensor cov(const Tensor& self, int64_t correction, const std::optional<Tensor>& fweights,
           const std::optional<Tensor>& aweights) {
  HEARTH_CHECK_AS(ShapeError, self.dim() <= 2,
                  "[cov] expected input to have two or fewer dimensions but got sizes ",
                  self.sizes());
  HEARTH_CHECK_AS(DtypeError, self.scalar_type() != kBool,
                  "[cov] bool dtype is not supported for input");
  const Tensor x = self.dim() < 2 ? self.reshape({1, -1}) : self;
  const int64_t n = x.size(1);
  const auto often = checked_weights(fweights, n, true, "fweights");
  const auto much = checked_weights(aweights, n, false, "aweights");
  Tensor weights, total = full({}, n, x.options().dtype(kLong)), free = total - correction;
  if (often || much) {
    weights = often && much ? *often * *much : often ? *often : *much;
    total = weights.sum();
    HEARTH_CHECK_AS(ValueError, total.ne(0).item<bool>(),
                    "[cov] weights sum to zero, can't be normalized");
    free = much && correction != 0 ? total - (weights * *much).sum() * correction / total
                                   : total - correction;
  }
  const auto weighted = [&](const Tensor& t) { return weights.defined() ? t * weights : t; };
  const Tensor mean = weighted(x).sum(1, /*keepdim=*/true) / total;
  if (free.le(0).item<bool>()) {
    HEARTH_WARN_ONCE(
        "cov(): degrees of freedom is <= 0. Correction should be strictly less than the number of "
        "observations.");
    free = zeros_like(free);
  }
  const Tensor centred = x - mean;
  return (matmul(centred, weighted(centred).t().conj()) / free).squeeze();
}

Tensor corrcoef(const Tensor& self) {
  HEARTH_CHECK_AS(ShapeError, self.dim() <= 2,
                  "[corrcoef] expected input to have two or fewer dimensions but got sizes ",
                  self.sizes());
  Tensor c = cov(self);
  if (c.dim() == 0) return c / c;
  const Tensor variance = c.diagonal(),
               deviation = (c.is_complex() ? real(variance) : variance).sqrt();
  c = c / deviation.unsqueeze(1) / deviation;
  if (!c.is_complex()) return c.clamp(-1, 1);
  return view_as_complex(view_as_real(c).clamp(-1, 1));
}

Tensor Tensor::cov(int64_t correction, const std::optional<Tensor>& fweights,
                   const std::optional<Tensor>& aweights) const {
  return hearth::cov(*this, correction, fweights, aweights);
}
Tensor Tensor::corrcoef() const { return hearth::corrcoef(*this); }

// ---- differences and integrals

namespace {

void check_joined(const Tensor& self, const Tensor& other, int64_t dim) {
  bool match = other.dim() == self.dim();
  for (int64_t d = 0; match && d < self.dim(); ++d)
    match = d == dim || other.size(d) == self.size(d);
  HEARTH_CHECK_AS(ShapeError, match,
                  "[diff] expects prepend or append to be the same shape as input but along the "
                  "dimension, got ",
                  other.sizes(), " for ", self.sizes(), " along ", dim);
}

/// All but the last, and all but the first, along dim.
Tensor left_of(const Tensor& t, int64_t dim) { return t.slice(dim, 0, -1); }
Tensor right_of(const Tensor& t, int64_t dim) { return t.slice(dim, 1); }

}  // namespace

Tensor diff(const Tensor& self, int64_t n, int64_t dim, const std::optional<Tensor>& prepend,
            const std::optional<Tensor>& append) {
  HEARTH_CHECK_AS(ShapeError, self.dim() >= 1,
                  "[diff] diff expects input to be at least one-dimensional");
  HEARTH_CHECK_AS(ValueError, n >= 0, "[diff] order must be non-negative but got ", n);
  const int64_t at = wrap_dim(dim, self.dim(), "diff");
  std::vector<Tensor> parts;
  if (prepend && prepend->defined()) parts.push_back(*prepend);
  parts.push_back(self);
  if (append && append->defined()) parts.push_back(*append);
  for (const Tensor& part : parts) check_joined(self, part, at);
  if (n == 0) return self.clone();
  Tensor x = parts.size() > 1 ? cat(parts, at) : self;
  for (int64_t left = std::min(n, x.size(at)); left > 0; --left)
    x = x.scalar_type() == kBool ? right_of(x, at).logical_xor(left_of(x, at))
                                 : right_of(x, at) - left_of(x, at);
  return x;
}
Tensor& diff_out(Tensor& out, const Tensor& self, int64_t n, int64_t dim,
                 const std::optional<Tensor>& prepend, const std::optional<Tensor>& append) {
  return ops::copy_out("diff", out, diff(self, n, dim, prepend, append));
}
Tensor Tensor::diff(int64_t n, int64_t dim, const std::optional<Tensor>& prepend,
                    const std::optional<Tensor>& append) const {
  return hearth::diff(*this, n, dim, prepend, append);
}

namespace {

int64_t integrated_dim(const Tensor& y, int64_t dim, std::string_view op) {
  HEARTH_CHECK_AS(IndexError, y.dim() > 0, "[", op, "] Dimension specified as ", dim,
                  " but tensor has no dimensions");
  HEARTH_CHECK_AS(DtypeError, y.scalar_type() != kBool, "[", op,
                  "] received a bool input for `y`, but bool is not supported");
  return wrap_dim(dim, y.dim(), op);
}

/// The steps between places, laid out along `dim` of y.
Tensor steps(const Tensor& y, const Tensor& x, int64_t dim, std::string_view op) {
  HEARTH_CHECK_AS(DtypeError, x.scalar_type() != kBool, "[", op,
                  "] received a bool input for `x`, but bool is not supported");
  DimVector sizes(static_cast<size_t>(std::max(x.dim(), y.dim())), 1);
  if (x.dim() == 1) {
    HEARTH_CHECK_AS(ShapeError, x.size(0) == y.size(dim), "[", op,
                    "] There must be one `x` value for each sample point, got ", x.size(0), " for ",
                    y.size(dim));
    sizes[static_cast<size_t>(dim)] = x.size(0);
  } else {
    for (int64_t d = 0; d < x.dim(); ++d)
      sizes[sizes.size() - static_cast<size_t>(x.dim() - d)] = x.size(d);
  }
  const Tensor places = x.reshape(sizes);
  return right_of(places, dim) - left_of(places, dim);
}

double step(const Scalar& dx, std::string_view op) {
  HEARTH_CHECK_AS(DtypeError, !dx.isComplex() && !dx.isBoolean(), "[", op,
                  "] Currently, we only support dx as a real number");
  return dx.toDouble();
}

/// y with dim taken away, as zeros.
Tensor zero_integral(const Tensor& y, int64_t dim) {
  DimVector sizes(y.sizes());
  sizes.erase(static_cast<size_t>(dim));
  return zeros(sizes, y.options());
}

}  // namespace

Tensor trapezoid(const Tensor& y, const Tensor& x, int64_t dim) {
  const int64_t at = integrated_dim(y, dim, "trapezoid");
  if (y.size(at) == 0) return zero_integral(y, at);
  return ((left_of(y, at) + right_of(y, at)) * steps(y, x, at, "trapezoid")).sum(at) / 2.0;
}
Tensor trapezoid(const Tensor& y, const Scalar& dx, int64_t dim) {
  const int64_t at = integrated_dim(y, dim, "trapezoid");
  const double width = step(dx, "trapezoid");
  if (y.size(at) == 0) return zero_integral(y, at);
  return (y.sum(at) - (y.select(at, 0) + y.select(at, -1)) * 0.5) * width;
}
Tensor trapz(const Tensor& y, const Tensor& x, int64_t dim) { return trapezoid(y, x, dim); }
Tensor trapz(const Tensor& y, double dx, int64_t dim) { return trapezoid(y, dx, dim); }

Tensor cumulative_trapezoid(const Tensor& y, const Tensor& x, int64_t dim) {
  const int64_t at = integrated_dim(y, dim, "cumulative_trapezoid");
  const Tensor widths = steps(y, x, at, "cumulative_trapezoid");
  return ((left_of(y, at) + right_of(y, at)) * (widths / 2.0)).cumsum(at);
}
Tensor cumulative_trapezoid(const Tensor& y, const Scalar& dx, int64_t dim) {
  const int64_t at = integrated_dim(y, dim, "cumulative_trapezoid");
  const double width = step(dx, "cumulative_trapezoid");
  return ((left_of(y, at) + right_of(y, at)) * (width / 2)).cumsum(at);
}

// ---- distances

Tensor dist(const Tensor& self, const Tensor& other, const Scalar& p) {
  Tensor a = self, b = other;
  const AutocastAsOne cast({std::nullopt, Cast::Float32}, {&a, &b});
  return norm(a - b, p);
}
Tensor& dist_out(Tensor& out, const Tensor& self, const Tensor& other, const Scalar& p) {
  return ops::copy_out("dist", out, dist(self, other, p));
}
Tensor Tensor::dist(const Tensor& other, const Scalar& p) const {
  return hearth::dist(*this, other, p);
}

Tensor renorm(const Tensor& input, const Scalar& p, int64_t dim, const Scalar& maxnorm) {
  Tensor self = input;
  const AutocastAsOne cast({std::nullopt, Cast::Float32}, {&self});
  HEARTH_CHECK_AS(ValueError, !p.isComplex() && p.toDouble() > 0,
                  "[renorm] expected p to be real and positive");
  HEARTH_CHECK_AS(ValueError, !maxnorm.isComplex() && maxnorm.toDouble() >= 0,
                  "[renorm] expected maxnorm to be real and >= 0");
  HEARTH_CHECK_AS(ShapeError, self.dim() >= 2,
                  "[renorm] input needs at least 2 dimensions, got sizes ", self.sizes());
  const int64_t kept = wrap_dim(dim, self.dim(), "renorm");
  DimVector others;
  for (int64_t d = 0; d < self.dim(); ++d)
    if (d != kept) others.push_back(d);
  // Norms of half types are computed and compared in float.
  const ScalarType type = self.scalar_type(), wide = accumulate_type(type);
  const Tensor size = linalg_vector_norm(self, p, others, /*keepdim=*/true,
                                         wide == type ? std::optional<ScalarType>() : wide);
  const double most = maxnorm.toDouble();
  const Tensor factor = hearth::where(size.gt(most), most / (size + 1e-7), 1);
  return self * factor.to(to_real(type));
}
Tensor& renorm_out(Tensor& out, const Tensor& self, const Scalar& p, int64_t dim,
                   const Scalar& maxnorm) {
  return ops::copy_out("renorm", out, renorm(self, p, dim, maxnorm));
}
Tensor Tensor::renorm(const Scalar& p, int64_t dim, const Scalar& maxnorm) const {
  return hearth::renorm(*this, p, dim, maxnorm);
}
const Tensor& Tensor::renorm_(const Scalar& p, int64_t dim, const Scalar& maxnorm) const {
  // The gradient needs what is overwritten.
  const bool recorded = GradMode::is_enabled() && requires_grad();
  return copy_(hearth::renorm(recorded ? clone() : *this, p, dim, maxnorm));
}

}  // namespace hearth
