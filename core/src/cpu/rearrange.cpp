// SPDX-License-Identifier: Apache-2.0
#include "ops/rearrange.h"

#include <algorithm>
#include <cstring>

#include "base/parallel.h"
#include "cpu/kernels.h"
#include "ops/copy.h"

namespace hearth::cpu {

namespace {

void flip(const Call& call) {
  const TensorImpl& t = impl(call.in[0]);
  if (t.numel == 0) return;
  // The same elements walked backwards.
  DimVector strides = t.strides;
  int64_t offset = t.offset;
  for (int64_t dim : call.as<ops::Flip>().dims) {
    if (t.sizes.empty()) break;
    const auto d = static_cast<size_t>(wrap_dim(dim, t.dim(), "flip"));
    offset += (t.sizes[d] - 1) * strides[d];
    strides[d] = -strides[d];
  }
  copy_raw_into(call.out[0],
                alias_tensor(call.in[0], t.sizes, std::move(strides), offset, t.dtype));
}

void triangle(const Call& call) {
  const auto& op = call.as<ops::Triangle>();
  const Tensor x = contiguous_raw(call.in[0]);
  const TensorImpl& t = impl(x);
  const int64_t columns = t.sizes.back(), rows = t.sizes[t.sizes.size() - 2];
  if (t.numel == 0) return;
  const int64_t diagonal = op.diagonal_within(t);
  const auto size = static_cast<int64_t>(element_size(t.dtype));
  const char* from = t.data();
  char* to = raw_data(call.out[0]);
  parallel_for(t.numel / columns, std::max<int64_t>(1, 32768 / columns),
               [&](int64_t begin, int64_t end) {
                 for (int64_t r = begin; r < end; ++r) {
                   // Columns from `split` on are above the diagonal that stays with tril.
                   const int64_t split =
                       std::clamp<int64_t>(r % rows + diagonal + (op.upper ? 0 : 1), 0, columns);
                   const int64_t first = op.upper ? split : 0, last = op.upper ? columns : split;
                   char* row = to + r * columns * size;
                   std::memset(row, 0, static_cast<size_t>(columns * size));
                   std::memcpy(row + first * size, from + (r * columns + first) * size,
                               static_cast<size_t>((last - first) * size));
                 }
               });
}

}  // namespace

void install_rearrange() {
  ops::Flip::row().kernel[0] = &flip;
  ops::Triangle::row().kernel[0] = &triangle;
}

}  // namespace hearth::cpu
