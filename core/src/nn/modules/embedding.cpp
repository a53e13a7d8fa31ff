// SPDX-License-Identifier: Apache-2.0
#include "hearth/nn/modules/embedding.h"

#include "hearth/autograd/grad_mode.h"
#include "hearth/nn/init.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/embedding_bag.h"
#include "hearth/ops/index.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"

#include "nn/builtin.h"

namespace hearth::nn {

namespace functional {

Tensor embedding(const Tensor& input, const Tensor& weight, const EmbeddingFuncOptions& options) {
  int64_t padding = -1;
  if (options.padding_idx()) {
    padding = *options.padding_idx();
    HEARTH_CHECK_AS(IndexError, padding < weight.size(0) && padding >= -weight.size(0),
                    "[embedding] Padding_idx must be within num_embeddings ", weight.size(0),
                    ", got ", padding);
    if (padding < 0) padding += weight.size(0);
  }
  if (options.max_norm())
    embedding_renorm_(weight, input, *options.max_norm(), options.norm_type());
  return hearth::embedding(weight, input, padding, options.scale_grad_by_freq(), options.sparse());
}

Tensor embedding_bag(const Tensor& input, const Tensor& weight,
                     const EmbeddingBagFuncOptions& options) {
  Tensor indices = input, offsets = options.offsets(), scale = options.per_sample_weights();
  HEARTH_CHECK_AS(ShapeError, !scale.defined() || scale.sizes() == input.sizes(),
                  "[embedding_bag] If per_sample_weights (", scale.sizes(),
                  ") is not null, then it must have the same shape as the input (", input.sizes(),
                  ")");
  HEARTH_CHECK_AS(ShapeError, input.dim() == 1 || input.dim() == 2,
                  "[embedding_bag] input has to be 1D or 2D Tensor, but got Tensor of dimension ",
                  input.dim());
  bool include_last_offset = options.include_last_offset();
  if (input.dim() == 2) {
    HEARTH_CHECK_AS(ValueError, !offsets.defined(),
                    "[embedding_bag] If input is 2D, then offsets has to be null, as input is "
                    "treated is a mini-batch of fixed length sequences. However, found offsets of "
                    "type Tensor");
    include_last_offset = false;
    const auto on_device = TensorOptions(kLong).device(input.device());
    offsets = arange(input.size(0), on_device) * input.size(1);
    indices = input.reshape({-1});
    if (scale.defined()) scale = scale.reshape({-1});
  } else {
    HEARTH_CHECK_AS(ValueError, offsets.defined(),
                    "[embedding_bag] offsets has to be a 1D Tensor but got null");
  }
  const auto& mode = options.mode();
  const bool max = std::holds_alternative<enumtype::kMax>(mode);
  const bool sum = std::holds_alternative<enumtype::kSum>(mode);
  HEARTH_CHECK_AS(
      ValueError, !max || !options.scale_grad_by_freq(),
      "[embedding_bag] max mode does not support scaling the gradient by the frequency");
  HEARTH_CHECK_AS(ValueError, !max || !options.sparse(),
                  "[embedding_bag] max mode does not support sparse weights");
  HEARTH_CHECK_AS(ValueError, !scale.defined() || sum,
                  "[embedding_bag] per_sample_weights was not null. per_sample_weights is only "
                  "supported for mode='kSum' (got mode='",
                  enumtype::get_enum_name(mode), "').");
  if (options.max_norm())
    embedding_renorm_(weight, indices, *options.max_norm(), options.norm_type());
  return std::get<0>(hearth::embedding_bag(weight, indices, offsets, options.scale_grad_by_freq(),
                                           sum   ? 0
                                           : max ? 2
                                                 : 1,
                                           options.sparse(), given(scale), include_last_offset,
                                           options.padding_idx()));
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

namespace {

/// What the reset() of both modules does.
template <typename M>
void reset_embedding(M& module, const char* name) {
  auto& options = module.options;
  const int64_t n = options.num_embeddings();
  if (options.padding_idx()) {
    const int64_t padding = *options.padding_idx();
    HEARTH_CHECK_AS(IndexError, padding < n && padding >= -n, "[", name,
                    "] Padding_idx must be within num_embeddings ", n, ", got ", padding);
    if (padding < 0) options.padding_idx(padding + n);
  }
  const int64_t sizes[] = {n, options.embedding_dim()};
  if (options._weight().defined()) {
    HEARTH_CHECK_AS(ShapeError, options._weight().sizes() == IntArrayRef(sizes), "[", name,
                    "] Shape of _weight does not match num_embeddings and embedding_dim: expected ",
                    IntArrayRef(sizes), ", got ", options._weight().sizes());
    module.weight = module.register_parameter("weight", options._weight());
  } else {
    module.weight = module.register_parameter("weight", empty(sizes));
    module.reset_parameters();
  }
}

void reset_embedding_parameters(const Tensor& weight, const std::optional<int64_t>& padding_idx) {
  init::normal_(weight);
  if (!padding_idx) return;
  const NoGradGuard no_grad;
  weight.select(0, *padding_idx).zero_();
}

}  // namespace

void EmbeddingImpl::reset() { reset_embedding(*this, "Embedding"); }
void EmbeddingImpl::reset_parameters() {
  reset_embedding_parameters(weight, options.padding_idx());
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

// ---- EmbeddingBag

EmbeddingBagImpl::EmbeddingBagImpl(int64_t num_embeddings, int64_t embedding_dim)
    : EmbeddingBagImpl(EmbeddingBagOptions(num_embeddings, embedding_dim)) {}
EmbeddingBagImpl::EmbeddingBagImpl(const EmbeddingBagOptions& options_) : options(options_) {
  EmbeddingBagImpl::reset();
}

void EmbeddingBagImpl::reset() { reset_embedding(*this, "EmbeddingBag"); }
void EmbeddingBagImpl::reset_parameters() {
  reset_embedding_parameters(weight, options.padding_idx());
}

Tensor EmbeddingBagImpl::forward(const Tensor& input, const Tensor& offsets,
                                 const Tensor& per_sample_weights) {
  return F::embedding_bag(input, weight,
                          F::EmbeddingBagFuncOptions()
                              .offsets(offsets)
                              .max_norm(options.max_norm())
                              .norm_type(options.norm_type())
                              .scale_grad_by_freq(options.scale_grad_by_freq())
                              .mode(options.mode())
                              .sparse(options.sparse())
                              .per_sample_weights(per_sample_weights)
                              .include_last_offset(options.include_last_offset())
                              .padding_idx(options.padding_idx()));
}

void EmbeddingBagImpl::pretty_print(std::ostream& stream) const {
  Printer(stream, "EmbeddingBag")
      .field("num_embeddings", options.num_embeddings())
      .field("embedding_dim", options.embedding_dim())
      .field_if(options.max_norm().has_value(), "max_norm", options.max_norm())
      .field_if(options.norm_type() != 2, "norm_type", options.norm_type())
      .field_if(options.scale_grad_by_freq(), "scale_grad_by_freq", true)
      .field_if(options.sparse(), "sparse", true)
      .field_if(!std::holds_alternative<enumtype::kMean>(options.mode()), "mode", options.mode())
      .field_if(options.include_last_offset(), "include_last_offset", true)
      .field_if(options.padding_idx().has_value(), "padding_idx", options.padding_idx());
}
HEARTH_DEFINE_CLONE(EmbeddingBagImpl)

EmbeddingBag EmbeddingBag::from_pretrained(const Tensor& embeddings,
                                           const EmbeddingBagFromPretrainedOptions& options) {
  HEARTH_CHECK_AS(ShapeError, embeddings.dim() == 2,
                  "[EmbeddingBag] Embeddings parameter is expected to be 2-dimensional, got ",
                  embeddings.sizes());
  EmbeddingBag module(EmbeddingBagOptions(embeddings.size(0), embeddings.size(1))
                          .max_norm(options.max_norm())
                          .norm_type(options.norm_type())
                          .scale_grad_by_freq(options.scale_grad_by_freq())
                          .mode(options.mode())
                          .sparse(options.sparse())
                          .include_last_offset(options.include_last_offset())
                          .padding_idx(options.padding_idx())
                          ._weight(embeddings));
  module->weight.set_requires_grad(!options.freeze());
  return module;
}

}  // namespace hearth::nn
