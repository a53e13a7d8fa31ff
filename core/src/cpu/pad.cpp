// SPDX-License-Identifier: Apache-2.0
#include "ops/pad.h"

#include <algorithm>

#include "cpu/kernels.h"
#include "cpu/tile.h"
#include "ops/copy.h"

namespace hearth::cpu {

namespace {

void constant_pad(const Call& call) {
  const auto& op = call.as<ops::ConstantPadNd>();
  const Tensor& out = call.out[0];
  const TensorImpl &x = impl(call.in[0]), &y = impl(out);
  DimVector sizes = x.sizes;
  int64_t from = x.offset, to = y.offset;
  for (size_t i = 0; i < op.pad.size() / 2; ++i) {
    const size_t d = sizes.size() - 1 - i;
    const int64_t before = op.pad[2 * i], after = op.pad[2 * i + 1];
    sizes[d] += std::min<int64_t>(before, 0) + std::min<int64_t>(after, 0);
    from -= std::min<int64_t>(before, 0) * x.strides[d];
    to += std::max<int64_t>(before, 0) * y.strides[d];
  }
  if (sizes != y.sizes) fill_tiled(out, op.value);
  if (std::any_of(sizes.begin(), sizes.end(), [](int64_t n) { return n <= 0; })) return;
  copy_raw_into(alias_tensor(out, sizes, y.strides, to, y.dtype),
                alias_tensor(call.in[0], sizes, x.strides, from, x.dtype));
}

}  // namespace

void install_pad() { ops::ConstantPadNd::row().kernel[0] = &constant_pad; }

}  // namespace hearth::cpu
