// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hearth/nn/any_module.h"
#include "hearth/nn/modules/attention.h"
#include "hearth/nn/modules/containers.h"
#include "hearth/nn/modules/dropout.h"
#include "hearth/nn/modules/normalization.h"
#include "hearth/nn/options/transformer.h"

namespace hearth::nn {

/// Self-attention and a feed-forward network, each with dropout, a residual and a layer norm.
class HEARTH_API TransformerEncoderLayerImpl : public Module {
 public:
  TransformerEncoderLayerImpl(int64_t d_model, int64_t nhead);
  explicit TransformerEncoderLayerImpl(const TransformerEncoderLayerOptions& options_);
  HEARTH_BUILTIN_MODULE(TransformerEncoderLayerImpl)
  void reset_parameters();
  /// src [length, batch, d_model], or [batch, length, d_model] with batch_first; masks as in
  /// MultiheadAttention.
  Tensor forward(const Tensor& src, const Tensor& src_mask = {},
                 const Tensor& src_key_padding_mask = {}, bool is_causal = false);

  TransformerEncoderLayerOptions options;
  MultiheadAttention self_attn = nullptr;
  Linear linear1 = nullptr;
  Dropout dropout = nullptr;
  Linear linear2 = nullptr;
  LayerNorm norm1 = nullptr;
  LayerNorm norm2 = nullptr;
  Dropout dropout1 = nullptr;
  Dropout dropout2 = nullptr;

 protected:
  FORWARD_HAS_DEFAULT_ARGS({1, AnyValue(Tensor())}, {2, AnyValue(Tensor())}, {3, AnyValue(false)})
};
HEARTH_MODULE(TransformerEncoderLayer);

/// Options of TransformerEncoder: a layer to copy, how often, and a norm for the end.
struct TransformerEncoderOptions {
  TransformerEncoderOptions(TransformerEncoderLayer encoder_layer, int64_t num_layers)
      : encoder_layer_(std::move(encoder_layer)), num_layers_(num_layers) {}
  TransformerEncoderOptions(const TransformerEncoderLayerOptions& encoder_layer_options,
                            int64_t num_layers)
      : encoder_layer_(encoder_layer_options), num_layers_(num_layers) {}
  HEARTH_ARG(TransformerEncoderLayer, encoder_layer);
  HEARTH_ARG(int64_t, num_layers);
  HEARTH_ARG(AnyModule, norm) = AnyModule();
};

/// Encoder layers one after another. Each starts as a copy of the layer in the options.
class HEARTH_API TransformerEncoderImpl : public Module {
 public:
  TransformerEncoderImpl(TransformerEncoderLayer encoder_layer, int64_t num_layers);
  explicit TransformerEncoderImpl(const TransformerEncoderOptions& options_);
  HEARTH_BUILTIN_MODULE(TransformerEncoderImpl)
  /// Draws the parameters of all layers anew; the norm becomes a copy of the options' one.
  void reset_parameters();
  /// Shapes and masks as in TransformerEncoderLayer.
  Tensor forward(const Tensor& src, const Tensor& src_mask = {},
                 const Tensor& src_key_padding_mask = {}, bool is_causal = false);

  TransformerEncoderOptions options;
  ModuleList layers = nullptr;
  AnyModule norm;

 protected:
  FORWARD_HAS_DEFAULT_ARGS({1, AnyValue(Tensor())}, {2, AnyValue(Tensor())}, {3, AnyValue(false)})
};
HEARTH_MODULE(TransformerEncoder);

}  // namespace hearth::nn
