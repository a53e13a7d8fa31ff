// SPDX-License-Identifier: Apache-2.0
#include "ops/selection.h"

#include <limits>

#include "hearth/autograd/grad_mode.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/index.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/scan.h"
#include "hearth/ops/selection.h"
#include "hearth/ops/sort.h"
#include "hearth/ops/view.h"

#include "ops/extreme.h"
#include "ops/outputs.h"
#include "ops/rules.h"

namespace hearth {

namespace ops {

HEARTH_DEFINE_OP(KthValue)
HEARTH_DEFINE_OP(Median)

namespace {

int64_t length(const Tensor& x, int64_t dim, std::string_view op) {
  const TensorImpl& t = impl(x);
  const int64_t at = wrap_dim(dim, t.dim(), op);
  return t.dim() == 0 ? 1 : t.sizes[static_cast<size_t>(at)];
}

Specs value_and_place(const Tensor& x, int64_t dim, bool keepdim, std::string_view op) {
  const ScalarType type = impl(x).dtype;
  HEARTH_CHECK_AS(NotImplementedError, !is_complex(type) && type != kBool, "[", op,
                  "] not implemented for '", to_string(type), "'");
  Specs s(Spec(reduced_sizes(impl(x).sizes, {dim}, keepdim, op), type, impl(x).device));
  HEARTH_CHECK_AS(IndexError, length(x, dim, op) > 0, "[", op, "] Expected reduction dim ",
                  wrap_dim(dim, impl(x).dim(), op), " to have non-zero size.");
  s.out.push_back(Spec(s[0].sizes, kLong, impl(x).device));
  return s;
}

/// The elements of the sorted lines at `rank`, one a line, and where they come from.
Tensors at_rank(const Tensor& values, const Tensor& places, const Tensor& rank, int64_t dim,
                bool keepdim) {
  Tensors out;
  for (const Tensor* t : {&values, &places}) {
    const Tensor picked = t->gather(dim, rank);
    out.push_back(keepdim ? picked : picked.squeeze(dim));
  }
  return out;
}

}  // namespace

Specs KthValue::infer(Args in) const {
  Specs s = value_and_place(in[0], dim, keepdim, "kthvalue");
  const int64_t size = length(in[0], dim, "kthvalue");
  HEARTH_CHECK_AS(ValueError, k >= 1 && k <= size,
                  "[kthvalue] kthvalue(): selected number k out of range for dimension ", dim,
                  ": got ", k, " of ", size);
  return s;
}
Grads KthValue::vjp(const Saved& s, Args g, NeedMask) const {
  return to_position(s, g[0], dim, keepdim);
}
Tensors KthValue::decompose(Args in) const {
  const auto [values, places] = hearth::sort(in[0], dim);
  DimVector one = impl(in[0]).sizes;
  if (!one.empty()) one[static_cast<size_t>(wrap_dim(dim, in[0].dim(), "kthvalue"))] = 1;
  const Tensor rank = full(one, k - 1, places.options());
  return at_rank(values, places, rank, dim, keepdim);
}

Specs Median::infer(Args in) const { return value_and_place(in[0], dim, keepdim, "median"); }
Grads Median::vjp(const Saved& s, Args g, NeedMask) const {
  if (!spread) return to_position(s, g[0], dim, keepdim);
  const Spec& x = s.in_spec(0);
  const Tensor self = s.in(0), value = keep_dims(s.out(), x, {dim}, keepdim);
  const Tensor mask = self.eq(value).logical_or(self.isnan().logical_and(value.isnan()));
  const Tensor share = keep_dims(g[0], x, {dim}, keepdim) / mask.sum(IntArrayRef{dim}, true);
  return one(hearth::where(mask, share, 0));
}
Tensors Median::decompose(Args in) const {
  const auto [values, places] = hearth::sort(in[0], dim);
  const Tensor nans = values.isnan().sum(IntArrayRef{dim}, true);
  const int64_t n = length(in[0], dim, "median");
  const Tensor middle = (n - 1 - nans).clamp_min(0).div(2, "floor");
  const Tensor rank = ignore_nan ? middle : hearth::where(nans.gt(0), n - nans, middle);
  return at_rank(values, places, rank, dim, keepdim);
}

}  // namespace ops

std::tuple<Tensor, Tensor> kthvalue(const Tensor& self, int64_t k, int64_t dim, bool keepdim) {
  return ops::both(ops::KthValue{k, dim, keepdim}, self);
}
std::tuple<Tensor&, Tensor&> kthvalue_out(Tensor& values, Tensor& indices, const Tensor& self,
                                          int64_t k, int64_t dim, bool keepdim) {
  return ops::both_out(ops::KthValue{k, dim, keepdim}, values, indices, self);
}

namespace {

Tensor median_of_all(const Tensor& self, bool ignore_nan) {
  const Tensor flat = self.reshape({-1});
  // Of nothing the median is NaN, in integers what the host casts that to.
  if (flat.numel() == 0)
    return full({}, std::numeric_limits<float>::quiet_NaN(), TensorOptions(kFloat).device(kCPU))
        .to(self.device(), self.scalar_type());
  return std::get<0>(ops::both(ops::Median{0, false, ignore_nan, true}, flat));
}

}  // namespace

Tensor median(const Tensor& self) { return median_of_all(self, false); }
Tensor nanmedian(const Tensor& self) { return median_of_all(self, true); }
Tensor& median_out(Tensor& out, const Tensor& self) {
  return ops::copy_out("median", out, median(self));
}
Tensor& nanmedian_out(Tensor& out, const Tensor& self) {
  return ops::copy_out("nanmedian", out, nanmedian(self));
}
std::tuple<Tensor, Tensor> median(const Tensor& self, int64_t dim, bool keepdim) {
  return ops::both(ops::Median{dim, keepdim, false}, self);
}
std::tuple<Tensor, Tensor> nanmedian(const Tensor& self, int64_t dim, bool keepdim) {
  return ops::both(ops::Median{dim, keepdim, true}, self);
}
std::tuple<Tensor&, Tensor&> median_out(Tensor& values, Tensor& indices, const Tensor& self,
                                        int64_t dim, bool keepdim) {
  return ops::both_out(ops::Median{dim, keepdim, false}, values, indices, self);
}
std::tuple<Tensor&, Tensor&> nanmedian_out(Tensor& values, Tensor& indices, const Tensor& self,
                                           int64_t dim, bool keepdim) {
  return ops::both_out(ops::Median{dim, keepdim, true}, values, indices, self);
}

namespace {

/// Where the last element is of the longest run of equal ones in each sorted line, as [.., 1, ..].
Tensor end_of_longest_run(const Tensor& sorted, int64_t dim) {
  const int64_t n = sorted.size(dim);
  const Tensor changes = sorted.narrow(dim, 1, n - 1).ne(sorted.narrow(dim, 0, n - 1));
  DimVector along(static_cast<size_t>(sorted.dim()), 1);
  along[static_cast<size_t>(dim)] = n;
  const Tensor at = arange(n, TensorOptions(kLong).device(sorted.device())).view(along);
  const Tensor begins = cat({zeros_like(sorted.narrow(dim, 0, 1), TensorOptions(kLong)),
                             changes * at.narrow(dim, 1, n - 1)},
                            dim);
  return (at - std::get<0>(begins.cummax(dim))).argmax(dim, /*keepdim=*/true);
}

Tensor place_of_mode(const Tensor& self, int64_t dim) {
  HEARTH_CHECK_AS(IndexError, self.size(dim) > 0, "[mode] Expected reduction dim ", dim,
                  " to have non-zero size.");
  const NoGradGuard no_grad;
  const auto [sorted, places] = self.sort(dim);
  if (self.size(dim) == 1 || self.numel() == 0) return places.narrow(dim, 0, 1);
  return places.gather(dim, end_of_longest_run(sorted, dim));
}

}  // namespace

std::tuple<Tensor, Tensor> mode(const Tensor& self, int64_t dim, bool keepdim) {
  const int64_t at = wrap_dim(dim, self.dim(), "mode");
  if (self.dim() == 0) return {self.clone(), zeros({}, self.options().dtype(kLong))};
  const Tensor place = place_of_mode(self, at), value = self.gather(at, place);
  return keepdim ? std::tuple(value, place) : std::tuple(value.squeeze(at), place.squeeze(at));
}
std::tuple<Tensor&, Tensor&> mode_out(Tensor& values, Tensor& indices, const Tensor& self,
                                      int64_t dim, bool keepdim) {
  const auto [value, place] = mode(self, dim, keepdim);
  ops::copy_out("mode", values, value);
  ops::copy_out("mode", indices, place);
  return {values, indices};
}

std::tuple<Tensor, Tensor> Tensor::kthvalue(int64_t k, int64_t dim, bool keepdim) const {
  return hearth::kthvalue(*this, k, dim, keepdim);
}
Tensor Tensor::median() const { return hearth::median(*this); }
std::tuple<Tensor, Tensor> Tensor::median(int64_t dim, bool keepdim) const {
  return hearth::median(*this, dim, keepdim);
}
Tensor Tensor::nanmedian() const { return hearth::nanmedian(*this); }
std::tuple<Tensor, Tensor> Tensor::nanmedian(int64_t dim, bool keepdim) const {
  return hearth::nanmedian(*this, dim, keepdim);
}
std::tuple<Tensor, Tensor> Tensor::mode(int64_t dim, bool keepdim) const {
  return hearth::mode(*this, dim, keepdim);
}

}  // namespace hearth
