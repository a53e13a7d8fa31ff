// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "hearth/ops/creation.h"
#include "hearth/ops/index.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/selection.h"
#include "hearth/ops/sort.h"
#include "hearth/ops/view.h"

#include "autograd/autocast_modes.h"
#include "ops/outputs.h"
#include "tensor/tensor_impl.h"

namespace hearth {

namespace {

enum class Between { Linear, Lower, Higher, Midpoint, Nearest };

Between between(std::string_view name, std::string_view op) {
  constexpr std::string_view kNames[] = {"linear", "lower", "higher", "midpoint", "nearest"};
  for (int i = 0; i < 5; ++i)
    if (kNames[i] == name) return static_cast<Between>(i);
  throw ValueError(cat_str("[", op, "] quantile() interpolation must be one of linear, lower, ",
                           "higher, midpoint or nearest, but got ", name));
}

void check(const Tensor& self, const Tensor& q, std::string_view op) {
  HEARTH_CHECK_AS(ValueError, self.numel() > 0, "[", op,
                  "] quantile() input tensor must be non-empty, got sizes ", self.sizes());
  HEARTH_CHECK_AS(DtypeError, self.scalar_type() == kFloat || self.scalar_type() == kDouble, "[",
                  op, "] quantile() input tensor must be either float or double dtype, got ",
                  self.scalar_type());
  HEARTH_CHECK_AS(ShapeError, q.dim() <= 1, "[", op,
                  "] quantile() q must be a scalar or 1D tensor, got sizes ", q.sizes());
  HEARTH_CHECK_AS(DtypeError, q.scalar_type() == self.scalar_type(), "[", op,
                  "] quantile() q tensor must be same dtype as the input tensor, got ",
                  q.scalar_type(), " and ", self.scalar_type());
  HEARTH_CHECK_AS(DeviceError, q.device() == self.device(), "[", op,
                  "] quantile() q tensor must be on the same device as the input tensor, got ",
                  q.device(), " and ", self.device());
  HEARTH_CHECK_AS(ValueError,
                  !q.device().is_cpu() || q.ge(0).logical_and(q.le(1)).all().item<bool>(), "[", op,
                  "] quantile() q values must be in the range [0, 1]");
}

/// Where in sorted lines the quantiles lie, counted from 0: [..., quantiles], in double, which
/// holds the ranks of long lines.
Tensor ranks(const Tensor& sorted, const Tensor& q, bool ignore_nan) {
  const Tensor is_nan = sorted.isnan();
  if (ignore_nan) {
    const Tensor last = is_nan.logical_not().sum(IntArrayRef{-1}, true) - 1;
    return (q * last).clamp_min(0);
  }
  // A line with NaN ends with one.
  const auto last = static_cast<double>(sorted.size(-1) - 1);
  return hearth::where(is_nan.any(-1, /*keepdim=*/true), last, q * last);
}

/// The elements of the lines at a rank, counted from 0, or at two.
Tensor between_ranks(const Tensor& lines, double rank, Between how) {
  const auto at = [&](double r) {
    return std::get<0>(kthvalue(lines, static_cast<int64_t>(r) + 1, -1, /*keepdim=*/true));
  };
  const double below = std::floor(rank), above = std::ceil(rank);
  if (how == Between::Lower) return at(below);
  if (how == Between::Higher) return at(above);
  if (how == Between::Nearest) return at(std::nearbyint(rank));
  // Even at a rank that is whole, so that infinite elements give NaN as they do between two ranks.
  const Tensor value = at(below);
  return value.lerp(below == above ? value : at(above),
                    how == Between::Midpoint ? 0.5 : rank - below);
}

/// Quantiles of lines without NaN by selection: one or two elements are less work than sorting.
/// Undefined where that is not so, or not known.
Tensor by_selection(const Tensor& lines, const Tensor& q, Between how) {
  if (!lines.is_cpu() || q.numel() != 1 || q.requires_grad() || lines.isnan().any().item<bool>())
    return {};
  return between_ranks(lines, q.item<double>() * static_cast<double>(lines.size(-1) - 1), how);
}

Tensor by_sorting(const Tensor& lines, const Tensor& q, Between how, bool ignore_nan) {
  const Tensor sorted = std::get<0>(lines.sort(-1));
  const Tensor exact = ranks(sorted, q.reshape({-1}).to(kDouble), ignore_nan);
  const Tensor rank = how == Between::Lower     ? exact.floor()
                      : how == Between::Higher  ? exact.ceil()
                      : how == Between::Nearest ? exact.round()
                                                : exact;
  const Tensor below = rank.to(kLong), value = sorted.gather(-1, below);
  if (how != Between::Linear && how != Between::Midpoint) return value;
  const Tensor weight = how == Between::Midpoint ? full_like(rank, 0.5) : rank - below;
  return value.lerp(sorted.gather(-1, rank.ceil().to(kLong)), weight.to(lines.scalar_type()));
}

Tensor quantile_of(const Tensor& input, const Tensor& at_most, std::optional<int64_t> dim,
                   bool keepdim, std::string_view interpolation, bool ignore_nan) {
  Tensor self = input, q = at_most;
  const AutocastAsOne cast({Cast::Float32, std::nullopt}, {&self, &q});
  const std::string_view op = ignore_nan ? "nanquantile" : "quantile";
  const Between how = between(interpolation, op);
  const int64_t at = wrap_dim(dim.value_or(0), self.dim(), op);
  check(self, q, op);
  const bool flat = !dim || self.dim() == 0;
  const Tensor lines = flat ? self.reshape({-1}) : self.movedim(at, -1);
  Tensor out = by_selection(lines, q, how);
  if (!out.defined()) out = by_sorting(lines, q, how, ignore_nan);
  // The quantiles become the first dim, the reduced dims come back as ones.
  out = out.movedim(-1, 0);
  if (keepdim) {
    DimVector sizes(static_cast<size_t>(self.dim()), 1);
    for (int64_t d = 0; !flat && d < self.dim(); ++d)
      if (d != at) sizes[static_cast<size_t>(d)] = self.size(d);
    sizes.insert(0, out.size(0));
    out = out.reshape(sizes);
  }
  return q.dim() == 0 ? out.select(0, 0) : out;
}

Tensor number_like(const Tensor& self, double q, std::string_view op) {
  HEARTH_CHECK_AS(ValueError, q >= 0 && q <= 1, "[", op,
                  "] quantile() q must be in the range [0, 1] but got ", q);
  return full({}, q, self.options());
}

}  // namespace

#define HEARTH_QUANTILE(name, ignore_nan)                                                          \
  Tensor name(const Tensor& self, const Tensor& q, std::optional<int64_t> dim, bool keepdim,       \
              std::string_view interpolation) {                                                    \
    return quantile_of(self, q, dim, keepdim, interpolation, ignore_nan);                          \
  }                                                                                                \
  Tensor name(const Tensor& self, double q, std::optional<int64_t> dim, bool keepdim,              \
              std::string_view interpolation) {                                                    \
    return name(self, number_like(self, q, #name), dim, keepdim, interpolation);                   \
  }                                                                                                \
  Tensor& name##_out(Tensor& out, const Tensor& self, const Tensor& q, std::optional<int64_t> dim, \
                     bool keepdim, std::string_view interpolation) {                               \
    return ops::copy_out(#name, out, name(self, q, dim, keepdim, interpolation));                  \
  }                                                                                                \
  Tensor& name##_out(Tensor& out, const Tensor& self, double q, std::optional<int64_t> dim,        \
                     bool keepdim, std::string_view interpolation) {                               \
    return ops::copy_out(#name, out, name(self, q, dim, keepdim, interpolation));                  \
  }                                                                                                \
  Tensor Tensor::name(const Tensor& q, std::optional<int64_t> dim, bool keepdim,                   \
                      std::string_view interpolation) const {                                      \
    return hearth::name(*this, q, dim, keepdim, interpolation);                                    \
  }                                                                                                \
  Tensor Tensor::name(double q, std::optional<int64_t> dim, bool keepdim,                          \
                      std::string_view interpolation) const {                                      \
    return hearth::name(*this, q, dim, keepdim, interpolation);                                    \
  }
HEARTH_QUANTILE(quantile, false)
HEARTH_QUANTILE(nanquantile, true)
#undef HEARTH_QUANTILE

}  // namespace hearth
