// SPDX-License-Identifier: Apache-2.0
#include "ops/extreme.h"

#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"

#include "ops/outputs.h"

namespace hearth {

namespace ops {

HEARTH_DEFINE_OP(Amax)
HEARTH_DEFINE_OP(Amin)
HEARTH_DEFINE_OP(MaxDim)
HEARTH_DEFINE_OP(MinDim)
HEARTH_DEFINE_OP(Argmax)
HEARTH_DEFINE_OP(Argmin)

namespace {

DimVector to_dims(std::optional<int64_t> dim) { return dim ? DimVector({*dim}) : DimVector(); }

/// The output's spec; extremes of nothing do not exist.
Spec extreme_spec(const Tensor& x, const DimVector& dims, bool keepdim, ScalarType type,
                  std::string_view op) {
  const TensorImpl& t = impl(x);
  HEARTH_CHECK_AS(NotImplementedError, !is_complex(t.dtype), "[", op, "] not implemented for ",
                  to_string(t.dtype), ": complex numbers have no order");
  DimVector sizes = reduced_sizes(t.sizes, dims, keepdim, op);
  if (t.numel == 0) {
    HEARTH_CHECK_AS(IndexError, !dims.empty(), "[", op,
                    "] Expected reduction dim to be specified for input.numel() == 0. Specify the "
                    "reduction dim with the 'dim' argument.");
    for (int64_t d : dims) {
      const int64_t at = wrap_dim(d, t.dim(), op);
      HEARTH_CHECK_AS(IndexError, t.sizes[static_cast<size_t>(at)] != 0, "[", op,
                      "] Expected reduction dim ", at, " to have non-zero size.");
    }
  }
  return Spec(std::move(sizes), type, t.device);
}

Specs extreme(const Tensor& x, const DimVector& dims, bool keepdim, std::string_view op) {
  return {extreme_spec(x, dims, keepdim, impl(x).dtype, op)};
}

Specs extreme_and_position(const Tensor& x, int64_t dim, bool keepdim, std::string_view op) {
  Specs s(extreme_spec(x, {dim}, keepdim, impl(x).dtype, op));
  Spec index = s[0];
  index.dtype = kLong;
  s.out.push_back(std::move(index));
  return s;
}

/// The gradient to every element equal to the extreme, in equal shares.
template <class Op>
Grads share(const Op& op, const Saved& s, const Tensor& g) {
  const Spec& x = s.in_spec(0);
  const Tensor self = s.in(0), kept = keep_dims(g, x, op.dims, op.keepdim);
  Tensor mask = self.eq(keep_dims(s.out(), x, op.dims, op.keepdim));
  Grads grads;
  if (op.nan_ties) {
    mask = mask.logical_or(self.isnan());
    grads.push_back(hearth::where(mask, kept / mask.sum(op.dims, true), 0));
  } else {
    grads.push_back(kept * mask / mask.sum(op.dims, true));
  }
  return grads;
}

}  // namespace

Grads to_position(const Saved& s, const Tensor& g, int64_t dim, bool keepdim) {
  Grads grads(1);
  if (!g.defined()) return grads;
  const Spec& x = s.in_spec(0);
  const Tensor index = keep_dims(s.out(1), x, {dim}, keepdim);
  if (x.sizes.empty()) {
    grads[0] = g;
    return grads;
  }
  const auto at = static_cast<size_t>(wrap_dim(dim, static_cast<int64_t>(x.sizes.size()), "max"));
  DimVector along(x.sizes.size(), 1);
  along[at] = x.sizes[at];
  const Tensor positions = arange(x.sizes[at], TensorOptions(kLong).device(x.device)).view(along);
  const Tensor chosen = positions.eq(index);
  grads[0] = hearth::where(chosen, keep_dims(g, x, {dim}, keepdim), 0);
  return grads;
}

Specs Amax::infer(Args in) const { return extreme(in[0], dims, keepdim, "amax"); }
Grads Amax::vjp(const Saved& s, Args g, NeedMask) const { return share(*this, s, g[0]); }
Specs Amin::infer(Args in) const { return extreme(in[0], dims, keepdim, "amin"); }
Grads Amin::vjp(const Saved& s, Args g, NeedMask) const { return share(*this, s, g[0]); }

Specs MaxDim::infer(Args in) const { return extreme_and_position(in[0], dim, keepdim, "max"); }
Grads MaxDim::vjp(const Saved& s, Args g, NeedMask) const {
  return to_position(s, g[0], dim, keepdim);
}
Specs MinDim::infer(Args in) const { return extreme_and_position(in[0], dim, keepdim, "min"); }
Grads MinDim::vjp(const Saved& s, Args g, NeedMask) const {
  return to_position(s, g[0], dim, keepdim);
}

namespace {

Specs place(const Tensor& x, std::optional<int64_t> dim, bool keepdim, std::string_view op) {
  HEARTH_CHECK_AS(NotImplementedError, impl(x).dtype != kBool, "[", op,
                  "] not implemented for 'Bool'");
  return {extreme_spec(x, to_dims(dim), keepdim, kLong, op)};
}

}  // namespace

Specs Argmax::infer(Args in) const { return place(in[0], dim, keepdim, "argmax"); }
Specs Argmin::infer(Args in) const { return place(in[0], dim, keepdim, "argmin"); }

}  // namespace ops

using ops::both, ops::both_out;

Tensor max(const Tensor& self) { return invoke(ops::Amax{.nan_ties = true}, self); }
Tensor min(const Tensor& self) { return invoke(ops::Amin{.nan_ties = true}, self); }
Tensor& max_out(Tensor& out, const Tensor& self) {
  return invoke_out(ops::Amax{.nan_ties = true}, out, self);
}
Tensor& min_out(Tensor& out, const Tensor& self) {
  return invoke_out(ops::Amin{.nan_ties = true}, out, self);
}
Tensor& max_out(Tensor& out, const Tensor& self, const Tensor& other) {
  return maximum_out(out, self, other);
}
Tensor& min_out(Tensor& out, const Tensor& self, const Tensor& other) {
  return minimum_out(out, self, other);
}
std::tuple<Tensor, Tensor> max(const Tensor& self, int64_t dim, bool keepdim) {
  return both(ops::MaxDim{dim, keepdim}, self);
}
std::tuple<Tensor, Tensor> min(const Tensor& self, int64_t dim, bool keepdim) {
  return both(ops::MinDim{dim, keepdim}, self);
}
std::tuple<Tensor&, Tensor&> max_out(Tensor& max, Tensor& max_values, const Tensor& self,
                                     int64_t dim, bool keepdim) {
  return both_out(ops::MaxDim{dim, keepdim}, max, max_values, self);
}
std::tuple<Tensor&, Tensor&> min_out(Tensor& min, Tensor& min_indices, const Tensor& self,
                                     int64_t dim, bool keepdim) {
  return both_out(ops::MinDim{dim, keepdim}, min, min_indices, self);
}
Tensor amax(const Tensor& self, IntArrayRef dim, bool keepdim) {
  return invoke(ops::Amax{dim, keepdim}, self);
}
Tensor amin(const Tensor& self, IntArrayRef dim, bool keepdim) {
  return invoke(ops::Amin{dim, keepdim}, self);
}
Tensor& amax_out(Tensor& out, const Tensor& self, IntArrayRef dim, bool keepdim) {
  return invoke_out(ops::Amax{dim, keepdim}, out, self);
}
Tensor& amin_out(Tensor& out, const Tensor& self, IntArrayRef dim, bool keepdim) {
  return invoke_out(ops::Amin{dim, keepdim}, out, self);
}
std::tuple<Tensor, Tensor> aminmax(const Tensor& self, std::optional<int64_t> dim, bool keepdim) {
  const DimVector dims = ops::to_dims(dim);
  return {amin(self, dims, keepdim), amax(self, dims, keepdim)};
}
std::tuple<Tensor&, Tensor&> aminmax_out(Tensor& min, Tensor& max, const Tensor& self,
                                         std::optional<int64_t> dim, bool keepdim) {
  const DimVector dims = ops::to_dims(dim);
  return {amin_out(min, self, dims, keepdim), amax_out(max, self, dims, keepdim)};
}
Tensor argmax(const Tensor& self, std::optional<int64_t> dim, bool keepdim) {
  return invoke(ops::Argmax{dim, keepdim}, self);
}
Tensor argmin(const Tensor& self, std::optional<int64_t> dim, bool keepdim) {
  return invoke(ops::Argmin{dim, keepdim}, self);
}
Tensor& argmax_out(Tensor& out, const Tensor& self, std::optional<int64_t> dim, bool keepdim) {
  return invoke_out(ops::Argmax{dim, keepdim}, out, self);
}
Tensor& argmin_out(Tensor& out, const Tensor& self, std::optional<int64_t> dim, bool keepdim) {
  return invoke_out(ops::Argmin{dim, keepdim}, out, self);
}

Tensor Tensor::max() const { return hearth::max(*this); }
Tensor Tensor::min() const { return hearth::min(*this); }
std::tuple<Tensor, Tensor> Tensor::max(int64_t dim, bool keepdim) const {
  return hearth::max(*this, dim, keepdim);
}
std::tuple<Tensor, Tensor> Tensor::min(int64_t dim, bool keepdim) const {
  return hearth::min(*this, dim, keepdim);
}
Tensor Tensor::amax(IntArrayRef dim, bool keepdim) const {
  return hearth::amax(*this, dim, keepdim);
}
Tensor Tensor::amin(IntArrayRef dim, bool keepdim) const {
  return hearth::amin(*this, dim, keepdim);
}
std::tuple<Tensor, Tensor> Tensor::aminmax(std::optional<int64_t> dim, bool keepdim) const {
  return hearth::aminmax(*this, dim, keepdim);
}
Tensor Tensor::argmax(std::optional<int64_t> dim, bool keepdim) const {
  return hearth::argmax(*this, dim, keepdim);
}
Tensor Tensor::argmin(std::optional<int64_t> dim, bool keepdim) const {
  return hearth::argmin(*this, dim, keepdim);
}

}  // namespace hearth
