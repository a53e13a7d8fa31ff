// SPDX-License-Identifier: Apache-2.0
#include "hearth/nn/modules/embedding.h"

#include "hearth/autograd/grad_mode.h"
#include "hearth/nn/init.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/index.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"

#include "nn/builtin.h"

namespace hearth::nn {

namespace functional {

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

}  // namespace functional

namespace F = functional;

EmbeddingImpl::EmbeddingImpl(int64_t num_embeddings, int64_t embedding_dim)
    : EmbeddingImpl(EmbeddingOptions(num_embeddings, embedding_dim)) {}
EmbeddingImpl::EmbeddingImpl(const EmbeddingOptions& options_) : options(options_) {
  EmbeddingImpl::reset();
}

void EmbeddingImpl::reset() {
  const int64_t n = options.num_embeddings();
  if (options.padding_idx()) {
    const int64_t padding = *options.padding_idx();
    HEARTH_CHECK_AS(IndexError, padding < n && padding >= -n,
                    "[Embedding] Padding_idx must be within num_embeddings ", n, ", got ", padding);
    if (padding < 0) options.padding_idx(padding + n);
  }
  if (options._weight().defined()) {
    HEARTH_CHECK_AS(ShapeError,
                    options._weight().sizes() == IntArrayRef({n, options.embedding_dim()}),
                    "[Embedding] Shape of _weight does not match num_embeddings and embedding_dim: "
                    "expected ",
                    IntArrayRef({n, options.embedding_dim()}), ", got ", options._weight().sizes());
    weight = register_parameter("weight", options._weight());
  } else {
    weight = register_parameter("weight", empty({n, options.embedding_dim()}));
    reset_parameters();
  }
}

void EmbeddingImpl::reset_parameters() {
  init::normal_(weight);
  if (!options.padding_idx()) return;
  const NoGradGuard no_grad;
  weight.select(0, *options.padding_idx()).zero_();
}

Tensor EmbeddingImpl::forward(const Tensor& indices) {
  return F::embedding(indices, weight,
                      F::EmbeddingFuncOptions()
                          .padding_idx(options.padding_idx())
                          .max_norm(options.max_norm())
                          .norm_type(options.norm_type())
                          .scale_grad_by_freq(options.scale_grad_by_freq())
                          .sparse(options.sparse()));
}

void EmbeddingImpl::pretty_print(std::ostream& stream) const {
  Printer(stream, "Embedding")
      .field("num_embeddings", options.num_embeddings())
      .field("embedding_dim", options.embedding_dim())
      .field_if(options.padding_idx().has_value(), "padding_idx", options.padding_idx())
      .field_if(options.max_norm().has_value(), "max_norm", options.max_norm())
      .field_if(options.norm_type() != 2, "norm_type", options.norm_type())
      .field_if(options.scale_grad_by_freq(), "scale_grad_by_freq", true)
      .field_if(options.sparse(), "sparse", true);
}
HEARTH_DEFINE_CLONE(EmbeddingImpl)

Embedding Embedding::from_pretrained(const Tensor& embeddings,
                                     const EmbeddingFromPretrainedOptions& options) {
  HEARTH_CHECK_AS(ShapeError, embeddings.dim() == 2,
                  "[Embedding] Embeddings parameter is expected to be 2-dimensional, got ",
                  embeddings.sizes());
  Embedding module(EmbeddingOptions(embeddings.size(0), embeddings.size(1))
                       .padding_idx(options.padding_idx())
                       .max_norm(options.max_norm())
                       .norm_type(options.norm_type())
                       .scale_grad_by_freq(options.scale_grad_by_freq())
                       .sparse(options.sparse())
                       ._weight(embeddings));
  module->weight.set_requires_grad(!options.freeze());
  return module;
}

}  // namespace hearth::nn
