// SPDX-License-Identifier: Apache-2.0
#include "hearth/nn/modules/transformer.h"

#include "nn/modules/transformer_parts.h"

namespace hearth::nn {

// ---- TransformerEncoderLayer

TransformerEncoderLayerImpl::TransformerEncoderLayerImpl(int64_t d_model, int64_t nhead)
    : TransformerEncoderLayerImpl(TransformerEncoderLayerOptions(d_model, nhead)) {}
TransformerEncoderLayerImpl::TransformerEncoderLayerImpl(
    const TransformerEncoderLayerOptions& options_)
    : options(options_) {
  TransformerEncoderLayerImpl::reset();
}

void TransformerEncoderLayerImpl::reset() {
  const LayerParts parts{options};
  const int64_t d = options.d_model(), inner = options.dim_feedforward();
  self_attn = register_module("self_attn", parts.attention());
  linear1 = register_module("linear1", parts.linear(d, inner));
  dropout = register_module("dropout", parts.dropout());
  linear2 = register_module("linear2", parts.linear(inner, d));
  norm1 = register_module("norm1", parts.norm());
  norm2 = register_module("norm2", parts.norm());
  dropout1 = register_module("dropout1", parts.dropout());
  dropout2 = register_module("dropout2", parts.dropout());
}

void TransformerEncoderLayerImpl::reset_parameters() {
  self_attn->_reset_parameters();
  linear1->reset_parameters();
  linear2->reset_parameters();
  norm1->reset_parameters();
  norm2->reset_parameters();
}

Tensor TransformerEncoderLayerImpl::forward(const Tensor& src, const Tensor& src_mask,
                                            const Tensor& src_key_padding_mask, bool is_causal) {
  const auto attend = [&](const Tensor& x) {
    const auto result = self_attn(x, x, x, src_key_padding_mask, /*need_weights=*/false, src_mask,
                                  /*average_attn_weights=*/true, is_causal);
    return dropout1(std::get<0>(result));
  };
  const auto feed_forward = [&](const Tensor& x) {
    return dropout2(linear2(dropout(activate(options.activation(), linear1(x)))));
  };
  const bool first = options.norm_first();
  return residual(residual(src, norm1, first, attend), norm2, first, feed_forward);
}

void TransformerEncoderLayerImpl::pretty_print(std::ostream& stream) const {
  stream << "torch::nn::TransformerEncoderLayerImpl";
}
HEARTH_DEFINE_CLONE(TransformerEncoderLayerImpl)

// ---- TransformerEncoder

TransformerEncoderImpl::TransformerEncoderImpl(TransformerEncoderLayer encoder_layer,
                                               int64_t num_layers)
    : TransformerEncoderImpl(TransformerEncoderOptions(std::move(encoder_layer), num_layers)) {}
TransformerEncoderImpl::TransformerEncoderImpl(const TransformerEncoderOptions& options_)
    : options(options_) {
  TransformerEncoderImpl::reset();
}
TransformerEncoderImpl::~TransformerEncoderImpl() = default;

void TransformerEncoderImpl::reset() { reset_stack(*this, options.encoder_layer()); }
void TransformerEncoderImpl::reset_parameters() {
  reset_stack_parameters<TransformerEncoderLayerImpl>(*this);
}

Tensor TransformerEncoderImpl::forward(const Tensor& src, const Tensor& src_mask,
                                       const Tensor& src_key_padding_mask, bool is_causal) {
  Tensor x = src;
  for (const auto& module : *layers) {
    auto& layer = *module->as<TransformerEncoderLayerImpl>();
    x = detail::call_module(layer, x, src_mask, src_key_padding_mask, is_causal);
  }
  return norm.is_empty() ? x : norm.forward(x);
}

void TransformerEncoderImpl::pretty_print(std::ostream& stream) const {
  stream << "torch::nn::TransformerEncoderImpl";
}

std::shared_ptr<Module> TransformerEncoderImpl::clone(const std::optional<Device>& device) const {
  return clone_stack(*this, device);
}
void TransformerEncoderImpl::clone_(Module& other, const std::optional<Device>& device) {
  clone_into(*this, other, device);
}

}  // namespace hearth::nn
