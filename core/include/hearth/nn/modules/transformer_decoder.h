// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hearth/nn/modules/transformer.h"

namespace hearth::nn {

using TransformerDecoderLayerOptions = TransformerEncoderLayerOptions;

/// Self-attention, attention to the encoder's output and a feed-forward network, each with dropout,
/// a residual and a layer norm.
class HEARTH_API TransformerDecoderLayerImpl : public Module {
 public:
  TransformerDecoderLayerImpl(int64_t d_model, int64_t nhead);
  explicit TransformerDecoderLayerImpl(const TransformerDecoderLayerOptions& options_);
  HEARTH_BUILTIN_MODULE(TransformerDecoderLayerImpl)
  void reset_parameters();
  /// tgt [target length, batch, d_model], memory [source length, batch, d_model], or with
  /// batch_first the batch before the length; masks as in MultiheadAttention.
  Tensor forward(const Tensor& tgt, const Tensor& memory, const Tensor& tgt_mask = {},
                 const Tensor& memory_mask = {}, const Tensor& tgt_key_padding_mask = {},
                 const Tensor& memory_key_padding_mask = {}, bool tgt_is_causal = false,
                 bool memory_is_causal = false);

  TransformerDecoderLayerOptions options;
  MultiheadAttention self_attn = nullptr;
  MultiheadAttention multihead_attn = nullptr;
  Linear linear1 = nullptr;
  Dropout dropout = nullptr;
  Linear linear2 = nullptr;
  LayerNorm norm1 = nullptr;
  LayerNorm norm2 = nullptr;
  LayerNorm norm3 = nullptr;
  Dropout dropout1 = nullptr;
  Dropout dropout2 = nullptr;
  Dropout dropout3 = nullptr;

 protected:
  FORWARD_HAS_DEFAULT_ARGS({2, AnyValue(Tensor())}, {3, AnyValue(Tensor())},
                           {4, AnyValue(Tensor())}, {5, AnyValue(Tensor())}, {6, AnyValue(false)},
                           {7, AnyValue(false)})
};
HEARTH_MODULE(TransformerDecoderLayer);

/// Options of TransformerDecoder: a layer to copy, how often, and a norm for the end.
struct TransformerDecoderOptions {
  TransformerDecoderOptions(TransformerDecoderLayer decoder_layer, int64_t num_layers)
      : decoder_layer_(std::move(decoder_layer)), num_layers_(num_layers) {}
  TransformerDecoderOptions(const TransformerDecoderLayerOptions& decoder_layer_options,
                            int64_t num_layers)
      : decoder_layer_(decoder_layer_options), num_layers_(num_layers) {}
  HEARTH_ARG(TransformerDecoderLayer, decoder_layer);
  HEARTH_ARG(int64_t, num_layers);
  HEARTH_ARG(AnyModule, norm) = AnyModule();
};

/// Decoder layers one after another. Each starts as a copy of the layer in the options.
class HEARTH_API TransformerDecoderImpl : public Module {
 public:
  TransformerDecoderImpl(TransformerDecoderLayer decoder_layer, int64_t num_layers);
  explicit TransformerDecoderImpl(const TransformerDecoderOptions& options_);
  HEARTH_BUILTIN_MODULE(TransformerDecoderImpl)
  /// Draws the parameters of all layers anew; the norm becomes a copy of the options' one.
  void reset_parameters();
  /// Shapes and masks as in TransformerDecoderLayer.
  Tensor forward(const Tensor& tgt, const Tensor& memory, const Tensor& tgt_mask = {},
                 const Tensor& memory_mask = {}, const Tensor& tgt_key_padding_mask = {},
                 const Tensor& memory_key_padding_mask = {}, bool tgt_is_causal = false,
                 bool memory_is_causal = false);

  TransformerDecoderOptions options;
  ModuleList layers = nullptr;
  AnyModule norm;

 protected:
  FORWARD_HAS_DEFAULT_ARGS({2, AnyValue(Tensor())}, {3, AnyValue(Tensor())},
                           {4, AnyValue(Tensor())}, {5, AnyValue(Tensor())}, {6, AnyValue(false)},
                           {7, AnyValue(false)})
};
HEARTH_MODULE(TransformerDecoder);

/// Options of Transformer; those of the same names as in TransformerEncoderLayerOptions mean the
/// same.
struct TransformerOptions {
  TransformerOptions() = default;
  TransformerOptions(int64_t d_model, int64_t nhead) : d_model_(d_model), nhead_(nhead) {}
  TransformerOptions(int64_t d_model, int64_t nhead, int64_t num_encoder_layers,
                     int64_t num_decoder_layers)
      : d_model_(d_model),
        nhead_(nhead),
        num_encoder_layers_(num_encoder_layers),
        num_decoder_layers_(num_decoder_layers) {}
  HEARTH_ARG(int64_t, d_model) = 512;
  HEARTH_ARG(int64_t, nhead) = 8;
  HEARTH_ARG(int64_t, num_encoder_layers) = 6;
  HEARTH_ARG(int64_t, num_decoder_layers) = 6;
  HEARTH_ARG(int64_t, dim_feedforward) = 2048;
  HEARTH_ARG(double, dropout) = 0.1;
  HEARTH_ARG(activation_t, activation) = kReLU;
  /// What takes the encoder's place, with forward(src, src_mask, src_key_padding_mask).
  HEARTH_ARG(AnyModule, custom_encoder) = AnyModule();
  /// What takes the decoder's place, with forward(tgt, memory, tgt_mask, memory_mask,
  /// tgt_key_padding_mask, memory_key_padding_mask).
  HEARTH_ARG(AnyModule, custom_decoder) = AnyModule();
  HEARTH_ARG(double, layer_norm_eps) = 1e-5;
  HEARTH_ARG(bool, batch_first) = false;
  HEARTH_ARG(bool, norm_first) = false;
  HEARTH_ARG(bool, bias) = true;
};

/// An encoder of the source and a decoder of the target that attends to it.
class HEARTH_API TransformerImpl : public Module {
 public:
  TransformerImpl(int64_t d_model, int64_t nhead);
  explicit TransformerImpl(const TransformerOptions& options_ = {});
  HEARTH_BUILTIN_MODULE(TransformerImpl)
  /// Draws all matrices from Xavier's uniform distribution.
  void reset_parameters();
  /// src [source length, batch, d_model] and tgt [target length, batch, d_model] (with batch_first
  /// the batch before the length; or both without batch) to the shape of tgt; masks as in
  /// MultiheadAttention.
  Tensor forward(const Tensor& src, const Tensor& tgt, const Tensor& src_mask = {},
                 const Tensor& tgt_mask = {}, const Tensor& memory_mask = {},
                 const Tensor& src_key_padding_mask = {}, const Tensor& tgt_key_padding_mask = {},
                 const Tensor& memory_key_padding_mask = {});
  /// [sz, sz]: 0 on and below the diagonal and -inf above, so that no position sees a later one.
  static Tensor generate_square_subsequent_mask(int64_t sz);

  TransformerOptions options;
  AnyModule encoder;
  AnyModule decoder;

 protected:
  FORWARD_HAS_DEFAULT_ARGS({2, AnyValue(Tensor())}, {3, AnyValue(Tensor())},
                           {4, AnyValue(Tensor())}, {5, AnyValue(Tensor())},
                           {6, AnyValue(Tensor())}, {7, AnyValue(Tensor())})
};
HEARTH_MODULE(Transformer);

}  // namespace hearth::nn
