// SPDX-License-Identifier: Apache-2.0
#include "ops/embedding.h"

#include "hearth/ops/creation.h"
#include "hearth/ops/index.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"

#include "base/checked.h"
#include "ops/index_checks.h"
#include "ops/sparse.h"
#include "tensor/host_read.h"

namespace hearth {

namespace ops {

HEARTH_DEFINE_OP(Embedding)
HEARTH_DEFINE_OP(EmbeddingBackward)

Specs Embedding::infer(Args in) const {
  const TensorImpl &w = impl(in[0]), &i = impl(in[1]);
  HEARTH_CHECK_AS(ShapeError, w.dim() == 2, "[embedding] 'weight' must be 2-D, got sizes ",
                  w.sizes.ref());
  HEARTH_CHECK_AS(DtypeError, i.dtype == kLong || i.dtype == kInt,
                  "[embedding] Expected tensor for argument #1 'indices' to have one of the "
                  "following scalar types: Long, Int; but got ",
                  in[1].toString(), " instead");
  DimVector sizes = i.sizes;
  sizes.push_back(w.sizes[1]);
  return {Spec(std::move(sizes), w.dtype, w.device), w.dtype};
}
Grads Embedding::vjp(const Saved& s, Args g, NeedMask) const {
  Grads grads(2);
  if (sparse) {
    HEARTH_CHECK(!scale_grad_by_freq,
                 "[embedding] embedding_backward: scale_grad_by_freq not supported with sparse "
                 "gradients");
    grads[0] = sparse_embedding_gradient(g[0], s.in(1), s.in_spec(0).sizes[0], padding_idx);
    return grads;
  }
  grads[0] = invoke(EmbeddingBackward{s.in_spec(0).sizes[0], padding_idx, scale_grad_by_freq}, g[0],
                    s.in(1));
  return grads;
}

Specs EmbeddingBackward::infer(Args in) const {
  const TensorImpl& g = impl(in[0]);
  return {Spec({num_weights, g.sizes.back()}, g.dtype, g.device), g.dtype};
}
Grads EmbeddingBackward::vjp(const Saved& s, Args g, NeedMask) const {
  const Tensor indices = s.in(1);
  Tensor rows = embedding(g[0], indices);
  if (scale_grad_by_freq) {
    const Tensor flat = indices.reshape({-1});
    const Tensor counts =
        rows.new_zeros({num_weights}).index_add(0, flat, rows.new_ones({flat.numel()}));
    rows = rows / counts.index_select(0, flat).view(indices.sizes()).unsqueeze(-1);
  }
  if (padding_idx >= 0) rows = rows.masked_fill((indices == padding_idx).unsqueeze(-1), 0);
  Grads grads(2);
  grads[0] = rows;
  return grads;
}

Tensor sparse_embedding_gradient(const Tensor& grad, const Tensor& indices, int64_t num_weights,
                                 int64_t padding_idx) {
  const int64_t width = grad.size(-1);
  Tensor rows = grad.reshape({indices.numel(), width}),
         at = indices.reshape({-1}).to(grad.device());
  if (padding_idx >= 0) {
    const Tensor kept = at.ne(padding_idx).nonzero().reshape({-1});
    at = at.index_select(0, kept);
    rows = rows.index_select(0, kept);
  }
  return coo_tensor(at.unsqueeze(0), rows, {num_weights, width});
}

}  // namespace ops

Tensor one_hot(const Tensor& self, int64_t num_classes) {
  HEARTH_CHECK_AS(DtypeError, self.scalar_type() == kLong,
                  "[one_hot] one_hot is only applicable to index tensor of type LongTensor, got ",
                  self.toString());
  DimVector sizes(self.sizes());
  if (self.numel() == 0) {
    HEARTH_CHECK_AS(ValueError, num_classes > 0,
                    "[one_hot] Can not infer total number of classes from empty tensor.");
    sizes.push_back(num_classes);
    return zeros(sizes, self.options());
  }
  check_host_read("one_hot");
  HEARTH_CHECK_AS(ValueError, !self.lt(0).any().item<bool>(),
                  "[one_hot] Class values must be non-negative.");
  if (num_classes == -1) {
    const int64_t largest = self.max().item<int64_t>();
    num_classes = (Checked(largest) + 1).get("one_hot", "class ", largest);
  }
  HEARTH_CHECK_AS(ValueError, num_classes >= 1, "[one_hot] num_classes should be positive, got ",
                  num_classes);
  HEARTH_CHECK_AS(ValueError, !self.ge(num_classes).any().item<bool>(),
                  "[one_hot] Class values must be smaller than num_classes.");
  sizes.push_back(num_classes);
  return zeros(sizes, self.options()).scatter_(-1, self.unsqueeze(-1), 1);
}

Tensor embedding(const Tensor& weight, const Tensor& indices, int64_t padding_idx,
                 bool scale_grad_by_freq, bool sparse) {
  return invoke(ops::Embedding{padding_idx, scale_grad_by_freq, sparse}, weight,
                ops::as_long(indices));
}

}  // namespace hearth
