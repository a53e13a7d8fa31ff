// SPDX-License-Identifier: Apache-2.0
#include "hearth/base/context.h"

#include "cuda/atomic.cuh"
#include "cuda/in_order.cuh"
#include "cuda/index_walk.cuh"

namespace hearth::cuda {

namespace {

template <class U>
void read_units(const IndexWalk& walk, const void* self, void* out) {
  const auto offsets = walk.offsets;
  const Positions positions = walk.positions;
  const U* from = static_cast<const U*>(self);
  U* to = static_cast<U*>(out);
  for_each(offsets.numel, "index", [=] __device__(int64_t i) {
    int64_t at[3];
    offsets.get(i, at);
    const int64_t p = positions(at[1]);
    to[at[2]] = p < 0 ? U{} : from[at[0] + p];
  });
}

template <class U>
void write_units(const IndexWalk& walk, void* self, const void* values) {
  const auto offsets = walk.offsets;
  const Positions positions = walk.positions;
  U* to = static_cast<U*>(self);
  const U* from = static_cast<const U*>(values);
  for_each(offsets.numel, "index_put", [=] __device__(int64_t i) {
    int64_t at[3];
    offsets.get(i, at);
    const int64_t p = positions(at[1]);
    if (p >= 0) to[at[0] + p] = from[at[2]];
  });
}

/// V: the type of values; self has the type that these add up in.
template <class V>
void add_values(const IndexWalk& walk, void* self, const void* values) {
  using T = accumulate_t<V>;
  const auto offsets = walk.offsets;
  const Positions positions = walk.positions;
  T* to = static_cast<T*>(self);
  const V* from = static_cast<const V*>(values);
  for_each(offsets.numel, "index_add", [=] __device__(int64_t i) {
    int64_t at[3];
    offsets.get(i, at);
    const int64_t p = positions(at[1]);
    if (p >= 0) atomic_add(to + at[0] + p, convert<T>(from[at[2]]));
  });
}

template <class U>
void write_in_order(const IndexWalk& walk, void* self, const void* values) {
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
        each.get(r, at);
        start.get(visitors[visitors.count - 1], begin);
        to[p + at[0]] = from[begin[0] + at[1]];
      });
}

template <class V>
void add_in_order(const IndexWalk& walk, void* self, const void* values) {
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
        each.get(r, at);
        T sum = to[p + at[0]];
        for (int64_t k = 0; k < visitors.count; ++k) {
          start.get(visitors[k], begin);
          sum = sum_of(sum, convert<T>(from[begin[0] + at[1]]));
        }
        to[p + at[0]] = sum;
      });
}

// ---- larger units: where runs of both sides allow it, 16 bytes move as one

/// Whether the walk can move `factor` elements of `size` bytes at a time.
bool fits(const IndexWalk& walk, const void* self, const void* values, int64_t size,
          int64_t factor) {
  const OffsetCalculator<3>& l = walk.offsets;
  if (l.dims == 0 || l.strides[0][0] != 1 || l.strides[0][1] != 0 || l.strides[0][2] != 1)
    return false;
  int64_t all = l.sizes[0] | walk.granularity;
  for (int d = 1; d < l.dims; ++d) all |= l.strides[d][0] | l.strides[d][2];
  const auto addresses = reinterpret_cast<uintptr_t>(self) | reinterpret_cast<uintptr_t>(values);
  return all % factor == 0 && addresses % static_cast<uintptr_t>(size * factor) == 0;
}

/// Makes the walk one over the largest units; returns their bytes.
int64_t widen(IndexWalk& walk, const void* self, const void* values, ScalarType type) {
  const auto size = static_cast<int64_t>(element_size(type));
  int64_t factor = 16 / size;
  while (factor > 1 && !fits(walk, self, values, size, factor)) factor /= 2;
  if (factor == 1) return size;
  OffsetCalculator<3>& l = walk.offsets;
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

}  // namespace

void read_at(IndexWalk walk, const Tensor& self, const Tensor& out) {
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

void write_at(IndexWalk walk, const Tensor& self, const Tensor& values) {
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

void add_at(const IndexWalk& walk, const Tensor& self, const Tensor& values) {
  void* to = raw_data(self);
  const void* from = raw_data(values);
  with_type(impl(values).dtype, [&](auto zero) {
    using V = decltype(zero);
    deterministic() ? add_in_order<V>(walk, to, from) : add_values<V>(walk, to, from);
  });
}

void set_order(IndexWalk& walk, const DimVector& sizes, const DimVector& self_strides,
               const DimVector& value_strides, int64_t most, size_t first, size_t past) {
  DimVector each_sizes, each_self, each_value, start_sizes, start_strides;
  for (size_t d = 0; d < sizes.size(); ++d) {
    if (d >= first && d < past) {
      start_sizes.push_back(sizes[d]);
      start_strides.push_back(value_strides[d]);
    } else {
      each_sizes.push_back(sizes[d]);
      each_self.push_back(self_strides[d]);
      each_value.push_back(value_strides[d]);
    }
  }
  walk.each = make_offset_calculator<2>(each_sizes, {each_self, each_value}, true);
  walk.start = make_offset_calculator<1>(start_sizes, {start_strides}, true);
  walk.most = most;
}

IndexWalk walk_along(const TensorImpl& self, int64_t dim, const Tensor& index, const Tensor& values,
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
  IndexWalk walk;
  walk.offsets =
      make_offset_calculator<3>(sizes, {self_strides, position_strides, value_strides}, true);
  if (deterministic())
    set_order(walk, sizes, self_strides, value_strides, extent_of(self), d, d + 1);
  walk.positions = {ptr<int64_t>(index), size, stride, fault(), op};
  walk.granularity = stride;
  return walk;
}

}  // namespace hearth::cuda
