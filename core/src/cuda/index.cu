// SPDX-License-Identifier: Apache-2.0
// Ops with an index along a dim: element [before][j][after] of a tensor of values belongs to self
// at before, at the offset of position j, and at after.
#include <limits>

#include "hearth/base/context.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/view.h"

#include "cuda/in_order.cuh"
#include "cuda/indexed.cuh"
#include "cuda/kernels.h"
#include "ops/index.h"

namespace hearth::cuda {

namespace {

/// A walk over values; `layout` gives offsets in self (without the index), positions, and offsets
/// in the values.
struct Walk {
  Layout<3> layout;
  Positions positions;
  int64_t granularity = 0;  ///< divides all offsets of positions
  // Where order matters: the elements at one position, with offsets in self and in the values; and
  // where the values of each position start.
  Layout<2> each;
  Layout<1> start;
  int64_t most = 0;  ///< offsets of positions are below
};

// ---- kernels

template <class U>
void read_units(const Walk& walk, const void* self, void* out) {
  const auto layout = walk.layout;
  const Positions positions = walk.positions;
  const U* from = static_cast<const U*>(self);
  U* to = static_cast<U*>(out);
  for_each(layout.numel, "index", [=] __device__(int64_t i) {
    int64_t at[3];
    layout.offsets(i, at);
    const int64_t p = positions(at[1]);
    to[at[2]] = p < 0 ? U{} : from[at[0] + p];
  });
}

template <class U>
void write_units(const Walk& walk, void* self, const void* values) {
  const auto layout = walk.layout;
  const Positions positions = walk.positions;
  U* to = static_cast<U*>(self);
  const U* from = static_cast<const U*>(values);
  for_each(layout.numel, "index_put", [=] __device__(int64_t i) {
    int64_t at[3];
    layout.offsets(i, at);
    const int64_t p = positions(at[1]);
    if (p >= 0) to[at[0] + p] = from[at[2]];
  });
}

/// V: the type of values; self has the type that these add up in.
template <class V>
void add_values(const Walk& walk, void* self, const void* values) {
  using T = accumulate_t<V>;
  const auto layout = walk.layout;
  const Positions positions = walk.positions;
  T* to = static_cast<T*>(self);
  const V* from = static_cast<const V*>(values);
  for_each(layout.numel, "index_add", [=] __device__(int64_t i) {
    int64_t at[3];
    layout.offsets(i, at);
    const int64_t p = positions(at[1]);
    if (p >= 0) atomic_add(to + at[0] + p, convert<T>(from[at[2]]));
  });
}

template <class U>
void write_in_order(const Walk& walk, void* self, const void* values) {
  const auto each = walk.each;
  const auto start = walk.start;
  const Positions positions = walk.positions;
  U* to = static_cast<U*>(self);
  const U* from = static_cast<const U*>(values);
  visit_in_order(
      start.numel, walk.most, each.numel, "index_put",
      [=] __device__(int64_t j) { return positions(j); },
      [=] __device__(int64_t p, const Visitors& visitors, int64_t r) {
        int64_t at[2], begin[1];
        each.offsets(r, at);
        start.offsets(visitors[visitors.count - 1], begin);
        to[p + at[0]] = from[begin[0] + at[1]];
      });
}

template <class V>
void add_in_order(const Walk& walk, void* self, const void* values) {
  using T = accumulate_t<V>;
  const auto each = walk.each;
  const auto start = walk.start;
  const Positions positions = walk.positions;
  T* to = static_cast<T*>(self);
  const V* from = static_cast<const V*>(values);
  visit_in_order(
      start.numel, walk.most, each.numel, "index_add",
      [=] __device__(int64_t j) { return positions(j); },
      [=] __device__(int64_t p, const Visitors& visitors, int64_t r) {
        int64_t at[2], begin[1];
        each.offsets(r, at);
        T sum = to[p + at[0]];
        for (int64_t k = 0; k < visitors.count; ++k) {
          start.offsets(visitors[k], begin);
          sum = plus(sum, convert<T>(from[begin[0] + at[1]]));
        }
        to[p + at[0]] = sum;
      });
}

// ---- larger units: where runs of both sides allow it, 16 bytes move as one

/// Whether the walk can move `factor` elements of `size` bytes at a time.
bool fits(const Walk& walk, const void* self, const void* values, int64_t size, int64_t factor) {
  const Layout<3>& l = walk.layout;
  if (l.dims == 0 || l.strides[0][0] != 1 || l.strides[0][1] != 0 || l.strides[0][2] != 1)
    return false;
  int64_t all = l.sizes[0] | walk.granularity;
  for (int d = 1; d < l.dims; ++d) all |= l.strides[d][0] | l.strides[d][2];
  const auto addresses = reinterpret_cast<uintptr_t>(self) | reinterpret_cast<uintptr_t>(values);
  return all % factor == 0 && addresses % static_cast<uintptr_t>(size * factor) == 0;
}

/// Makes the walk one over the largest units; returns their bytes.
int64_t widen(Walk& walk, const void* self, const void* values, ScalarType type) {
  const auto size = static_cast<int64_t>(element_size(type));
  int64_t factor = 16 / size;
  while (factor > 1 && !fits(walk, self, values, size, factor)) factor /= 2;
  if (factor == 1) return size;
  Layout<3>& l = walk.layout;
  l.numel /= factor;
  l.small = l.numel < (int64_t{1} << 31);
  l.sizes[0] /= factor;
  for (int d = 0; d < l.dims; ++d) {
    if (l.small) l.divisors[d] = Divisor(static_cast<uint32_t>(l.sizes[d]));
    if (d == 0) continue;
    l.strides[d][0] /= factor;
    l.strides[d][2] /= factor;
  }
  while (int64_t{1} << walk.positions.shift < factor) ++walk.positions.shift;
  return size * factor;
}

void read(Walk walk, const Tensor& self, const Tensor& out) {
  const void* from = raw_data(self);
  void* to = raw_data(out);
  switch (widen(walk, from, to, impl(self).dtype)) {
    case 1:
      return read_units<uint8_t>(walk, from, to);
    case 2:
      return read_units<uint16_t>(walk, from, to);
    case 4:
      return read_units<uint32_t>(walk, from, to);
    case 8:
      return read_units<uint64_t>(walk, from, to);
    default:
      return read_units<ulonglong2>(walk, from, to);
  }
}

void write(Walk walk, const Tensor& self, const Tensor& values) {
  void* to = raw_data(self);
  const void* from = raw_data(values);
  if (deterministic())
    return with_element_size(impl(self).dtype,
                             [&](auto u) { write_in_order<decltype(u)>(walk, to, from); });
  switch (widen(walk, to, from, impl(self).dtype)) {
    case 1:
      return write_units<uint8_t>(walk, to, from);
    case 2:
      return write_units<uint16_t>(walk, to, from);
    case 4:
      return write_units<uint32_t>(walk, to, from);
    case 8:
      return write_units<uint64_t>(walk, to, from);
    default:
      return write_units<ulonglong2>(walk, to, from);
  }
}

/// Atomic where order does not matter, so that floating sums may differ in their last bits.
void add(const Walk& walk, const Tensor& self, const Tensor& values) {
  void* to = raw_data(self);
  const void* from = raw_data(values);
  with_type(impl(values).dtype, [&](auto zero) {
    using V = decltype(zero);
    deterministic() ? add_in_order<V>(walk, to, from) : add_values<V>(walk, to, from);
  });
}

// ---- walks

/// Fills what a walk needs where order matters. `at_position` tells the dims that positions run
/// along.
template <class F>
void set_order(Walk& walk, const DimVector& sizes, const DimVector& self_strides,
               const DimVector& value_strides, int64_t most, const F& at_position) {
  DimVector each_sizes, each_self, each_value, start_sizes, start_strides;
  for (size_t d = 0; d < sizes.size(); ++d) {
    if (at_position(d)) {
      start_sizes.push_back(sizes[d]);
      start_strides.push_back(value_strides[d]);
    } else {
      each_sizes.push_back(sizes[d]);
      each_self.push_back(self_strides[d]);
      each_value.push_back(value_strides[d]);
    }
  }
  walk.each = make_layout<2>(each_sizes, {each_self, each_value}, true);
  walk.start = make_layout<1>(start_sizes, {start_strides}, true);
  walk.most = most;
}

/// Positions of several index tensors as one: offsets in self, -1 where one is out of range.
struct IndexList {
  const int64_t* data[kMaxDims];
  int64_t size[kMaxDims], stride[kMaxDims];
  int count;
};
void combine(const IndexList& list, IndexOp op, int64_t n, int64_t* out) {
  Fault* const report = fault();
  for_each(n, "index", [=] __device__(int64_t j) {
    int64_t offset = 0;
    for (int k = 0; k < list.count && offset >= 0; ++k) {
      const int64_t given = list.data[k][j], size = list.size[k];
      const int64_t i = given < 0 ? given + size : given;
      if (i >= 0 && i < size) {
        offset += i * list.stride[k];
      } else {
        report_index(given, size, report, name_of(op));
        offset = -1;
      }
    }
    out[j] = offset;
  });
}

/// Index tensors on the device, as long as kernels are being launched with them.
struct Indices {
  ops::IndexLayout layout;
  InlineVector<Tensor, 4> tensors;  ///< contiguous, of the broadcast sizes
  InlineVector<size_t, 8> dims;

  Indices(const TensorImpl& self, Args indices, const Tensor& out)
      : layout(ops::index_layout(self, indices)) {
    for (size_t d = 0; d < indices.size(); ++d) {
      if (!indices[d].defined()) continue;
      Tensor t = apart_from(index_on(indices[d], self.device), out);
      if (impl(t).sizes != layout.broadcast) t = t.detach().expand(layout.broadcast);
      tensors.push_back(contiguous_raw(t));
      dims.push_back(d);
    }
    HEARTH_CHECK_AS(NotImplementedError, dims.size() <= size_t{kMaxDims}, "[index] more than ",
                    kMaxDims, " index tensors");
  }
  int64_t count() const { return checked_numel(layout.broadcast); }
};

/// The walk over self at indices; `offsets` has room for as many as there are positions, if there
/// are several index tensors.
Walk walk_at(const TensorImpl& self, const Indices& indices, const DimVector& value_strides,
             int64_t* offsets, IndexOp op) {
  DimVector self_strides, position_strides;
  const auto add_dims = [&](const DimVector& dims) {
    for (const int64_t d : dims) {
      self_strides.push_back(self.strides[static_cast<size_t>(d)]);
      position_strides.push_back(0);
    }
  };
  add_dims(indices.layout.before);
  for (const int64_t stride : contiguous_strides(indices.layout.broadcast)) {
    self_strides.push_back(0);
    position_strides.push_back(stride);
  }
  add_dims(indices.layout.after);
  Walk walk;
  walk.layout =
      make_layout<3>(indices.layout.sizes, {self_strides, position_strides, value_strides}, true);
  const size_t first = indices.layout.before.size();
  const size_t past = first + indices.layout.broadcast.size();
  if (deterministic())
    set_order(walk, indices.layout.sizes, self_strides, value_strides, extent_of(self),
              [=](size_t d) { return d >= first && d < past; });
  IndexList list{};
  for (size_t k = 0; k < indices.dims.size(); ++k) {
    const size_t d = indices.dims[k];
    list.data[k] = ptr<int64_t>(indices.tensors[k]);
    list.size[k] = self.sizes[d];
    list.stride[k] = self.strides[d];
    walk.granularity |= self.strides[d];
    ++list.count;
  }
  if (list.count == 1) {
    walk.positions = {list.data[0], list.size[0], list.stride[0], fault(), op, true};
  } else {
    combine(list, op, indices.count(), offsets);
    walk.positions = {offsets, std::numeric_limits<int64_t>::max(), 1, nullptr, op};
  }
  return walk;
}

size_t offset_bytes(const Indices& indices) {
  return indices.dims.size() > 1 ? static_cast<size_t>(indices.count()) * sizeof(int64_t) : 0;
}

/// The walk over self with one index along `dim`, and values of self's sizes but for that dim.
Walk walk_along(const TensorImpl& self, int64_t dim, const Tensor& index, const Tensor& values,
                IndexOp op) {
  const size_t d = checked_dim(dim, self.dim());
  DimVector sizes = self.sizes, self_strides = self.strides;
  int64_t size = 1, stride = 0;
  if (sizes.empty()) {
    sizes.push_back(1);
    self_strides.push_back(0);
  } else {
    size = sizes[d];
    stride = self_strides[d];
  }
  sizes[d] = impl(index).numel;
  self_strides[d] = 0;
  DimVector position_strides(sizes.size(), 0);
  position_strides[d] = 1;
  const DimVector value_strides = broadcast_strides(values, sizes);
  Walk walk;
  walk.layout = make_layout<3>(sizes, {self_strides, position_strides, value_strides}, true);
  if (deterministic())
    set_order(walk, sizes, self_strides, value_strides, extent_of(self),
              [=](size_t k) { return k == d; });
  walk.positions = {ptr<int64_t>(index), size, stride, fault(), op};
  walk.granularity = stride;
  return walk;
}

// ---- the ops

void index(const Call& call) {
  const Tensor &self = call.in[0], &out = call.out[0];
  if (impl(out).numel == 0) return;
  const Indices indices(impl(self), call.in.from(1), out);
  const Workspace offsets(offset_bytes(indices));
  read(walk_at(impl(self), indices, impl(out).strides, offsets.data<int64_t>(), IndexOp::Index),
       self, out);
}

void index_put(const Call& call) {
  const Indices indices(impl(call.in[0]), call.in.from(2), call.out[0]);
  Tensor values = values_for(call.in[1].detach(), call.out[0]);
  const DimVector& sizes = indices.layout.sizes;
  while (impl(values).sizes.size() > sizes.size()) values = values.squeeze(0);
  const Tensor& out = started(call);
  if (checked_numel(sizes) == 0) return;
  const Workspace offsets(offset_bytes(indices));
  const DimVector strides = broadcast_strides(values, sizes);
  const auto walk_in = [&](const Tensor& t) {
    return walk_at(impl(t), indices, strides, offsets.data<int64_t>(), IndexOp::IndexPut);
  };
  if (!call.as<ops::IndexPut>().accumulate) return write(walk_in(out), out, values);
  accumulate_into(out, [&](const Tensor& t) { add(walk_in(t), t, values); });
}

void index_select(const Call& call) {
  const Tensor &self = call.in[0], &out = call.out[0];
  if (impl(out).numel == 0) return;
  const Tensor at = contiguous_raw(index_on(call.in[1], self.device()));
  read(walk_along(impl(self), call.as<ops::IndexSelect>().dim, at, out, IndexOp::IndexSelect), self,
       out);
}

void index_add(const Call& call) {
  const auto& op = call.as<ops::IndexAdd>();
  const Tensor at =
      contiguous_raw(apart_from(index_on(call.in[1], call.out[0].device()), call.out[0]));
  const Tensor source = call.in[2].detach();
  const Tensor values = values_for(op.alpha.equal(1) ? source : source * op.alpha, call.out[0]);
  const Tensor& out = started(call);
  if (impl(values).numel == 0) return;
  accumulate_into(out, [&](const Tensor& t) {
    add(walk_along(impl(t), op.dim, at, values, IndexOp::IndexAdd), t, values);
  });
}

void index_copy(const Call& call) {
  const Tensor at =
      contiguous_raw(apart_from(index_on(call.in[1], call.out[0].device()), call.out[0]));
  const Tensor values = values_for(call.in[2].detach(), call.out[0]);
  const Tensor& out = started(call);
  if (impl(values).numel == 0) return;
  write(walk_along(impl(out), call.as<ops::IndexCopy>().dim, at, values, IndexOp::IndexCopy), out,
        values);
}

void embedding(const Call& call) {
  const Tensor &weight = call.in[0], &out = call.out[0];
  if (impl(out).numel == 0) return;
  const Tensor at = contiguous_raw(index_on(call.in[1], weight.device()));
  const int64_t n = impl(at).numel, width = impl(weight).sizes[1];
  const Tensor rows = alias_tensor(out, {n, width}, {width, 1}, impl(out).offset, impl(out).dtype);
  read(walk_along(impl(weight), 0, at, rows, IndexOp::Embedding), weight, rows);
}

}  // namespace

void install_index() {
  ops::Index::row().kernel[kSlot] = &index;
  ops::IndexPut::row().kernel[kSlot] = &index_put;
  ops::IndexSelect::row().kernel[kSlot] = &index_select;
  ops::IndexAdd::row().kernel[kSlot] = &index_add;
  ops::IndexCopy::row().kernel[kSlot] = &index_copy;
  ops::Embedding::row().kernel[kSlot] = &embedding;
}

}  // namespace hearth::cuda
