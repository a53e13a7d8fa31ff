// SPDX-License-Identifier: Apache-2.0
// Gather and scatter: an index for every element.
#include "hearth/base/context.h"

#include "cuda/in_order.cuh"
#include "cuda/indexed.cuh"
#include "cuda/kernels.h"
#include "ops/gather.h"

namespace hearth::cuda {

namespace {

/// A walk over the elements of an index; `offsets` gives offsets in what is read or written
/// alongside, in self (without the index) and in the index.
struct Walk {
  OffsetCalculator<3> offsets;
  Positions positions;
  int64_t most;  ///< offsets in self are below

  /// The offset in self of element i; -1 when its index is out of range.
  __device__ __forceinline__ int64_t operator()(int64_t i) const {
    int64_t at[3];
    offsets.get(i, at);
    const int64_t p = positions(at[2]);
    return p < 0 ? -1 : at[1] + p;
  }
  /// The offset alongside.
  __device__ __forceinline__ int64_t beside(int64_t i) const {
    int64_t at[3];
    offsets.get(i, at);
    return at[0];
  }
};

DimVector strides_over(const TensorImpl& t, const DimVector& sizes) {
  DimVector strides(sizes.size(), 0);
  for (size_t d = 0; d < std::min(sizes.size(), t.strides.size()); ++d) strides[d] = t.strides[d];
  return strides;
}

Walk walk_over(const Tensor& index, const TensorImpl& self, int64_t dim, const TensorImpl& other,
               IndexOp op) {
  const TensorImpl& i = impl(index);
  const size_t d = checked_dim(dim, self.dim());
  DimVector self_strides = strides_over(self, i.sizes);
  if (d < self_strides.size()) self_strides[d] = 0;
  Walk walk;
  walk.offsets =
      make_offset_calculator<3>(i.sizes, {strides_over(other, i.sizes), self_strides, i.strides});
  walk.positions = {ptr<int64_t>(index), self.sizes.empty() ? 1 : self.sizes[d],
                    self.sizes.empty() ? 0 : self.strides[d], fault(), op};
  walk.most = extent_of(self);
  return walk;
}

template <class U>
void gather_units(const Walk& walk, const Tensor& self, const Tensor& out) {
  const auto offsets = walk.offsets;
  const Positions positions = walk.positions;
  const U* from = ptr<U>(self);
  U* to = ptr<U>(out);
  for_each(offsets.numel, "gather", [=] __device__(int64_t i) {
    int64_t at[3];
    offsets.get(i, at);
    const int64_t p = positions(at[2]);
    to[at[0]] = p < 0 ? U{} : from[at[1] + p];
  });
}

template <class U>
void scatter_units(const Walk& walk, const Tensor& self, const Tensor& src) {
  const auto offsets = walk.offsets;
  const Positions positions = walk.positions;
  U* to = ptr<U>(self);
  const U* from = ptr<U>(src);
  for_each(offsets.numel, "scatter", [=] __device__(int64_t i) {
    int64_t at[3];
    offsets.get(i, at);
    const int64_t p = positions(at[2]);
    if (p >= 0) to[at[1] + p] = from[at[0]];
  });
}

/// Of several that go to one place, the last stays.
template <class U>
void scatter_in_order(const Walk& walk, const Tensor& self, const Tensor& src) {
  U* to = ptr<U>(self);
  const U* from = ptr<U>(src);
  visit_in_order(walk.offsets.numel, walk.most, 1, "scatter", walk,
                 [=] __device__(int64_t at, const Visitors& visitors, int64_t) {
                   to[at] = from[walk.beside(visitors[visitors.count - 1])];
                 });
}

template <class U>
void scatter_number(const Walk& walk, const Tensor& self, const void* element) {
  const auto offsets = walk.offsets;
  const Positions positions = walk.positions;
  U* to = ptr<U>(self);
  const U v = *static_cast<const U*>(element);
  for_each(offsets.numel, "scatter", [=] __device__(int64_t i) {
    int64_t at[3];
    offsets.get(i, at);
    const int64_t p = positions(at[2]);
    if (p >= 0) to[at[1] + p] = v;
  });
}

/// V: the type of src; self has the type that these add up in.
template <class V>
void sums_in_order(const Walk& walk, const Tensor& self, const Tensor& src) {
  using T = accumulate_t<V>;
  T* to = ptr<T>(self);
  const V* from = ptr<V>(src);
  visit_in_order(walk.offsets.numel, walk.most, 1, "scatter_add", walk,
                 [=] __device__(int64_t at, const Visitors& visitors, int64_t) {
                   T sum = to[at];
                   for (int64_t k = 0; k < visitors.count; ++k)
                     sum = plus(sum, convert<T>(from[walk.beside(visitors[k])]));
                   to[at] = sum;
                 });
}

/// Atomic, so floating sums may differ in their last bits from run to run.
template <class V>
void scatter_sums(const Walk& walk, const Tensor& self, const Tensor& src) {
  using T = accumulate_t<V>;
  const auto offsets = walk.offsets;
  const Positions positions = walk.positions;
  T* to = ptr<T>(self);
  const V* from = ptr<V>(src);
  for_each(offsets.numel, "scatter_add", [=] __device__(int64_t i) {
    int64_t at[3];
    offsets.get(i, at);
    const int64_t p = positions(at[2]);
    if (p >= 0) atomic_add(to + at[1] + p, convert<T>(from[at[0]]));
  });
}

void gather(const Call& call) {
  const Tensor &self = call.in[0], &out = call.out[0];
  if (impl(out).numel == 0) return;
  const Tensor index = index_on(call.in[1], self.device());
  const Walk walk =
      walk_over(index, impl(self), call.as<ops::Gather>().dim, impl(out), IndexOp::Gather);
  with_element_size(impl(self).dtype, [&](auto u) { gather_units<decltype(u)>(walk, self, out); });
}

/// The index of a scatter, apart from what is written.
Tensor scatter_index(const Call& call) {
  return apart_from(index_on(call.in[1], call.out[0].device()), call.out[0]);
}

void scatter(const Call& call) {
  const Tensor index = scatter_index(call), src = values_for(call.in[2], call.out[0]);
  const Tensor& out = started(call);
  if (impl(index).numel == 0) return;
  const Walk walk =
      walk_over(index, impl(out), call.as<ops::Scatter>().dim, impl(src), IndexOp::Scatter);
  with_element_size(impl(out).dtype, [&](auto u) {
    using U = decltype(u);
    deterministic() ? scatter_in_order<U>(walk, out, src) : scatter_units<U>(walk, out, src);
  });
}

void scatter_value(const Call& call) {
  const auto& op = call.as<ops::ScatterValue>();
  const Tensor index = scatter_index(call);
  const Tensor& out = started(call);
  if (impl(index).numel == 0) return;
  const Walk walk = walk_over(index, impl(out), op.dim, impl(out), IndexOp::Scatter);
  alignas(16) char element[16];
  store_scalar(element, impl(out).dtype, op.value);
  with_element_size(impl(out).dtype,
                    [&](auto u) { scatter_number<decltype(u)>(walk, out, element); });
}

void scatter_add(const Call& call) {
  const Tensor index = scatter_index(call), src = values_for(call.in[2], call.out[0]);
  const Tensor& out = started(call);
  if (impl(index).numel == 0) return;
  accumulate_into(out, [&](const Tensor& t) {
    const Walk walk =
        walk_over(index, impl(t), call.as<ops::ScatterAdd>().dim, impl(src), IndexOp::Scatter);
    with_type(impl(src).dtype, [&](auto v) {
      using V = decltype(v);
      deterministic() ? sums_in_order<V>(walk, t, src) : scatter_sums<V>(walk, t, src);
    });
  });
}

}  // namespace

void install_gather() {
  ops::Gather::row().kernel[kSlot] = &gather;
  ops::Scatter::row().kernel[kSlot] = &scatter;
  ops::ScatterValue::row().kernel[kSlot] = &scatter_value;
  ops::ScatterAdd::row().kernel[kSlot] = &scatter_add;
}

}  // namespace hearth::cuda
