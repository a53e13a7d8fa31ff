// SPDX-License-Identifier: Apache-2.0
#include <limits>

#include "hearth/nn.h"
#include "hearth/nn/modules/fold.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/view.h"
#include "hearth/tensor/tensor_literal.h"

#include "core/golden/module.h"
#include "core/golden/options.h"

namespace hearth::golden {
namespace {

using namespace hearth::nn;

template <typename Holder>
Outputs run(Args& a, Holder net) {
  prepare(a, *net);
  if constexpr (requires { net->forward(a[0], a[1]); }) {
    // Inputs with a name are parameters.
    if (a.size() > 1 && a.test_case().inputs[1].name.empty()) return flat(net->forward(a[0], a[1]));
  }
  if constexpr (requires { net->forward(a[0]); }) return flat(net->forward(a[0]));
  return {};
}

/// A module like `sample`, with the case's options.
template <typename Holder>
Outputs run_like(Args& a, Holder sample) {
  if constexpr (requires { sample->options; }) {
    auto options = sample->options;
    set_options(a, options);
    return run(a, Holder(options));
  } else {
    return run(a, sample);
  }
}

/// Two batches, then the buffers.
template <typename Holder>
Outputs run_batch_norm(Args& a) {
  auto options = Holder(1)->options;
  set_options(a, options);
  Holder net(options);
  prepare(a, *net);
  Outputs out = {net->forward(a[0]), net->forward(a[0] * 2)};
  for (const auto& buffer : net->named_buffers())
    if (buffer.value().defined()) out.push_back(buffer.value().clone());
  return out;
}

Tensor bools(std::vector<int64_t> values, IntArrayRef sizes) {
  return tensor(values).view(sizes).to(test_device(), kBool);
}

/// The masks of cases_modules.py, by name.
Tensor mask(const std::string& name) {
  constexpr float kInf = std::numeric_limits<float>::infinity();
  if (name == "causal") return bools({0, 1, 1, 0, 0, 1, 0, 0, 0}, {3, 3});
  if (name == "padding") return bools({0, 0, 1, 0, 0, 0}, {2, 3});
  if (name == "float")
    return tensor(std::vector<float>{0.5f, -1, 0, 0, 0.25f, -kInf, 1, 0, 0}, test_device())
        .view({3, 3});
  return {};
}

Outputs attention(Args& a) {
  MultiheadAttentionOptions options(a.i("embed_dim"), a.i("num_heads"));
  options.bias(a.b("bias")).batch_first(a.b("batch_first"));
  if (a.has("kdim")) options.kdim(a.i("kdim"));
  if (a.has("vdim")) options.vdim(a.i("vdim"));
  MultiheadAttention net(options);
  prepare(a, *net);
  const auto [out, weights] = net->forward(a[0], a[1], a[2], mask(a.s("padding")),
                                           a.b("need_weights"), mask(a.s("mask")), a.b("average"));
  return a.b("need_weights") ? Outputs{out, weights} : Outputs{out};
}

TransformerEncoderLayerOptions layer_options(Args& a) {
  return TransformerEncoderLayerOptions(a.i("d_model"), a.i("nhead"))
      .dim_feedforward(a.i("dim_feedforward"))
      .dropout(a.f("dropout"));
}

TransformerEncoderLayer encoder_layer(Args& a) {
  auto options = layer_options(a).norm_first(a.b("norm_first")).batch_first(a.b("batch_first"));
  if (a.s("activation") == "gelu") {
    options.activation(kGELU);
  } else {
    options.activation(kReLU);
  }
  return TransformerEncoderLayer(options);
}

Outputs masked_encoder_layer(Args& a) {
  TransformerEncoderLayer net = encoder_layer(a);
  prepare(a, *net);
  return {net->forward(a[0], mask("causal"), mask("padding"))};
}

Outputs encoder(Args& a) {
  TransformerEncoderOptions options(TransformerEncoderLayer(layer_options(a).batch_first(true)),
                                    a.i("num_layers"));
  if (a.b("final_norm")) options.norm(AnyModule(LayerNorm(LayerNormOptions({4}))));
  return run(a, TransformerEncoder(options));
}

Outputs lenet(Args& a) {
  return run(a, Sequential(Conv2d(Conv2dOptions(1, 3, 3).padding(1)), ReLU(), MaxPool2d(2),
                           Conv2d(Conv2dOptions(3, 4, 3)), ReLU(), Flatten(), Linear(16, 5),
                           LogSoftmax(1)));
}

Outputs residual(Args& a) {
  const auto conv = [](int64_t in, int64_t out) {
    return Conv2d(Conv2dOptions(in, out, 3).padding(1).bias(false));
  };
  Sequential net(conv(3, 4), BatchNorm2d(4), ReLU(), conv(4, 3), BatchNorm2d(3));
  prepare(a, *net);
  return {relu(net->forward(a[0]) + a[0])};
}

Outputs mlp(Args& a) {
  return run(a, Sequential(Sequential(Linear(4, 8), GELU()), Sequential(Linear(8, 3), Sigmoid())));
}

const Table kTable = [] {
  Table table = {
#define MODULE(Name, arguments, printed) \
  {"nn." #Name, [](Args& a) { return run_like(a, nn::Name arguments); }},
#include "core/nn/modules.def"
#undef MODULE
      {"nn.MultiheadAttention", attention},
      {"nn.TransformerEncoderLayer", [](Args& a) { return run(a, encoder_layer(a)); }},
      {"nn.TransformerEncoderLayer.masked", masked_encoder_layer},
      {"nn.TransformerEncoder", encoder},
      {"net.lenet", lenet},
      {"net.residual", residual},
      {"net.mlp", mlp},
  };
  table["nn.BatchNorm1d"] = run_batch_norm<BatchNorm1d>;
  table["nn.BatchNorm2d"] = run_batch_norm<BatchNorm2d>;
  return table;
}();

HEARTH_GOLDEN_FAMILY(GoldenModules, "modules", kTable);

}  // namespace
}  // namespace hearth::golden
