// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <variant>

#include "hearth/base/arg.h"
#include "hearth/base/callable.h"
#include "hearth/nn/any_module.h"
#include "hearth/nn/enum.h"
#include "hearth/nn/modules/attention.h"
#include "hearth/nn/modules/containers.h"
#include "hearth/nn/modules/dropout.h"
#include "hearth/nn/modules/normalization.h"

namespace hearth::nn {

/// kReLU, kGELU or any function of a tensor.
using activation_t =
    std::variant<enumtype::kReLU, enumtype::kGELU, Callable<Tensor(const Tensor&)>>;

/// Options of TransformerEncoderLayer.
struct TransformerEncoderLayerOptions {
  TransformerEncoderLayerOptions(int64_t d_model, int64_t nhead)
      : d_model_(d_model), nhead_(nhead) {}
  HEARTH_ARG(int64_t, d_model);
  HEARTH_ARG(int64_t, nhead);
  HEARTH_ARG(int64_t, dim_feedforward) = 2048;
  HEARTH_ARG(double, dropout) = 0.1;
  HEARTH_ARG(activation_t, activation) = kReLU;
  HEARTH_ARG(double, layer_norm_eps) = 1e-5;
  /// Whether inputs are [batch, length, d_model] instead of [length, batch, d_model].
  HEARTH_ARG(bool, batch_first) = false;
  /// Whether norms come before attention and feed-forward instead of after the residuals.
  HEARTH_ARG(bool, norm_first) = false;
  HEARTH_ARG(bool, bias) = true;
};

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
