// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "hearth/base/arg.h"
#include "hearth/nn/pimpl.h"

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

/// A learned vector for each of num_embeddings indices: int indices [...] to [..., embedding_dim].
class HEARTH_API EmbeddingImpl : public Module {
 public:
  EmbeddingImpl(int64_t num_embeddings, int64_t embedding_dim);
  explicit EmbeddingImpl(const EmbeddingOptions& options_);
  HEARTH_BUILTIN_MODULE(EmbeddingImpl)
  /// Draws the weight from N(0, 1), with zeros at padding_idx.
  void reset_parameters();
  Tensor forward(const Tensor& indices);

  EmbeddingOptions options;
  Tensor weight;  ///< [num_embeddings, embedding_dim]
};

/// Holder of an EmbeddingImpl.
class HEARTH_API Embedding : public ModuleHolder<EmbeddingImpl> {
 public:
  using ModuleHolder<EmbeddingImpl>::ModuleHolder;
  using Impl = EmbeddingImpl;
  /// An Embedding with these vectors [n, d].
  static Embedding from_pretrained(const Tensor& embeddings,
                                   const EmbeddingFromPretrainedOptions& options = {});
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

/// Rows of `weight` [n, d] by the indices in `input`, of any shape: [...] to [..., d].
HEARTH_API Tensor embedding(const Tensor& input, const Tensor& weight,
                            const EmbeddingFuncOptions& options = {});
/// int64 zeros and ones: [...] to [..., num_classes]. With -1, as many classes as occur.
HEARTH_API Tensor one_hot(const Tensor& tensor, int64_t num_classes = -1);

}  // namespace functional
}  // namespace hearth::nn
