// SPDX-License-Identifier: Apache-2.0
#include "cuda/element.cuh"
#include "cuda/kernels.h"
#include "cuda/launch.cuh"
#include "cuda/offset_calculator.cuh"
#include "ops/copy.h"
#include "ops/join.h"

namespace hearth::cuda {

namespace {

/// Tensors that one launch joins, as many as its parameters hold. Part p is `width` units wide and
/// begins at `start` of every row of the result.
constexpr int kParts = 64;
struct Parts {
  const void* data[kParts];
  int64_t start[kParts], width[kParts];
  Divisor by_width[kParts];
};

/// Block row y copies part y; U is the unit.
template <class U>
__global__ void cat_kernel(Parts parts, int64_t rows, int64_t row, U* out) {
  const int p = blockIdx.y;
  const int64_t width = parts.width[p], n = rows * width;
  const Divisor by_width = parts.by_width[p];
  const bool small = n < (int64_t{1} << 31);
  const U* from = static_cast<const U*>(parts.data[p]);
  U* to = out + parts.start[p];
  const int64_t step = int64_t{gridDim.x} * blockDim.x;
  for (int64_t i = blockIdx.x * int64_t{blockDim.x} + threadIdx.x; i < n; i += step) {
    const int64_t r = small ? by_width.divide(static_cast<uint32_t>(i)) : i / width;
    to[r * row + (i - r * width)] = from[i];
  }
}

/// Dims from the outermost in memory to the innermost.
InlineVector<size_t, 8> memory_order(const TensorImpl& t) {
  InlineVector<size_t, 8> order;
  for (size_t d = 0; d < t.sizes.size(); ++d) order.push_back(d);
  for (size_t i = 1; i < order.size(); ++i)
    for (size_t j = i; j > 0 && t.strides[order[j - 1]] < t.strides[order[j]]; --j)
      std::swap(order[j - 1], order[j]);
  return order;
}

/// Whether t is contiguous with its dims in this order.
bool is_contiguous_in(const TensorImpl& t, const InlineVector<size_t, 8>& order) {
  int64_t expected = 1;
  for (size_t k = order.size(); k-- > 0;) {
    const size_t d = order[k];
    if (t.sizes[d] != 1 && t.strides[d] != expected) return false;
    expected *= t.sizes[d];
  }
  return true;
}

/// A part as bytes.
struct Part {
  const void* data;
  int64_t start, width;
};

template <class U>
void join(const Part* list, size_t count, int64_t rows, int64_t row, void* out) {
  constexpr auto unit = static_cast<int64_t>(sizeof(U));
  Parts parts{};
  int64_t widest = 0;
  for (size_t p = 0; p < count; ++p) {
    parts.data[p] = list[p].data;
    parts.start[p] = list[p].start / unit;
    parts.width[p] = list[p].width / unit;
    const int64_t n = parts.width[p] * rows;
    if (n < (int64_t{1} << 31)) parts.by_width[p] = Divisor(static_cast<uint32_t>(parts.width[p]));
    widest = std::max(widest, n);
  }
  const dim3 grid(blocks_for(widest), static_cast<unsigned>(count));
  launch_kernel("cat", cat_kernel<U>, grid, kBlock, parts, rows, row / unit, static_cast<U*>(out));
}

/// Joins parts by the largest unit that divides all that they are made of.
void join_any(const Part* list, size_t count, int64_t rows, int64_t row, void* out) {
  auto all = reinterpret_cast<uintptr_t>(out) | static_cast<uintptr_t>(row) | 16;
  for (size_t p = 0; p < count; ++p)
    all |= reinterpret_cast<uintptr_t>(list[p].data) | static_cast<uintptr_t>(list[p].start) |
           static_cast<uintptr_t>(list[p].width);
  if (all % 16 == 0) return join<ulonglong2>(list, count, rows, row, out);
  if (all % 8 == 0) return join<uint64_t>(list, count, rows, row, out);
  if (all % 4 == 0) return join<uint32_t>(list, count, rows, row, out);
  if (all % 2 == 0) return join<uint16_t>(list, count, rows, row, out);
  join<uint8_t>(list, count, rows, row, out);
}

void cat(const Call& call) {
  const Tensor& out = call.out[0];
  const TensorImpl& o = impl(out);
  if (o.numel == 0) return;
  const int64_t dim = call.as<ops::Cat>().dim;
  const auto d = static_cast<size_t>(dim < 0 ? dim + o.dim() : dim);
  const auto order = memory_order(o);
  const bool dense = is_contiguous_in(o, order);
  // Rows of the result: what lies outside the joined dim, and from there on.
  int64_t rows = 1, inner = static_cast<int64_t>(element_size(o.dtype));
  for (size_t k = 0, seen = 0; k < order.size(); ++k) {
    if (order[k] == d) {
      seen = 1;
    } else {
      (seen ? inner : rows) *= o.sizes[order[k]];
    }
  }
  Part parts[kParts];
  size_t count = 0;
  int64_t at = 0;
  const auto flush = [&] {
    if (count) join_any(parts, count, rows, o.sizes[d] * inner, o.data());
    count = 0;
  };
  for (size_t i = 0; i < call.in.size(); ++i) {
    const TensorImpl& t = impl(call.in[i]);
    if (t.numel == 0) continue;
    if (dense && t.dtype == o.dtype && is_contiguous_in(t, order)) {
      parts[count++] = {t.data(), at * inner, t.sizes[d] * inner};
      if (count == kParts) flush();
    } else {
      copy_raw_into(alias_tensor(out, t.sizes, o.strides, o.offset + at * o.strides[d], o.dtype),
                    call.in[i]);
    }
    at += t.sizes[d];
  }
  flush();
}

}  // namespace

void install_join() { ops::Cat::row().kernel[kSlot] = &cat; }

}  // namespace hearth::cuda
