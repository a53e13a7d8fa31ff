// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <variant>

#include "hearth/base/arg.h"
#include "hearth/nn/enum.h"
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

/// What EmbeddingBag does with the vectors of a bag.
using EmbeddingBagMode = std::variant<enumtype::kSum, enumtype::kMean, enumtype::kMax>;

/// Options of EmbeddingBag; those of the same names as in EmbeddingOptions mean the same.
struct EmbeddingBagOptions {
  EmbeddingBagOptions(int64_t num_embeddings, int64_t embedding_dim)
      : num_embeddings_(num_embeddings), embedding_dim_(embedding_dim) {}
  HEARTH_ARG(int64_t, num_embeddings);
  HEARTH_ARG(int64_t, embedding_dim);
  HEARTH_ARG(std::optional<double>, max_norm) = std::nullopt;
  HEARTH_ARG(double, norm_type) = 2.;
  HEARTH_ARG(bool, scale_grad_by_freq) = false;
  HEARTH_ARG(EmbeddingBagMode, mode) = kMean;
  HEARTH_ARG(bool, sparse) = false;
  HEARTH_ARG(Tensor, _weight) = {};
  /// Whether offsets end with the number of indices.
  HEARTH_ARG(bool, include_last_offset) = false;
  /// Indices that do not count.
  HEARTH_ARG(std::optional<int64_t>, padding_idx) = std::nullopt;
};

/// Options of EmbeddingBag::from_pretrained; `freeze` makes the weight not require a gradient.
struct EmbeddingBagFromPretrainedOptions {
  HEARTH_ARG(bool, freeze) = true;
  HEARTH_ARG(std::optional<double>, max_norm) = std::nullopt;
  HEARTH_ARG(double, norm_type) = 2.;
  HEARTH_ARG(bool, scale_grad_by_freq) = false;
  HEARTH_ARG(EmbeddingBagMode, mode) = kMean;
  HEARTH_ARG(bool, sparse) = false;
  HEARTH_ARG(bool, include_last_offset) = false;
  HEARTH_ARG(std::optional<int64_t>, padding_idx) = std::nullopt;
};

/// The sum, mean or largest of the vectors of each bag of indices: Embedding and a reduction in
/// one. Shapes as in functional::embedding_bag.
class HEARTH_API EmbeddingBagImpl : public Module {
 public:
  EmbeddingBagImpl(int64_t num_embeddings, int64_t embedding_dim);
  explicit EmbeddingBagImpl(const EmbeddingBagOptions& options_);
  HEARTH_BUILTIN_MODULE(EmbeddingBagImpl)
  /// Draws the weight from N(0, 1), with zeros at padding_idx.
  void reset_parameters();
  Tensor forward(const Tensor& input, const Tensor& offsets = {},
                 const Tensor& per_sample_weights = {});

  EmbeddingBagOptions options;
  Tensor weight;  ///< [num_embeddings, embedding_dim]

 protected:
  FORWARD_HAS_DEFAULT_ARGS({1, AnyValue(Tensor())}, {2, AnyValue(Tensor())})
};

/// Holder of an EmbeddingBagImpl.
class HEARTH_API EmbeddingBag : public ModuleHolder<EmbeddingBagImpl> {
 public:
  using ModuleHolder<EmbeddingBagImpl>::ModuleHolder;
  using Impl = EmbeddingBagImpl;
  /// An EmbeddingBag with these vectors [n, d].
  static EmbeddingBag from_pretrained(const Tensor& embeddings,
                                      const EmbeddingBagFromPretrainedOptions& options = {});
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
/// Options of F::embedding_bag, as in EmbeddingBagOptions.
struct EmbeddingBagFuncOptions {
  /// Where each bag begins in a one-dimensional input.
  HEARTH_ARG(Tensor, offsets) = {};
  HEARTH_ARG(std::optional<double>, max_norm) = std::nullopt;
  HEARTH_ARG(double, norm_type) = 2.;
  HEARTH_ARG(bool, scale_grad_by_freq) = false;
  HEARTH_ARG(EmbeddingBagMode, mode) = kMean;
  HEARTH_ARG(bool, sparse) = false;
  /// A factor for each index, of the input's shape; only with kSum.
  HEARTH_ARG(Tensor, per_sample_weights) = {};
  HEARTH_ARG(bool, include_last_offset) = false;
  HEARTH_ARG(std::optional<int64_t>, padding_idx) = std::nullopt;
};

/// Rows of `weight` [n, d] by bags of indices: input [bags, indices in each], or one vector with
/// offsets, to [bags, d].
HEARTH_API Tensor embedding_bag(const Tensor& input, const Tensor& weight,
                                const EmbeddingBagFuncOptions& options = {});
/// int64 zeros and ones: [...] to [..., num_classes]. With -1, as many classes as occur.
HEARTH_API Tensor one_hot(const Tensor& tensor, int64_t num_classes = -1);

}  // namespace functional
}  // namespace hearth::nn
