// SPDX-License-Identifier: Apache-2.0
#include "ops/join.h"

#include "hearth/ops/creation.h"
#include "hearth/ops/view.h"

#include "base/checked.h"
#include "pointwise/rows.h"

namespace hearth {

namespace ops {

HEARTH_DEFINE_OP(Cat)

namespace {

bool skipped(IntArrayRef sizes) { return sizes.size() == 1 && sizes[0] == 0; }

}  // namespace

Specs Cat::infer(Args in) const {
  HEARTH_CHECK_AS(ValueError, in.size() > 0, "[cat] expected a non-empty list of Tensors");
  const TensorImpl* first = nullptr;
  Checked total = 0;
  size_t at = 0;
  bool channels_last = true;
  for (size_t i = 0; i < in.size(); ++i) {
    const TensorImpl& t = impl(in[i]);
    HEARTH_CHECK_AS(ShapeError, t.dim() > 0, "[cat] zero-dimensional tensor (at position ", i,
                    ") cannot be concatenated");
    if (skipped(t.sizes)) continue;
    if (!first) {
      first = &t;
      at = static_cast<size_t>(wrap_dim(dim, t.dim(), "cat"));
    }
    HEARTH_CHECK_AS(ShapeError, t.sizes.size() == first->sizes.size(),
                    "[cat] Tensors must have same number of dimensions: got ", first->dim(),
                    " and ", t.dim());
    for (size_t d = 0; d < t.sizes.size(); ++d)
      HEARTH_CHECK_AS(ShapeError, d == at || t.sizes[d] == first->sizes[d],
                      "[cat] Sizes of tensors must match except in dimension ", at,
                      ". Expected size ", first->sizes[d], " but got size ", t.sizes[d],
                      " for tensor number ", i, " in the list.");
    total += t.sizes[at];
    channels_last &= prefers_channels_last(t.sizes, t.strides);
  }
  const ScalarType type = result_type(in);
  if (!first) return {Spec({0}, type, impl(in[0]).device), type};
  DimVector sizes = first->sizes;
  sizes[at] = total.get(info.name, "a list of ", in.size(), " tensors");
  Spec s(std::move(sizes), type, first->device);
  // As PyTorch: where all tensors are, and there is such a format for their number of dims.
  channels_last &= channels_last_format(s.sizes.size()) != MemoryFormat::Contiguous;
  if (channels_last) s.strides = channels_last_strides(s.sizes);
  return {std::move(s), type};
}

Grads Cat::vjp(const Saved& s, Args g, NeedMask need) const {
  Grads grads(s.num_inputs());
  int64_t at = 0;
  for (size_t i = 0; i < s.num_inputs(); ++i) {
    const DimVector& sizes = s.in_spec(i).sizes;
    if (skipped(sizes)) {
      if (need[i]) grads[i] = zeros({0}, g[0].options());
      continue;
    }
    const int64_t n =
        sizes[static_cast<size_t>(wrap_dim(dim, static_cast<int64_t>(sizes.size()), "cat"))];
    if (need[i]) grads[i] = g[0].narrow(dim, at, n);
    at += n;
  }
  return grads;
}

}  // namespace ops

Tensor cat(TensorList tensors, int64_t dim) { return invoke_args(ops::Cat{dim}, ArgList(tensors)); }
Tensor concat(TensorList tensors, int64_t dim) { return cat(tensors, dim); }

Tensor stack(TensorList tensors, int64_t dim) {
  HEARTH_CHECK_AS(ValueError, !tensors.empty(), "[stack] stack expects a non-empty TensorList");
  std::vector<Tensor> parts;
  parts.reserve(tensors.size());
  for (size_t i = 0; i < tensors.size(); ++i) {
    HEARTH_CHECK_AS(ShapeError, tensors[i].sizes() == tensors[0].sizes(),
                    "[stack] stack expects each tensor to be equal size, but got ",
                    tensors[0].sizes(), " at entry 0 and ", tensors[i].sizes(), " at entry ", i);
    parts.push_back(tensors[i].unsqueeze(dim));
  }
  return cat(parts, wrap_dim(dim, tensors[0].dim() + 1, "stack"));
}

}  // namespace hearth
