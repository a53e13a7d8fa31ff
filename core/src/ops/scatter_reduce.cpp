// SPDX-License-Identifier: Apache-2.0
// Scattering with a reduction, by elements (scatter_reduce) and by slices (index_reduce).
#include "ops/scatter_reduce.h"

#include <limits>

#include "hearth/autograd/grad_mode.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/index.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/scatter.h"
#include "hearth/ops/view.h"

#include "ops/index_checks.h"
#include "ops/pointwise_call.h"
#include "ops/rules.h"
#include "ops/scatter_checks.h"

namespace hearth {

namespace ops {

HEARTH_DEFINE_OP(ScatterReduce)

namespace {

template <class T>
Scalar bound(bool largest) {
  using Limits = std::numeric_limits<T>;
  return static_cast<int64_t>(largest ? Limits::max() : Limits::lowest());
}

/// The largest or smallest value of a type, infinities included.
Scalar bound(ScalarType t, bool largest) {
  switch (t) {
    case kBool:
      return largest;
    case kByte:
      return bound<uint8_t>(largest);
    case kChar:
      return bound<int8_t>(largest);
    case kShort:
      return bound<int16_t>(largest);
    case kInt:
      return bound<int32_t>(largest);
    case kLong:
      return bound<int64_t>(largest);
    default:
      return largest ? std::numeric_limits<double>::infinity()
                     : -std::numeric_limits<double>::infinity();
  }
}

}  // namespace

Scalar ScatterReduce::identity(ScalarType t) const {
  return reduce == ScatterReduction::Prod ? Scalar(1) : bound(t, reduce == ScatterReduction::Amin);
}

Specs ScatterReduce::infer(Args in) const {
  check_elementwise_index(in[0], dim, in[1], info.name);
  check_scatter_source(in[1], in[2], info.name);
  check_same_type(in[0], in[2], info.name);
  HEARTH_CHECK_AS(DtypeError, reduce == ScatterReduction::Prod || !is_complex(impl(in[0]).dtype),
                  "[scatter_reduce] amax and amin expect an ordered type, got ", impl(in[0]).dtype);
  return Spec::like(in[0]);
}

Saves ScatterReduce::saves(NeedMask need) const {
  const bool result = reduce != ScatterReduction::Prod || need[2];
  return {.in = 7, .out = result ? 1u : 0u, .specs = need[2]};
}

namespace {

/// What a product's vjp reads, with src cut to the index's sizes.
struct Product {
  const ScatterReduce& op;
  Tensor self, index, src;

  Tensor of(const Tensor& by, const Tensor& with) const { return invoke(op, by, index, with); }
  /// The gradient for self: the product of what was scattered, for zeros as well.
  Tensor gradient_of_self(const Tensor& g) const {
    const Tensor whole = self.masked_fill(self == 0, 1);
    return g * of(whole, src).div(whole).conj();
  }
  /// How many zeros are scattered to where each element of src goes.
  Tensor zeros_beside(const Tensor& zero) const {
    const Tensor counts = zeros(self.sizes(), TensorOptions(kLong).device(self.device()));
    return counts.scatter_add(op.dim, index, zero.to(kLong)).gather(op.dim, index);
  }
  /// The gradient for src: the product of all others. A zero is left out to see theirs.
  Tensor gradient_of_source(const Tensor& g, const Tensor& result) const {
    const Tensor zero = src == 0, count = zeros_beside(zero);
    const Tensor single = zero.logical_and(count == 1);
    const auto picked = [&](const Tensor& t) { return t.gather(op.dim, index); };
    const Tensor without = of(self, src.masked_fill(single, 1));
    Tensor others =
        hearth::where(single, picked(without), picked(result) / src.masked_fill(zero, 1));
    if (GradMode::is_enabled()) {
      // Beside one other zero the product is that zero times the rest: nothing, but not its
      // gradient.
      const Tensor pair = zero.logical_and(count == 2);
      const Tensor values = src.masked_fill(pair.logical_not(), 0);
      const Tensor sums = zeros_like(self.detach()).scatter_add(op.dim, index, values);
      const Tensor rest = picked(of(self, src.masked_fill(pair, 1)));
      others = others + hearth::where(pair, (picked(sums) - values) * rest, zeros({}, g.options()));
    }
    return picked(g) * others.conj();
  }
};

}  // namespace

Grads ScatterReduce::vjp(const Saved& s, Args g, NeedMask need) const {
  Grads grads(3);
  const Tensor self = s.in(0), index = atleast_1d(s.in(1));
  Tensor src = atleast_1d(s.in(2));
  for (int64_t d = 0; d < index.dim(); ++d) src = src.narrow(d, 0, index.size(d));
  if (reduce == ScatterReduction::Prod) {
    const Product p{*this, self, index, src};
    if (need[0]) grads[0] = p.gradient_of_self(g[0]);
    if (need[2]) grads[2] = p.gradient_of_source(g[0], s.out());
  } else {
    // Equal shares for all that are the largest, as PyTorch has it: self among them even where
    // it took no part.
    const Tensor result = s.out();
    const Tensor own = self == result, chosen = src == result.gather(dim, index);
    // Half types count to no more than 256 or 2048, and do not hold some of the counts.
    const Tensor ties = own.to(kLong).scatter_add(dim, index, chosen.to(kLong));
    const Tensor share = (g[0].scalar_type() == kDouble ? g[0] : g[0].to(kFloat)) / ties;
    if (need[0]) grads[0] = own * share;
    if (need[2]) grads[2] = chosen * share.gather(dim, index);
  }
  if (need[0] && !include_self) grads[0] = grads[0].scatter(dim, index, 0);
  if (need[2]) grads[2] = source_gradient(grads[2], s.in_spec(2));
  return grads;
}

}  // namespace ops

namespace {

/// The index of slices along `dim` as scatter takes it, for every element of source.
Tensor spread(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& source) {
  const int64_t d = wrap_dim(dim, self.dim(), "index_reduce");
  const int64_t n = ops::check_index_vector(index, "index_reduce");
  const int64_t have = source.dim() > d ? source.size(d) : 1;
  HEARTH_CHECK_AS(IndexError, have == n, "[index_reduce] Number of indices (", n,
                  ") should be equal to source.size(dim): (", have, "), for dim: ", d);
  DimVector sizes(self.sizes());
  if (!sizes.empty()) sizes[static_cast<size_t>(d)] = n;
  HEARTH_CHECK_AS(ShapeError,
                  source.sizes() == sizes || (source.numel() == 1 && checked_numel(sizes) == 1),
                  "[index_reduce] source sizes ", source.sizes(), " do not match ", sizes.ref());
  DimVector own(source.sizes().size(), 1);
  if (!own.empty()) own[static_cast<size_t>(d)] = n;
  return index.reshape(own).expand(source.sizes());
}

/// Throws before anything is written what a later step would throw.
void check_sum(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& src,
               std::string_view reduce) {
  HEARTH_CHECK_AS(DtypeError, reduce != "mean" || self.scalar_type() != kBool,
                  "[scatter_reduce] the mean of bools is not defined");
  const Tensor at = ops::as_long(index);
  ops::ScatterReduce{dim, ops::ScatterReduction::Prod, true}.infer(ArgList({&self, &at, &src}, {}));
}

/// Divides sums by how many numbers they are of.
void divide_by_counts(const Tensor& sums, int64_t dim, const Tensor& index, const Tensor& src,
                      bool include_self) {
  const bool whole = is_integral(sums.scalar_type());
  const TensorOptions options = TensorOptions(whole ? kLong : kDouble).device(sums.device());
  const Tensor counts = full(sums.sizes(), include_self ? 1 : 0, options)
                            .scatter_add_(dim, index, ones(src.sizes(), options))
                            .clamp_min_(1);
  if (whole) {
    sums.div_(counts, "floor");
  } else {
    sums.div_(counts);
  }
}

ops::ScatterReduction reduction(std::string_view name) {
  if (name == "prod") return ops::ScatterReduction::Prod;
  if (name == "amax") return ops::ScatterReduction::Amax;
  HEARTH_CHECK_AS(ValueError, name == "amin",
                  "[scatter_reduce] reduce argument must be either sum, prod, mean, amax or amin, "
                  "got ",
                  name);
  return ops::ScatterReduction::Amin;
}

void check_index_reduce(std::string_view reduce) {
  HEARTH_CHECK_AS(ValueError, reduce != "sum",
                  "[index_reduce] Expected reduce to be one of prod, mean, amax or amin but got "
                  "sum; index_add sums");
}

/// scatter's reductions, by their older names.
std::string_view older(std::string_view reduce) {
  HEARTH_CHECK_AS(ValueError, reduce == "add" || reduce == "multiply",
                  "[scatter] reduce argument must be either add or multiply, got ", reduce);
  return reduce == "add" ? "sum" : "prod";
}

Tensor value_everywhere(const Tensor& self, const Tensor& index, const Scalar& value) {
  return full({}, value, self.options()).expand(index.sizes());
}

}  // namespace

Tensor scatter_reduce(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& src,
                      std::string_view reduce, bool include_self) {
  if (reduce == "sum" || reduce == "mean") {
    check_sum(self, dim, index, src, reduce);
    const Tensor start = include_self ? self : self.scatter(dim, index, 0);
    const Tensor sums = start.scatter_add(dim, index, src);
    if (reduce == "mean") divide_by_counts(sums, dim, index, src, include_self);
    return sums;
  }
  return invoke(ops::ScatterReduce{dim, reduction(reduce), include_self}, self, ops::as_long(index),
                src);
}
Tensor& scatter_reduce_out(Tensor& out, const Tensor& self, int64_t dim, const Tensor& index,
                           const Tensor& src, std::string_view reduce, bool include_self) {
  return ops::copy_out("scatter_reduce", out,
                       scatter_reduce(self, dim, index, src, reduce, include_self));
}
Tensor index_reduce(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& source,
                    std::string_view reduce, bool include_self) {
  check_index_reduce(reduce);
  return scatter_reduce(self, dim, spread(self, dim, index, source), source, reduce, include_self);
}
Tensor& index_reduce_out(Tensor& out, const Tensor& self, int64_t dim, const Tensor& index,
                         const Tensor& source, std::string_view reduce, bool include_self) {
  return ops::copy_out("index_reduce", out,
                       index_reduce(self, dim, index, source, reduce, include_self));
}
Tensor scatter(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& src,
               std::string_view reduce) {
  return scatter_reduce(self, dim, index, src, older(reduce));
}
Tensor scatter(const Tensor& self, int64_t dim, const Tensor& index, const Scalar& value,
               std::string_view reduce) {
  return scatter(self, dim, index, value_everywhere(self, index, value), reduce);
}
Tensor& scatter_out(Tensor& out, const Tensor& self, int64_t dim, const Tensor& index,
                    const Tensor& src, std::string_view reduce) {
  return ops::copy_out("scatter", out, scatter(self, dim, index, src, reduce));
}
Tensor& scatter_out(Tensor& out, const Tensor& self, int64_t dim, const Tensor& index,
                    const Scalar& value, std::string_view reduce) {
  return ops::copy_out("scatter", out, scatter(self, dim, index, value, reduce));
}

Tensor Tensor::scatter_reduce(int64_t dim, const Tensor& index, const Tensor& source,
                              std::string_view reduce, bool include_self) const {
  return hearth::scatter_reduce(*this, dim, index, source, reduce, include_self);
}
const Tensor& Tensor::scatter_reduce_(int64_t dim, const Tensor& index, const Tensor& source,
                                      std::string_view reduce, bool include_self) const {
  if (reduce == "sum" || reduce == "mean") {
    check_sum(*this, dim, index, source, reduce);
    // What is read is not what a first step has written.
    const auto apart = [&](const Tensor& t) { return t.is_alias_of(*this) ? t.clone() : t; };
    const Tensor at = apart(index), from = apart(source);
    if (!include_self) scatter_(dim, at, 0);
    scatter_add_(dim, at, from);
    if (reduce == "mean") divide_by_counts(*this, dim, at, from, include_self);
    return *this;
  }
  return invoke_(ops::ScatterReduce{dim, reduction(reduce), include_self}, *this,
                 ops::as_long(index), source);
}
Tensor Tensor::index_reduce(int64_t dim, const Tensor& index, const Tensor& source,
                            std::string_view reduce, bool include_self) const {
  return hearth::index_reduce(*this, dim, index, source, reduce, include_self);
}
const Tensor& Tensor::index_reduce_(int64_t dim, const Tensor& index, const Tensor& source,
                                    std::string_view reduce, bool include_self) const {
  check_index_reduce(reduce);
  return scatter_reduce_(dim, spread(*this, dim, index, source), source, reduce, include_self);
}
Tensor Tensor::scatter(int64_t dim, const Tensor& index, const Tensor& source,
                       std::string_view reduce) const {
  return hearth::scatter(*this, dim, index, source, reduce);
}
Tensor Tensor::scatter(int64_t dim, const Tensor& index, const Scalar& value,
                       std::string_view reduce) const {
  return hearth::scatter(*this, dim, index, value, reduce);
}
const Tensor& Tensor::scatter_(int64_t dim, const Tensor& index, const Tensor& source,
                               std::string_view reduce) const {
  return scatter_reduce_(dim, index, source, older(reduce));
}
const Tensor& Tensor::scatter_(int64_t dim, const Tensor& index, const Scalar& value,
                               std::string_view reduce) const {
  return scatter_(dim, index, value_everywhere(*this, index, value), reduce);
}

}  // namespace hearth
