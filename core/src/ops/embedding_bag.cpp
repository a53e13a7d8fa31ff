// SPDX-License-Identifier: Apache-2.0
#include "ops/embedding_bag.h"

#include "hearth/autograd/grad_mode.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/embedding_bag.h"
#include "hearth/ops/index.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"

#include "ops/embedding.h"
#include "ops/index_checks.h"

namespace hearth {

namespace ops {

HEARTH_DEFINE_OP(EmbeddingBag)

Specs EmbeddingBag::infer(Args in) const {
  const TensorImpl &w = impl(in[0]), &i = impl(in[1]), &o = impl(in[2]);
  HEARTH_CHECK_AS(ShapeError, w.dim() == 2,
                  "[embedding_bag] weight has to be a 2D Tensor, but got sizes ", w.sizes.ref());
  HEARTH_CHECK_AS(DtypeError, is_floating_point(w.dtype),
                  "[embedding_bag] expected a floating weight, got ", w.dtype);
  check_index_type(in[1], info.name);
  check_index_type(in[2], info.name);
  HEARTH_CHECK_AS(ShapeError, i.dim() == 1,
                  "[embedding_bag] input has to be a 1D Tensor, but got sizes ", i.sizes.ref());
  HEARTH_CHECK_AS(ShapeError, o.dim() == 1,
                  "[embedding_bag] offsets has to be a 1D Tensor, but got sizes ", o.sizes.ref());
  HEARTH_CHECK_AS(ShapeError, !include_last_offset || o.numel > 0,
                  "[embedding_bag] include_last_offset: number of offset should be at least 1");
  if (in[3].defined()) {
    const TensorImpl& p = impl(in[3]);
    HEARTH_CHECK_AS(ValueError, mode == BagMode::Sum,
                    "[embedding_bag] per_sample_weights only supported with mode='sum'");
    HEARTH_CHECK_AS(DtypeError, p.dtype == w.dtype,
                    "[embedding_bag] expected per_sample_weights of the weight's type ", w.dtype,
                    ", got ", p.dtype);
    HEARTH_CHECK_AS(ShapeError, p.sizes == i.sizes,
                    "[embedding_bag] expected per_sample_weights of the input's shape ",
                    i.sizes.ref(), ", got ", p.sizes.ref());
  }
  const int64_t bags = o.numel - (include_last_offset ? 1 : 0);
  Specs out(Spec({bags, w.sizes[1]}, w.dtype, w.device), accumulate_type(w.dtype));
  out.out.push_back(Spec(i.sizes, kLong, w.device));
  out.out.push_back(Spec({bags}, kLong, w.device));
  out.out.push_back(mode == BagMode::Max ? Spec({bags, w.sizes[1]}, kLong, w.device)
                                         : Spec({bags}, kLong, w.device));
  return out;
}

Saves EmbeddingBag::saves(NeedMask need) const {
  if (mode == BagMode::Max) return {.in = 0, .out = 0b1100, .specs = true};
  Saves saved{.in = 0b0010, .out = mode == BagMode::Mean ? 0b0110u : 0b0010u, .specs = true};
  if (need[3]) saved.in |= 0b0001;
  if (need[0]) saved.in |= 0b1000;
  return saved;
}

Grads EmbeddingBag::vjp(const Saved& s, Args g, NeedMask need) const {
  Grads grads(4);
  if (!g[0].defined()) return grads;
  const Spec& weight = s.in_spec(0);
  if (mode == BagMode::Max) {
    if (weight.sizes[0] == 0) {
      grads[0] = g[0].new_zeros(weight.sizes);
      return grads;
    }
    const Tensor counts = g[0].masked_fill(s.out(2).eq(0).unsqueeze(1), 0);
    grads[0] = g[0].new_zeros(weight.sizes).scatter_add(0, s.out(3), counts);
    return grads;
  }
  const Tensor indices = s.in(1);
  if (g[0].size(0) == 0) {
    if (need[0]) grads[0] = g[0].new_zeros(weight.sizes);
    if (need[3]) grads[3] = g[0].new_zeros(indices.sizes());
    return grads;
  }
  // What reaches each index's row, [indices, D].
  const Tensor bag = include_last_offset ? s.out(1).clamp_min(0) : s.out(1);
  Tensor rows = g[0].index_select(0, bag);
  if (include_last_offset) rows = rows.masked_fill(s.out(1).lt(0).unsqueeze(1), 0);
  if (mode == BagMode::Mean) {
    const Tensor sizes = s.out(2).clamp_min(1).to(rows.scalar_type());
    rows = rows / sizes.index_select(0, bag).unsqueeze(1);
  }
  if (need[3]) {
    const Tensor each = (rows * s.in(0).index_select(0, indices)).sum(1);
    grads[3] = padding_idx < 0 ? each : each.masked_fill(indices.eq(padding_idx), 0);
  }
  if (need[0]) {
    const Tensor scale = s.in(3);
    if (scale.defined()) rows = rows * scale.unsqueeze(1);
    grads[0] = sparse ? sparse_embedding_gradient(rows, indices, weight.sizes[0], padding_idx)
                      : invoke(EmbeddingBackward{weight.sizes[0], padding_idx, scale_grad_by_freq},
                               rows, indices);
  }
  return grads;
}

}  // namespace ops

std::tuple<Tensor, Tensor, Tensor, Tensor> embedding_bag(
    const Tensor& weight, const Tensor& indices, const Tensor& offsets, bool scale_grad_by_freq,
    int64_t mode, bool sparse, const std::optional<Tensor>& per_sample_weights,
    bool include_last_offset, std::optional<int64_t> padding_idx) {
  HEARTH_CHECK_AS(ValueError, mode >= 0 && mode <= 2,
                  "[embedding_bag] expected mode 0 (sum), 1 (mean) or 2 (max), got ", mode);
  HEARTH_CHECK_AS(ValueError, !sparse || mode != 2,
                  "[embedding_bag] mode 'max' does not support sparse weights");
  int64_t padding = -1;
  if (padding_idx) {
    const int64_t rows = weight.dim() == 2 ? weight.size(0) : 0;
    HEARTH_CHECK_AS(IndexError, *padding_idx >= -rows && *padding_idx < rows,
                    "[embedding_bag] padding_idx must be within the number of embeddings, ", -rows,
                    " through ", rows - 1, ", but got ", *padding_idx);
    padding = *padding_idx < 0 ? *padding_idx + rows : *padding_idx;
  }
  const ops::EmbeddingBag op{static_cast<ops::BagMode>(mode), include_last_offset, padding,
                             scale_grad_by_freq, sparse};
  auto out = invoke_n<4>(op, weight, ops::as_long(indices), ops::as_long(offsets),
                         per_sample_weights.value_or(Tensor()));
  return {out[0], out[1], out[2], out[3]};
}

std::tuple<Tensor, Tensor, Tensor, Tensor> embedding_bag(
    const Tensor& weight, const Tensor& indices, const Tensor& offsets, bool scale_grad_by_freq,
    int64_t mode, bool sparse, const std::optional<Tensor>& per_sample_weights,
    bool include_last_offset) {
  return embedding_bag(weight, indices, offsets, scale_grad_by_freq, mode, sparse,
                       per_sample_weights, include_last_offset, std::nullopt);
}

const Tensor& embedding_renorm_(const Tensor& self, const Tensor& indices, double max_norm,
                                double norm_type) {
  HEARTH_CHECK_AS(ShapeError, self.dim() == 2,
                  "[embedding_renorm_] expected a matrix of embeddings, got ", self.sizes());
  ops::check_index_type(indices, "embedding_renorm_");
  const NoGradGuard no_grad;
  const Tensor rows = indices.reshape({-1});
  const Tensor found = self.index_select(0, rows);
  const Tensor norms = found.norm(norm_type, IntArrayRef(1), /*keepdim=*/true);
  const Tensor scaled = where(norms > max_norm, found * (max_norm / (norms + 1e-7)), found);
  // A row that occurs twice is written twice with the same value.
  self.index_put_({std::optional<Tensor>(rows)}, scaled);
  return self;
}

}  // namespace hearth
