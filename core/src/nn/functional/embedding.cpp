// SPDX-License-Identifier: Apache-2.0
#include "hearth/nn/functional/embedding.h"

#include "hearth/autograd/grad_mode.h"
#include "hearth/ops/index.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"

namespace hearth::nn::functional {

namespace {

/// Scales the rows of `weight` that `indices` names down to max_norm, in place.
void renorm_rows(const Tensor& weight, const Tensor& indices, double max_norm, double norm_type) {
  const NoGradGuard no_grad;
  const Tensor rows = indices.reshape({-1});
  const Tensor found = weight.index_select(0, rows);
  const Tensor norms = found.norm(norm_type, IntArrayRef(1), /*keepdim=*/true);
  const Tensor scaled = hearth::where(norms > max_norm, found * (max_norm / (norms + 1e-7)), found);
  // A row that occurs twice is written twice with the same value.
  weight.index_put_({std::optional<Tensor>(rows)}, scaled);
}

}  // namespace

Tensor embedding(const Tensor& input, const Tensor& weight, const EmbeddingFuncOptions& options) {
  int64_t padding = -1;
  if (options.padding_idx()) {
    padding = *options.padding_idx();
    HEARTH_CHECK_AS(IndexError, padding < weight.size(0) && padding >= -weight.size(0),
                    "[embedding] Padding_idx must be within num_embeddings ", weight.size(0),
                    ", got ", padding);
    if (padding < 0) padding += weight.size(0);
  }
  if (options.max_norm()) renorm_rows(weight, input, *options.max_norm(), options.norm_type());
  return hearth::embedding(weight, input, padding, options.scale_grad_by_freq(), options.sparse());
}

Tensor one_hot(const Tensor& tensor, int64_t num_classes) {
  return hearth::one_hot(tensor, num_classes);
}

}  // namespace hearth::nn::functional
