// SPDX-License-Identifier: Apache-2.0
// Gather and scatter: an index for every element.
#include "hearth/base/context.h"

#include "cuda/atomic.cuh"
#include "cuda/in_order.cuh"
#include "cuda/indexed.cuh"
#include "cuda/kernels.h"
#include "ops/gather.h"
#include "ops/scatter_reduce.h"

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

struct Sum {
  template <class T>
  __device__ __forceinline__ T operator()(T a, T b) const {
    return sum_of(a, b);
  }
};
struct Product {
  template <class T>
  __device__ __forceinline__ T operator()(T a, T b) const {
    return product_of(a, b);
  }
};
template <bool kLargest>
struct Extreme {
  template <class T>
  __device__ __forceinline__ T operator()(T a, T b) const {
    return extreme_of<kLargest>(a, b);
  }
};

/// self = join(self, src) at the walk's places, from first to last. V: the type of src; self has
/// the type that these add up in.
template <class V, class Join>
void fold_in_order(const Walk& walk, const Tensor& self, const Tensor& src, const Join& join) {
  using T = accumulate_t<V>;
  T* to = ptr<T>(self);
  const V* from = ptr<V>(src);
  visit_in_order(walk.offsets.numel, walk.most, 1, "scatter", walk,
                 [=] __device__(int64_t at, const Visitors& visitors, int64_t) {
                   T joined = to[at];
                   for (int64_t k = 0; k < visitors.count; ++k)
                     joined = join(joined, convert<T>(from[walk.beside(visitors[k])]));
                   to[at] = joined;
                 });
}

template <class T>
__device__ __forceinline__ void join_at(T* to, T v, const Sum&) {
  atomic_add(to, v);
}
template <class T, class Join>
__device__ __forceinline__ void join_at(T* to, T v, const Join& join) {
  atomic_update(to, [&](T seen) { return join(seen, v); });
}

/// The same in any order, by atomics.
template <class V, class Join>
void fold(const Walk& walk, const Tensor& self, const Tensor& src, const Join& join) {
  using T = accumulate_t<V>;
  const auto offsets = walk.offsets;
  const Positions positions = walk.positions;
  T* to = ptr<T>(self);
  const V* from = ptr<V>(src);
  for_each(offsets.numel, "scatter", [=] __device__(int64_t i) {
    int64_t at[3];
    offsets.get(i, at);
    const int64_t p = positions(at[2]);
    if (p < 0) return;
    join_at(to + at[1] + p, convert<T>(from[at[0]]), join);
  });
}

/// self = join(self, src), in any order unless results would show it.
template <class Join>
void fold_into(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& src,
               const Join& join) {
  accumulate_into(self, [&](const Tensor& t) {
    const Walk walk = walk_over(index, impl(t), dim, impl(src), IndexOp::Scatter);
    with_type(impl(src).dtype, [&]<class V>(V) {
      constexpr bool kAny = std::is_same_v<Join, Sum> || kAtomic<accumulate_t<V>>;
      if constexpr (kAny)
        if (!deterministic()) return fold<V>(walk, t, src, join);
      fold_in_order<V>(walk, t, src, join);
    });
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

void put_value(const Tensor& out, int64_t dim, const Tensor& index, const Scalar& value) {
  const Walk walk = walk_over(index, impl(out), dim, impl(out), IndexOp::Scatter);
  alignas(16) char element[16];
  store_scalar(element, impl(out).dtype, value);
  with_element_size(impl(out).dtype,
                    [&](auto u) { scatter_number<decltype(u)>(walk, out, element); });
}

void scatter_value(const Call& call) {
  const auto& op = call.as<ops::ScatterValue>();
  const Tensor index = scatter_index(call);
  const Tensor& out = started(call);
  if (impl(index).numel > 0) put_value(out, op.dim, index, op.value);
}

void scatter_add(const Call& call) {
  const Tensor index = scatter_index(call), src = values_for(call.in[2], call.out[0]);
  const Tensor& out = started(call);
  if (impl(index).numel == 0) return;
  fold_into(out, call.as<ops::ScatterAdd>().dim, index, src, Sum());
}

void scatter_reduce(const Call& call) {
  const auto& op = call.as<ops::ScatterReduce>();
  const Tensor index = scatter_index(call), src = values_for(call.in[2], call.out[0]);
  const Tensor& out = started(call);
  if (impl(index).numel == 0) return;
  if (!op.include_self) put_value(out, op.dim, index, op.identity(impl(out).dtype));
  switch (op.reduce) {
    case ops::ScatterReduction::Prod:
      return fold_into(out, op.dim, index, src, Product());
    case ops::ScatterReduction::Amax:
      return fold_into(out, op.dim, index, src, Extreme<true>());
    case ops::ScatterReduction::Amin:
      return fold_into(out, op.dim, index, src, Extreme<false>());
  }
}

}  // namespace

void install_gather() {
  ops::Gather::row().kernel[kSlot] = &gather;
  ops::Scatter::row().kernel[kSlot] = &scatter;
  ops::ScatterValue::row().kernel[kSlot] = &scatter_value;
  ops::ScatterAdd::row().kernel[kSlot] = &scatter_add;
  ops::ScatterReduce::row().kernel[kSlot] = &scatter_reduce;
}

}  // namespace hearth::cuda
