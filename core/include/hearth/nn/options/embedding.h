// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "hearth/base/arg.h"
#include "hearth/tensor/tensor.h"

namespace hearth::nn {

/// Options of Embedding.
struct EmbeddingOptions {
  EmbeddingOptions(int64_t num_embeddings, int64_t embedding_dim)
      : num_embeddings_(num_embeddings), embedding_dim_(embedding_dim) {}
  HEARTH_ARG(int64_t, num_embeddings);
  HEARTH_ARG(int64_t, embedding_dim);
  /// A row that starts as zeros and gets no gradient; negative ones count from the end.
  HEARTH_ARG(std::optional<int64_t>, padding_idx) = std::nullopt;
  /// Rows that are looked up are first scaled down to this norm, in the weight itself.
  HEARTH_ARG(std::optional<double>, max_norm) = std::nullopt;
  HEARTH_ARG(double, norm_type) = 2.;
  /// Divides gradients of a row by how often it occurs in the batch.
  HEARTH_ARG(bool, scale_grad_by_freq) = false;
  /// Gradients are dense whatever this says.
  HEARTH_ARG(bool, sparse) = false;
  /// The weight to start with, [num_embeddings, embedding_dim].
  HEARTH_ARG(Tensor, _weight) = {};
};

/// Options of Embedding::from_pretrained; `freeze` makes the weight not require a gradient.
struct EmbeddingFromPretrainedOptions {
  HEARTH_ARG(bool, freeze) = true;
  HEARTH_ARG(std::optional<int64_t>, padding_idx) = std::nullopt;
  HEARTH_ARG(std::optional<double>, max_norm) = std::nullopt;
  HEARTH_ARG(double, norm_type) = 2.;
  HEARTH_ARG(bool, scale_grad_by_freq) = false;
  HEARTH_ARG(bool, sparse) = false;
};

namespace functional {
/// Options of F::embedding; see EmbeddingOptions.
struct EmbeddingFuncOptions {
  HEARTH_ARG(std::optional<int64_t>, padding_idx) = std::nullopt;
  HEARTH_ARG(std::optional<double>, max_norm) = std::nullopt;
  HEARTH_ARG(double, norm_type) = 2.;
  HEARTH_ARG(bool, scale_grad_by_freq) = false;
  HEARTH_ARG(bool, sparse) = false;
};
}  // namespace functional

}  // namespace hearth::nn
