// SPDX-License-Identifier: Apache-2.0
#include "hearth/nn/modules/transformer_decoder.h"

#include <cmath>

#include "hearth/nn/init.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/view.h"

#include "nn/modules/transformer_parts.h"

namespace hearth::nn {

// ---- TransformerDecoderLayer

TransformerDecoderLayerImpl::TransformerDecoderLayerImpl(int64_t d_model, int64_t nhead)
    : TransformerDecoderLayerImpl(TransformerDecoderLayerOptions(d_model, nhead)) {}
TransformerDecoderLayerImpl::TransformerDecoderLayerImpl(
    const TransformerDecoderLayerOptions& options_)
    : options(options_) {
  TransformerDecoderLayerImpl::reset();
}

void TransformerDecoderLayerImpl::reset() {
  const LayerParts parts{options};
  const int64_t d = options.d_model(), inner = options.dim_feedforward();
  self_attn = register_module("self_attn", parts.attention());
  multihead_attn = register_module("multihead_attn", parts.attention());
  linear1 = register_module("linear1", parts.linear(d, inner));
  dropout = register_module("dropout", parts.dropout());
  linear2 = register_module("linear2", parts.linear(inner, d));
  norm1 = register_module("norm1", parts.norm());
  norm2 = register_module("norm2", parts.norm());
  norm3 = register_module("norm3", parts.norm());
  dropout1 = register_module("dropout1", parts.dropout());
  dropout2 = register_module("dropout2", parts.dropout());
  dropout3 = register_module("dropout3", parts.dropout());
}

void TransformerDecoderLayerImpl::reset_parameters() {
  self_attn->_reset_parameters();
  multihead_attn->_reset_parameters();
  linear1->reset_parameters();
  linear2->reset_parameters();
  norm1->reset_parameters();
  norm2->reset_parameters();
  norm3->reset_parameters();
}

Tensor TransformerDecoderLayerImpl::forward(const Tensor& tgt, const Tensor& memory,
                                            const Tensor& tgt_mask, const Tensor& memory_mask,
                                            const Tensor& tgt_key_padding_mask,
                                            const Tensor& memory_key_padding_mask,
                                            bool tgt_is_causal, bool memory_is_causal) {
  const auto attend = [&](const Tensor& x) {
    const auto result = self_attn(x, x, x, tgt_key_padding_mask, /*need_weights=*/false, tgt_mask,
                                  /*average_attn_weights=*/true, tgt_is_causal);
    return dropout1(std::get<0>(result));
  };
  const auto look_up = [&](const Tensor& x) {
    const auto result =
        multihead_attn(x, memory, memory, memory_key_padding_mask, /*need_weights=*/false,
                       memory_mask, /*average_attn_weights=*/true, memory_is_causal);
    return dropout2(std::get<0>(result));
  };
  const auto feed_forward = [&](const Tensor& x) {
    return dropout3(linear2(dropout(activate(options.activation(), linear1(x)))));
  };
  const bool first = options.norm_first();
  Tensor x = residual(tgt, norm1, first, attend);
  x = residual(x, norm2, first, look_up);
  return residual(x, norm3, first, feed_forward);
}

void TransformerDecoderLayerImpl::pretty_print(std::ostream& stream) const {
  stream << "torch::nn::TransformerDecoderLayerImpl";
}
HEARTH_DEFINE_CLONE(TransformerDecoderLayerImpl)

// ---- TransformerDecoder

TransformerDecoderImpl::TransformerDecoderImpl(TransformerDecoderLayer decoder_layer,
                                               int64_t num_layers)
    : TransformerDecoderImpl(TransformerDecoderOptions(std::move(decoder_layer), num_layers)) {}
TransformerDecoderImpl::TransformerDecoderImpl(const TransformerDecoderOptions& options_)
    : options(options_) {
  TransformerDecoderImpl::reset();
}
TransformerDecoderImpl::~TransformerDecoderImpl() = default;

void TransformerDecoderImpl::reset() { reset_stack(*this, options.decoder_layer()); }
void TransformerDecoderImpl::reset_parameters() {
  reset_stack_parameters<TransformerDecoderLayerImpl>(*this);
}

Tensor TransformerDecoderImpl::forward(const Tensor& tgt, const Tensor& memory,
                                       const Tensor& tgt_mask, const Tensor& memory_mask,
                                       const Tensor& tgt_key_padding_mask,
                                       const Tensor& memory_key_padding_mask, bool tgt_is_causal,
                                       bool memory_is_causal) {
  Tensor x = tgt;
  for (const auto& module : *layers) {
    auto& layer = *module->as<TransformerDecoderLayerImpl>();
    x = detail::call_module(layer, x, memory, tgt_mask, memory_mask, tgt_key_padding_mask,
                            memory_key_padding_mask, tgt_is_causal, memory_is_causal);
  }
  return norm.is_empty() ? x : norm.forward(x);
}

void TransformerDecoderImpl::pretty_print(std::ostream& stream) const {
  stream << "torch::nn::TransformerDecoderImpl";
}
std::shared_ptr<Module> TransformerDecoderImpl::clone(const std::optional<Device>& device) const {
  return clone_stack(*this, device);
}
void TransformerDecoderImpl::clone_(Module& other, const std::optional<Device>& device) {
  clone_into(*this, other, device);
}

// ---- Transformer

TransformerImpl::TransformerImpl(int64_t d_model, int64_t nhead)
    : TransformerImpl(TransformerOptions(d_model, nhead)) {}
TransformerImpl::TransformerImpl(const TransformerOptions& options_) : options(options_) {
  TransformerImpl::reset();
}
TransformerImpl::~TransformerImpl() = default;

void TransformerImpl::reset() {
  const auto layer = TransformerEncoderLayerOptions(options.d_model(), options.nhead())
                         .dim_feedforward(options.dim_feedforward())
                         .dropout(options.dropout())
                         .activation(options.activation())
                         .layer_norm_eps(options.layer_norm_eps())
                         .batch_first(options.batch_first())
                         .norm_first(options.norm_first())
                         .bias(options.bias());
  const LayerParts parts{layer};
  encoder = options.custom_encoder();
  if (encoder.is_empty())
    encoder =
        AnyModule(TransformerEncoder(TransformerEncoderOptions(layer, options.num_encoder_layers())
                                         .norm(AnyModule(parts.norm()))));
  register_module("encoder", encoder.ptr());
  decoder = options.custom_decoder();
  if (decoder.is_empty())
    decoder =
        AnyModule(TransformerDecoder(TransformerDecoderOptions(layer, options.num_decoder_layers())
                                         .norm(AnyModule(parts.norm()))));
  register_module("decoder", decoder.ptr());
  reset_parameters();
}

void TransformerImpl::reset_parameters() {
  for (const Tensor& p : parameters())
    if (p.dim() > 1) init::xavier_uniform_(p);
}

Tensor TransformerImpl::forward(const Tensor& src, const Tensor& tgt, const Tensor& src_mask,
                                const Tensor& tgt_mask, const Tensor& memory_mask,
                                const Tensor& src_key_padding_mask,
                                const Tensor& tgt_key_padding_mask,
                                const Tensor& memory_key_padding_mask) {
  HEARTH_CHECK_AS(
      ShapeError, src.dim() == tgt.dim() && (src.dim() == 2 || src.dim() == 3),
      "[Transformer] src and tgt should have 3 dimensions, or 2 without batch, but got ", src.dim(),
      " and ", tgt.dim());
  const int64_t batch = options.batch_first() ? 0 : 1;
  HEARTH_CHECK_AS(ShapeError, src.dim() == 2 || src.size(batch) == tgt.size(batch),
                  "[Transformer] src and tgt should have equal batch size (at dim ", batch,
                  "), but got ", src.size(batch), " and ", tgt.size(batch));
  HEARTH_CHECK_AS(
      ShapeError, src.size(-1) == options.d_model() && tgt.size(-1) == options.d_model(),
      "[Transformer] src and tgt should have same feature size as d_model (at dim ", src.dim() - 1,
      "), but got ", src.size(-1), " and ", tgt.size(-1), " while d_model is ", options.d_model());
  const Tensor memory = encoder.forward<Tensor>(src, src_mask, src_key_padding_mask);
  return decoder.forward<Tensor>(tgt, memory, tgt_mask, memory_mask, tgt_key_padding_mask,
                                 memory_key_padding_mask);
}

Tensor TransformerImpl::generate_square_subsequent_mask(int64_t sz) {
  HEARTH_CHECK_AS(ValueError, sz >= 0,
                  "[Transformer] Input size must be non-negative to generate a valid square "
                  "subsequent mask, but got ",
                  sz);
  return full({sz, sz}, -INFINITY, TensorOptions(get_default_dtype())).triu(1);
}

void TransformerImpl::pretty_print(std::ostream& stream) const {
  stream << "torch::nn::TransformerImpl";
}
std::shared_ptr<Module> TransformerImpl::clone(const std::optional<Device>& device) const {
  // reset() registers custom parts themselves: the copy needs its own.
  TransformerImpl with_own_parts(*this);
  with_own_parts.options.custom_encoder(options.custom_encoder().clone(device))
      .custom_decoder(options.custom_decoder().clone(device));
  return clone_module(with_own_parts, device);
}
void TransformerImpl::clone_(Module& other, const std::optional<Device>& device) {
  clone_into(*this, other, device);
}

}  // namespace hearth::nn
