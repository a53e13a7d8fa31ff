// SPDX-License-Identifier: Apache-2.0
// Copies that rearrange elements: flip, tril, triu.
#include "cuda/element.cuh"
#include "cuda/kernels.h"
#include "cuda/launch.cuh"
#include "cuda/offset_calculator.cuh"
#include "ops/copy.h"
#include "ops/rearrange.h"

namespace hearth::cuda {

namespace {

void flip(const Call& call) {
  const TensorImpl& t = impl(call.in[0]);
  if (t.numel == 0) return;
  // The same elements walked backwards.
  DimVector strides = t.strides;
  int64_t offset = t.offset;
  for (const int64_t dim : call.as<ops::Flip>().dims) {
    if (t.sizes.empty()) break;
    const auto d = static_cast<size_t>(dim < 0 ? dim + t.dim() : dim);
    offset += (t.sizes[d] - 1) * strides[d];
    strides[d] = -strides[d];
  }
  copy_raw_into(call.out[0],
                alias_tensor(call.in[0], t.sizes, std::move(strides), offset, t.dtype));
}

template <class U, int V>
struct alignas(sizeof(U) * V) Pack {
  U v[V];
};

/// Packs of V neighbours of a row; packs without an element that stays are not read.
template <class U, int V>
void keep_triangle(const ops::Triangle& op, const Tensor& x, const Tensor& out) {
  const TensorImpl& t = impl(x);
  const auto columns = static_cast<uint64_t>(t.sizes.back());
  const auto rows = static_cast<uint64_t>(t.sizes[t.sizes.size() - 2]);
  const int64_t diagonal = op.diagonal_within(t);
  const bool upper = op.upper, small = t.numel < (int64_t{1} << 31);
  const Divisor by_columns = small ? Divisor(static_cast<uint32_t>(columns)) : Divisor();
  const Divisor by_rows = small ? Divisor(static_cast<uint32_t>(rows)) : Divisor();
  const auto* from = ptr<Pack<U, V>>(x);
  auto* to = ptr<Pack<U, V>>(out);
  for_each(t.numel / V, "tril", [=] __device__(int64_t i) {
    const auto first = static_cast<uint64_t>(i) * V;
    const uint64_t r = small ? by_columns.divide(static_cast<uint32_t>(first)) : first / columns;
    const auto column = static_cast<int64_t>(first - r * columns);
    const uint64_t matrix = small ? by_rows.divide(static_cast<uint32_t>(r)) : r / rows;
    const int64_t edge = static_cast<int64_t>(r - matrix * rows) + diagonal;
    Pack<U, V> v{};
    if (upper ? column + V - 1 >= edge : column <= edge) {
      v = from[i];
#pragma unroll
      for (int k = 0; k < V; ++k)
        if (upper ? column + k < edge : column + k > edge) v.v[k] = U{};
    }
    to[i] = v;
  });
}

template <class U>
void triangle_of(const ops::Triangle& op, const Tensor& x, const Tensor& out) {
  constexpr int V = 16 / static_cast<int>(sizeof(U));
  const auto addresses =
      reinterpret_cast<uintptr_t>(raw_data(x)) | reinterpret_cast<uintptr_t>(raw_data(out));
  if (V > 1 && addresses % 16 == 0 && impl(x).sizes.back() % V == 0)
    return keep_triangle<U, V>(op, x, out);
  keep_triangle<U, 1>(op, x, out);
}

void triangle(const Call& call) {
  const Tensor x = contiguous_raw(call.in[0]);
  if (impl(x).numel == 0) return;
  with_element_size(impl(x).dtype, [&](auto u) {
    triangle_of<decltype(u)>(call.as<ops::Triangle>(), x, call.out[0]);
  });
}

}  // namespace

void install_rearrange() {
  ops::Flip::row().kernel[kSlot] = &flip;
  ops::Triangle::row().kernel[kSlot] = &triangle;
}

}  // namespace hearth::cuda
