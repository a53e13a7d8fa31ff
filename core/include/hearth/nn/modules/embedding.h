// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hearth/nn/options/embedding.h"
#include "hearth/nn/pimpl.h"

namespace hearth::nn {

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

}  // namespace hearth::nn
