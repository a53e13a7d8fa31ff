// SPDX-License-Identifier: Apache-2.0
#include <limits>

#include "hearth/nn/modules/adaptive.h"
#include "hearth/nn/modules/embedding.h"
#include "hearth/nn/modules/transformer_decoder.h"
#include "hearth/tensor/tensor_literal.h"

#include "core/golden/module.h"
#include "core/golden/options.h"

namespace hearth::golden {
namespace {

using namespace hearth::nn;

/// The masks of cases_transformer.py.
struct Masks {
  static Tensor floats(std::vector<float> values, IntArrayRef sizes) {
    return tensor(values, test_device()).view(sizes);
  }
  static constexpr float kInf = std::numeric_limits<float>::infinity();
  Tensor causal = floats({0, -kInf, -kInf, 0, 0, -kInf, 0, 0, 0}, {3, 3});
  Tensor source = floats({0.5f, -1, 0, -kInf}, {1, 4}).repeat({4, 1});
  Tensor hidden = floats({0, 0, 1, 0, 0, 0, 0, 1, 1, 0, 0, 0}, {3, 4}).to(kBool);
  Tensor target_padding = floats({0, 0, -1e4f, 0, 0, 0}, {2, 3});
  Tensor source_padding = floats({0, 0, 0, 1, 0, 0, 0, 0}, {2, 4}).to(kBool);
};

TransformerDecoderLayerOptions layer_options(Args& a) {
  TransformerDecoderLayerOptions options(a.i("d_model"), a.i("nhead"));
  options.dim_feedforward(a.i("dim_feedforward")).dropout(a.f("dropout"));
  options.norm_first(a.b("norm_first", false)).batch_first(a.b("batch_first", false));
  options.bias(a.b("bias", true));
  if (a.has("activation") && a.s("activation") == "gelu") options.activation(kGELU);
  return options;
}

template <bool masked>
Outputs decoder_layer(Args& a) {
  TransformerDecoderLayer net(layer_options(a));
  prepare(a, *net);
  const Masks m;
  if (masked)
    return {net->forward(a[0], a[1], m.causal, m.hidden, m.target_padding, m.source_padding)};
  return {net->forward(a[0], a[1])};
}

Outputs decoder(Args& a) {
  TransformerDecoderOptions options(layer_options(a), a.i("num_layers"));
  if (a.b("final_norm")) options.norm(AnyModule(LayerNorm(LayerNormOptions({4}))));
  TransformerDecoder net(options);
  prepare(a, *net);
  return {net->forward(a[0], a[1])};
}

template <bool masked>
Outputs transformer(Args& a) {
  Transformer net(TransformerOptions(a.i("d_model"), a.i("nhead"), a.i("num_encoder_layers"),
                                     a.i("num_decoder_layers"))
                      .dim_feedforward(a.i("dim_feedforward"))
                      .dropout(a.f("dropout"))
                      .norm_first(a.b("norm_first"))
                      .batch_first(a.b("batch_first"))
                      .bias(a.b("bias")));
  prepare(a, *net);
  const Masks m;
  if (masked)
    return {net->forward(a[0], a[1], m.source, m.causal, m.hidden,
                         m.source_padding.to(kFloat) * -1e4, m.target_padding, m.source_padding)};
  return {net->forward(a[0], a[1])};
}

Outputs attention(Args& a) {
  MultiheadAttentionOptions options(a.i("embed_dim"), a.i("num_heads"));
  options.add_bias_kv(a.b("add_bias_kv")).add_zero_attn(a.b("add_zero_attn"));
  options.batch_first(a.b("batch_first"));
  MultiheadAttention net(options);
  prepare(a, *net);
  const Masks m;
  const bool masked = a.b("mask");
  const auto [out, weights] =
      net->forward(a[0], a[1], a[2], masked ? m.source_padding : Tensor(), /*need_weights=*/true,
                   masked ? m.hidden : Tensor(), /*average_attn_weights=*/false);
  return {out, weights};
}

Outputs attention_function(Args& a) {
  const auto options = functional::MultiheadAttentionForwardFuncOptions(6, 2, a[3], a[4], {}, {},
                                                                        false, 0.0, a[5], a[6])
                           .training(false)
                           .static_k(a[7])
                           .static_v(a[8])
                           .use_separate_proj_weight(a[9].defined())
                           .q_proj_weight(a[9])
                           .k_proj_weight(a[10])
                           .v_proj_weight(a[11])
                           .average_attn_weights(a.b("average"));
  const auto [out, weights] = functional::multi_head_attention_forward(a[0], a[1], a[2], options);
  return {out, weights};
}

AdaptiveLogSoftmaxWithLoss adaptive(Args& a) {
  AdaptiveLogSoftmaxWithLossOptions options(1, 2, {1});
  set_options(a, options);
  AdaptiveLogSoftmaxWithLoss net(options);
  prepare(a, *net);
  return net;
}

Outputs adaptive_loss(Args& a) {
  const ASMoutput out = adaptive(a)->forward(a[0], a[1]);
  return {out.output, tensor(out.loss, TensorOptions(kFloat).device(test_device()))};
}

Outputs bag(Args& a) {
  EmbeddingBagOptions options(1, 1);
  set_options(a, options);
  EmbeddingBag net(options);
  prepare(a, *net);
  const bool has_offsets = a.size() > 2;
  return {net->forward(a[0], has_offsets ? a[1] : Tensor())};
}

const Table kTable = {
    {"decoder_layer", decoder_layer<false>},
    {"decoder_layer.masked", decoder_layer<true>},
    {"decoder", decoder},
    {"transformer", transformer<false>},
    {"transformer.masked", transformer<true>},
    {"attention", attention},
    {"attention_function", attention_function},
    {"adaptive", adaptive_loss},
    {"adaptive.log_prob", [](Args& a) -> Outputs { return {adaptive(a)->log_prob(a[0])}; }},
    {"adaptive.predict", [](Args& a) -> Outputs { return {adaptive(a)->predict(a[0])}; }},
    {"embedding_bag", bag},
};

HEARTH_GOLDEN_FAMILY(GoldenTransformer, "transformer", kTable);

}  // namespace
}  // namespace hearth::golden
