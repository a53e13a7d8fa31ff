// SPDX-License-Identifier: Apache-2.0
#include "ops/histogram.h"

#include <cmath>

#include "hearth/ops/creation.h"
#include "hearth/ops/histogram.h"
#include "hearth/ops/index.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/searchsorted.h"
#include "hearth/ops/view.h"

#include "base/checked.h"
#include "ops/outputs.h"

namespace hearth {

namespace ops {

HEARTH_DEFINE_OP(Bincount)
HEARTH_DEFINE_OP(Histc)

Specs Bincount::infer(Args in) const {
  const Tensor& weights = in.get(1);
  const ScalarType type = weights.defined() ? impl(weights).dtype : kLong;
  HEARTH_CHECK_AS(DtypeError, is_integral(impl(in[0]).dtype), "[bincount] expected integers, got ",
                  to_string(impl(in[0]).dtype));
  HEARTH_CHECK_AS(DtypeError, type == kLong || type == kFloat || type == kDouble,
                  "[bincount] expected float or double weights, got ", to_string(type));
  return {Spec({size}, type, impl(in[0]).device)};
}
Tensors Bincount::decompose(Args in) const {
  const Tensor& weights = in.get(1);
  const Tensor at = in[0].to(kLong), added = weights.defined() ? weights : ones_like(at);
  Tensors result;
  result.push_back(zeros({size}, added.options()).scatter_add(0, at, added));
  return result;
}

namespace {

/// Sums of `weight` (or how many) at the positions `at`; those not `inside` are left out.
Tensor count_at(const Tensor& at, const Tensor& inside, const Tensor& weight, int64_t size) {
  const Tensor counted = at.masked_select(inside);
  if (!weight.defined()) return invoke(Bincount{size}, counted);
  return invoke(Bincount{size}, counted, weight.masked_select(inside));
}

}  // namespace

Specs Histc::infer(Args in) const {
  const TensorImpl& t = impl(in[0]);
  HEARTH_CHECK_AS(NotImplementedError, is_floating_point(t.dtype), "[histc] not implemented for '",
                  to_string(t.dtype), "'");
  HEARTH_CHECK_AS(ValueError, bins > 0, "[histc] bins must be > 0, but got ", bins);
  return {Spec({bins}, t.dtype, t.device)};
}
Tensors Histc::decompose(Args in) const {
  const Tensor x = in[0].reshape({-1});
  const Tensor least = full({}, low, x.options()), most = full({}, high, x.options());
  const Tensor inside = x.ge(least).logical_and(x.le(most));
  const Tensor part = (x - least) * bins / (most - least);
  // Ends that the type does not tell apart, or whose distance it does not hold.
  const Tensor wide = (x.to(kDouble) - low) / (high - low) * bins;
  const Tensor place = hearth::where(part.isfinite(), part.to(kDouble), wide.nan_to_num(0));
  const Tensor at = place.clamp(0, bins - 1).to(kLong);
  Tensors result;
  result.push_back(count_at(at, inside, Tensor(), bins).to(x.scalar_type()));
  return result;
}

}  // namespace ops

Tensor bincount(const Tensor& self, const std::optional<Tensor>& weights, int64_t minlength) {
  HEARTH_CHECK_AS(ValueError, minlength >= 0, "[bincount] minlength should be >= 0, got ",
                  minlength);
  HEARTH_CHECK_AS(NotImplementedError, is_integral(self.scalar_type()),
                  "[bincount] expected integers, got ", self.scalar_type());
  HEARTH_CHECK_AS(ShapeError, self.dim() == 1 || self.numel() == 0,
                  "[bincount] bincount only supports 1-d non-negative integral inputs, got sizes ",
                  self.sizes());
  if (self.numel() == 0) return zeros({minlength}, self.options().dtype(kLong));
  const bool weighted = weights && weights->defined();
  HEARTH_CHECK_AS(ShapeError, !weighted || weights->sizes() == self.sizes(),
                  "[bincount] weights should be 1-d and have the same length as input, got sizes ",
                  weighted ? weights->sizes() : IntArrayRef(), " for ", self.sizes());
  // The kernel refuses negative numbers.
  const int64_t most = self.max().item<int64_t>();
  HEARTH_CHECK_AS(ValueError, most < INT64_MAX, "[bincount] a number is too large: ", most);
  const int64_t size = std::max(minlength, most + 1);
  if (!weighted) return invoke(ops::Bincount{size}, self);
  const Tensor w = weights->detach();
  return invoke(ops::Bincount{size}, self, w.scalar_type() == kFloat ? w : w.to(kDouble));
}
Tensor& bincount_out(Tensor& out, const Tensor& self, const std::optional<Tensor>& weights,
                     int64_t minlength) {
  return ops::copy_out("bincount", out, bincount(self, weights, minlength));
}
Tensor Tensor::bincount(const std::optional<Tensor>& weights, int64_t minlength) const {
  return hearth::bincount(*this, weights, minlength);
}

namespace {

struct Range {
  double low, high;
};

/// The range to cut: `given`, or that of the elements; one without extent is widened by 1.
Range range_of(const Tensor& x, std::optional<Range> given, std::string_view op) {
  Range range{0, 1};
  if (given) {
    range = *given;
  } else if (x.numel() > 0) {
    const auto [low, high] = x.aminmax();
    range = {low.item<double>(), high.item<double>()};
  }
  HEARTH_CHECK_AS(ValueError, std::isfinite(range.low) && std::isfinite(range.high), "[", op,
                  "] range of [", range.low, ", ", range.high, "] is not finite");
  HEARTH_CHECK_AS(ValueError, range.low <= range.high, "[", op,
                  "] max must be larger than min, got [", range.low, ", ", range.high, "]");
  if (range.low == range.high) range = {range.low - 0.5, range.high + 0.5};
  return range;
}

void check_bins(int64_t bins, std::string_view op) {
  HEARTH_CHECK_AS(ValueError, bins > 0, "[", op, "] bins must be > 0, but got ", bins);
}

}  // namespace

Tensor histc(const Tensor& self, int64_t bins, const Scalar& min, const Scalar& max) {
  check_bins(bins, "histc");
  HEARTH_CHECK_AS(NotImplementedError, is_floating_point(self.scalar_type()),
                  "[histc] not implemented for '", self.scalar_type(), "'");
  std::optional<Range> given = Range{min.toDouble(), max.toDouble()};
  if (given->low == given->high && self.numel() > 0) given.reset();
  const Tensor x = self.detach();
  const Range range = range_of(x, given, "histc");
  return invoke(ops::Histc{bins, range.low, range.high}, x);
}
Tensor& histc_out(Tensor& out, const Tensor& self, int64_t bins, const Scalar& min,
                  const Scalar& max) {
  return ops::copy_out("histc", out, histc(self, bins, min, max));
}
Tensor Tensor::histc(int64_t bins, const Scalar& min, const Scalar& max) const {
  return hearth::histc(*this, bins, min, max);
}

namespace {

void check_points(const Tensor& self, int64_t dims, const std::optional<Tensor>& weight,
                  std::string_view op) {
  HEARTH_CHECK_AS(NotImplementedError,
                  self.scalar_type() == kFloat || self.scalar_type() == kDouble, "[", op,
                  "] not implemented for '", self.scalar_type(), "'");
  HEARTH_CHECK_AS(ShapeError, self.dim() >= 2, "[", op,
                  "] input tensor should have at least 2 dimensions, got sizes ", self.sizes());
  HEARTH_CHECK_AS(ShapeError, self.size(-1) == dims, "[", op, "] expected ", self.size(-1),
                  " sequences of bin edges, one for each coordinate, but got ", dims);
  if (!weight || !weight->defined()) return;
  HEARTH_CHECK_AS(DtypeError, weight->scalar_type() == self.scalar_type(), "[", op,
                  "] if weight tensor is provided, input tensor and weight tensor should have the "
                  "same dtype, but got ",
                  self.scalar_type(), " and ", weight->scalar_type());
  const IntArrayRef points = self.sizes().slice(0, self.sizes().size() - 1);
  HEARTH_CHECK_AS(ShapeError, weight->sizes() == points, "[", op,
                  "] if weight tensor is provided it should have the same shape as the input "
                  "tensor excluding its innermost dimension, but got input with shape ",
                  self.sizes(), " and weight with shape ", weight->sizes());
}

/// `bins` equal parts of each coordinate's range.
std::vector<Tensor> even_edges(const Tensor& self, IntArrayRef bins,
                               std::optional<ArrayRef<double>> range, std::string_view op) {
  const auto dims = static_cast<int64_t>(bins.size());
  HEARTH_CHECK_AS(ShapeError, !range || range->size() == 2 * bins.size(), "[", op, "] for a ", dims,
                  "-dimensional histogram range should have ", 2 * dims, " elements, but got ",
                  range ? range->size() : 0);
  std::vector<Tensor> edges;
  for (int64_t d = 0; d < dims; ++d) {
    const auto i = static_cast<size_t>(d);
    check_bins(bins[i], op);
    std::optional<Range> given;
    if (range) given = Range{(*range)[2 * i], (*range)[2 * i + 1]};
    const Range cut = range_of(self.select(-1, d), given, op);
    edges.push_back(linspace(cut.low, cut.high, bins[i] + 1, self.options()));
  }
  return edges;
}

/// The histogram of points over these edges.
Tensor histogram_over(const Tensor& self, const std::vector<Tensor>& edges,
                      const std::optional<Tensor>& weight, bool density, std::string_view op) {
  Tensor at, inside, volume;
  DimVector sizes;
  Checked all = 1;
  for (const Tensor& e : edges) {
    HEARTH_CHECK_AS(ShapeError, e.dim() == 1 && e.numel() > 0, "[", op,
                    "] bins tensor should have one dimension and some elements, but got sizes ",
                    e.sizes());
    all = all * (e.size(0) - 1);
  }
  const int64_t size = all.get(op, "the product of all bins");
  for (size_t d = 0; d < edges.size(); ++d) {
    const Tensor& e = edges[d];
    HEARTH_CHECK_AS(DtypeError, e.scalar_type() == self.scalar_type(), "[", op,
                    "] input tensor and bins tensors should have the same dtype, but got ",
                    self.scalar_type(), " and ", e.scalar_type());
    const int64_t n = e.size(0) - 1;
    const Tensor x = self.select(-1, static_cast<int64_t>(d)).reshape({-1});
    // One edge makes no bin that even the edge itself would lie in.
    const Tensor here = n == 0 ? zeros_like(x, TensorOptions(kBool))
                               : x.ge(e.select(0, 0)).logical_and(x.le(e.select(0, n)));
    const Tensor part = (bucketize(x, e, false, /*right=*/true) - 1).clamp_max(n - 1);
    at = at.defined() ? at * n + part : part;
    inside = inside.defined() ? inside.logical_and(here) : here;
    sizes.push_back(n);
    if (density) {
      const Tensor width = e.narrow(0, 1, n) - e.narrow(0, 0, n);
      volume = volume.defined() ? volume.unsqueeze(-1) * width : width;
    }
  }
  const Tensor w = weight && weight->defined() ? weight->detach().reshape({-1}) : Tensor();
  const Tensor counts = ops::count_at(at, inside, w, size).to(self.scalar_type()).view(sizes);
  return density ? counts / counts.sum() / volume : counts;
}

std::tuple<Tensor, std::vector<Tensor>> histogram_of(const Tensor& self, std::vector<Tensor> edges,
                                                     const std::optional<Tensor>& weight,
                                                     bool density, std::string_view op) {
  check_points(self, static_cast<int64_t>(edges.size()), weight, op);
  Tensor hist = histogram_over(self, edges, weight, density, op);
  return {std::move(hist), std::move(edges)};
}
std::tuple<Tensor, std::vector<Tensor>> histogram_of(const Tensor& self, IntArrayRef bins,
                                                     std::optional<ArrayRef<double>> range,
                                                     const std::optional<Tensor>& weight,
                                                     bool density, std::string_view op) {
  check_points(self, static_cast<int64_t>(bins.size()), weight, op);
  return histogram_of(self, even_edges(self, bins, range, op), weight, density, op);
}

/// Numbers as points of one coordinate, and their weights.
Tensor as_points(const Tensor& self) { return self.detach().reshape({-1, 1}); }
std::optional<Tensor> as_weights(const Tensor& self, const std::optional<Tensor>& weight) {
  if (!weight || !weight->defined()) return std::nullopt;
  HEARTH_CHECK_AS(ShapeError, weight->sizes() == self.sizes(),
                  "[histogram] if weight tensor is provided it should have the same shape as the "
                  "input tensor, but got input with shape ",
                  self.sizes(), " and weight with shape ", weight->sizes());
  return weight->reshape({-1});
}
std::tuple<Tensor, Tensor> only(const std::tuple<Tensor, std::vector<Tensor>>& h) {
  return {std::get<0>(h), std::get<1>(h)[0]};
}

}  // namespace

std::tuple<Tensor, Tensor> histogram(const Tensor& self, const Tensor& bins,
                                     const std::optional<Tensor>& weight, bool density) {
  return only(
      histogram_of(as_points(self), {bins}, as_weights(self, weight), density, "histogram"));
}
std::tuple<Tensor, Tensor> histogram(const Tensor& self, int64_t bins,
                                     std::optional<ArrayRef<double>> range,
                                     const std::optional<Tensor>& weight, bool density) {
  return only(histogram_of(as_points(self), IntArrayRef{bins}, range, as_weights(self, weight),
                           density, "histogram"));
}
std::tuple<Tensor&, Tensor&> histogram_out(Tensor& hist, Tensor& bin_edges, const Tensor& self,
                                           const Tensor& bins, const std::optional<Tensor>& weight,
                                           bool density) {
  const auto [h, edges] = histogram(self, bins, weight, density);
  return {ops::copy_out("histogram", hist, h), ops::copy_out("histogram", bin_edges, edges)};
}
std::tuple<Tensor&, Tensor&> histogram_out(Tensor& hist, Tensor& bin_edges, const Tensor& self,
                                           int64_t bins, std::optional<ArrayRef<double>> range,
                                           const std::optional<Tensor>& weight, bool density) {
  const auto [h, edges] = histogram(self, bins, range, weight, density);
  return {ops::copy_out("histogram", hist, h), ops::copy_out("histogram", bin_edges, edges)};
}
std::tuple<Tensor, std::vector<Tensor>> histogramdd(const Tensor& self, IntArrayRef bins,
                                                    std::optional<ArrayRef<double>> range,
                                                    const std::optional<Tensor>& weight,
                                                    bool density) {
  return histogram_of(self.detach(), bins, range, weight, density, "histogramdd");
}
std::tuple<Tensor, std::vector<Tensor>> histogramdd(const Tensor& self, int64_t bins,
                                                    std::optional<ArrayRef<double>> range,
                                                    const std::optional<Tensor>& weight,
                                                    bool density) {
  const DimVector each(static_cast<size_t>(self.dim() == 0 ? 0 : self.size(-1)), bins);
  return histogramdd(self, IntArrayRef(each), range, weight, density);
}
std::tuple<Tensor, std::vector<Tensor>> histogramdd(const Tensor& self, TensorList bins,
                                                    std::optional<ArrayRef<double>>,
                                                    const std::optional<Tensor>& weight,
                                                    bool density) {
  return histogram_of(self.detach(), {bins.begin(), bins.end()}, weight, density, "histogramdd");
}

std::tuple<Tensor, Tensor> Tensor::histogram(const Tensor& bins,
                                             const std::optional<Tensor>& weight,
                                             bool density) const {
  return hearth::histogram(*this, bins, weight, density);
}
std::tuple<Tensor, Tensor> Tensor::histogram(int64_t bins, std::optional<ArrayRef<double>> range,
                                             const std::optional<Tensor>& weight,
                                             bool density) const {
  return hearth::histogram(*this, bins, range, weight, density);
}

}  // namespace hearth
