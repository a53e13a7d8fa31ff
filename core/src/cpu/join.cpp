// SPDX-License-Identifier: Apache-2.0
#include "ops/join.h"

#include "cpu/kernels.h"
#include "ops/copy.h"

namespace hearth::cpu {

namespace {

void cat(const Call& call) {
  const Tensor& out = call.out[0];
  const TensorImpl& o = impl(out);
  if (o.numel == 0) return;
  const auto d = static_cast<size_t>(wrap_dim(call.as<ops::Cat>().dim, o.dim(), "cat"));
  int64_t at = 0;
  for (size_t i = 0; i < call.in.size(); ++i) {
    const TensorImpl& t = impl(call.in[i]);
    if (t.numel == 0) continue;
    const Tensor part =
        alias_tensor(out, t.sizes, o.strides, o.offset + at * o.strides[d], o.dtype);
    copy_raw_into(part, call.in[i]);
    at += t.sizes[d];
  }
}

}  // namespace

void install_join() { ops::Cat::row().kernel[0] = &cat; }

}  // namespace hearth::cpu
