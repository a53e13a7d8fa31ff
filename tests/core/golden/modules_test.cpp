// SPDX-License-Identifier: Apache-2.0
#include <limits>

#include "hearth/nn.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/view.h"
#include "hearth/tensor/tensor_literal.h"

#include "core/golden/runner.h"

namespace hearth::golden {
namespace {

using namespace hearth::nn;

/// Gives the module the case's parameters, which are its named inputs, and puts
/// the module's own tensors in their place so that the gradients are taken of
/// those.
void prepare(Args& a, Module& net) {
  auto parameters = net.named_parameters();
  size_t named = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    const std::string& name = a.test_case().inputs[i].name;
    if (name.empty()) continue;
    ++named;
    const Tensor* p = parameters.find(name);
    HEARTH_CHECK(p, "[golden] ", a.test_case().op, " has no parameter ", name);
    HEARTH_CHECK(p->sizes() == a[i].sizes(), "[golden] parameter ", name, " has shape ", p->sizes(),
                 ", PyTorch's has ", a[i].sizes());
    p->set_data(a[i].detach());
    a[i] = *p;
  }
  HEARTH_CHECK(named == parameters.size(), "[golden] ", a.test_case().op, " has ",
               parameters.size(), " parameters, PyTorch's has ", named);
  net.train(a.b("training", true));
}

template <typename Holder>
Outputs run(Args& a, Holder net) {
  prepare(a, *net);
  return {net->forward(a[0])};
}

template <typename Holder>
Outputs run_loss(Args& a, Holder net) {
  prepare(a, *net);
  return {net->forward(a[0], a[1])};
}

/// Two batches, then the buffers.
template <typename Holder, typename Options>
Outputs run_batch_norm(Args& a) {
  Holder net(Options(a.i("num_features"))
                 .eps(a.f("eps"))
                 .momentum(a.maybe_f("momentum"))
                 .affine(a.b("affine"))
                 .track_running_stats(a.b("track_running_stats")));
  prepare(a, *net);
  Outputs out = {net->forward(a[0]), net->forward(a[0] * 2)};
  for (const auto& buffer : net->named_buffers())
    if (buffer.value().defined()) out.push_back(buffer.value().clone());
  return out;
}

template <typename Options>
Options with_padding_mode(Args& a, Options options) {
  if (a.s("padding_mode") == "reflect") return options.padding_mode(kReflect);
  if (a.s("padding_mode") == "replicate") return options.padding_mode(kReplicate);
  if (a.s("padding_mode") == "circular") return options.padding_mode(kCircular);
  return options;
}

Outputs conv1d(Args& a) {
  return run(a, Conv1d(Conv1dOptions(a.i("in_channels"), a.i("out_channels"), a.i("kernel_size"))
                           .stride(a.i("stride"))
                           .padding(a.i("padding"))
                           .dilation(a.i("dilation"))
                           .groups(a.i("groups"))
                           .bias(a.b("bias"))));
}

bool is_same(Args& a) {
  const auto& attributes = a.test_case().attributes;
  return std::holds_alternative<std::string>(attributes.find("padding")->second);
}

Outputs conv2d(Args& a) {
  auto options = with_padding_mode(
      a, Conv2dOptions(a.i("in_channels"), a.i("out_channels"), a.ints("kernel_size"))
             .stride(a.ints("stride"))
             .dilation(a.ints("dilation"))
             .groups(a.i("groups"))
             .bias(a.b("bias")));
  if (is_same(a)) {
    options.padding(kSame);
  } else {
    options.padding(a.ints("padding"));
  }
  return run(a, Conv2d(options));
}

Outputs conv_transpose2d(Args& a) {
  return run(a, ConvTranspose2d(ConvTranspose2dOptions(a.i("in_channels"), a.i("out_channels"),
                                                       a.ints("kernel_size"))
                                    .stride(a.ints("stride"))
                                    .padding(a.ints("padding"))
                                    .output_padding(a.ints("output_padding"))
                                    .dilation(a.ints("dilation"))
                                    .groups(a.i("groups"))
                                    .bias(a.b("bias"))));
}

template <typename Options>
Options reduced(Args& a, Options options = {}) {
  if (a.s("reduction") == "none") return options.reduction(kNone);
  if (a.s("reduction") == "sum") return options.reduction(kSum);
  return options.reduction(kMean);
}

Tensor bools(std::vector<int64_t> values, IntArrayRef sizes) {
  return tensor(values).view(sizes).to(kBool);
}

/// The masks of cases_modules.py, by name.
Tensor mask(const std::string& name) {
  constexpr float kInf = std::numeric_limits<float>::infinity();
  if (name == "causal") return bools({0, 1, 1, 0, 0, 1, 0, 0, 0}, {3, 3});
  if (name == "padding") return bools({0, 0, 1, 0, 0, 0}, {2, 3});
  if (name == "float")
    return tensor(std::vector<float>{0.5f, -1, 0, 0, 0.25f, -kInf, 1, 0, 0}).view({3, 3});
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

#define PLAIN(Name)                                     \
  {                                                     \
    "nn." #Name, [](Args& a) { return run(a, Name()); } \
  }
#define LOSS(Name)                                                                    \
  {                                                                                   \
    "nn." #Name, [](Args& a) { return run_loss(a, Name(reduced<Name##Options>(a))); } \
  }

const Table kTable = {
    PLAIN(ReLU),
    PLAIN(ReLU6),
    PLAIN(SELU),
    PLAIN(SiLU),
    PLAIN(Sigmoid),
    PLAIN(Tanh),
    PLAIN(Hardswish),
    PLAIN(Hardsigmoid),
    PLAIN(Mish),
    PLAIN(LogSigmoid),
    PLAIN(Softsign),
    PLAIN(Identity),
    PLAIN(Flatten),
    LOSS(MSELoss),
    LOSS(L1Loss),
    LOSS(BCELoss),
    LOSS(BCEWithLogitsLoss),
    {"nn.SmoothL1Loss",
     [](Args& a) {
       return run_loss(a, SmoothL1Loss(reduced(a, SmoothL1LossOptions().beta(a.f("beta")))));
     }},
    {"nn.HuberLoss",
     [](Args& a) {
       return run_loss(a, HuberLoss(reduced(a, HuberLossOptions().delta(a.f("delta")))));
     }},
    {"nn.NLLLoss",
     [](Args& a) {
       return run_loss(a, NLLLoss(reduced(a, NLLLossOptions().ignore_index(a.i("ignore_index")))));
     }},
    {"nn.CrossEntropyLoss",
     [](Args& a) {
       return run_loss(a,
                       CrossEntropyLoss(reduced(a, CrossEntropyLossOptions()
                                                       .ignore_index(a.i("ignore_index"))
                                                       .label_smoothing(a.f("label_smoothing")))));
     }},
    {"nn.LeakyReLU",
     [](Args& a) {
       return run(a, LeakyReLU(LeakyReLUOptions().negative_slope(a.f("negative_slope"))));
     }},
    {"nn.ELU", [](Args& a) { return run(a, ELU(ELUOptions().alpha(a.f("alpha")))); }},
    {"nn.CELU", [](Args& a) { return run(a, CELU(CELUOptions().alpha(a.f("alpha")))); }},
    {"nn.GELU",
     [](Args& a) { return run(a, GELU(GELUOptions().approximate(a.s("approximate")))); }},
    {"nn.Hardtanh",
     [](Args& a) {
       return run(a, Hardtanh(HardtanhOptions().min_val(a.f("min_val")).max_val(a.f("max_val"))));
     }},
    {"nn.Softplus",
     [](Args& a) {
       return run(a, Softplus(SoftplusOptions().beta(a.f("beta")).threshold(a.f("threshold"))));
     }},
    {"nn.Softmax", [](Args& a) { return run(a, Softmax(a.i("dim"))); }},
    {"nn.LogSoftmax", [](Args& a) { return run(a, LogSoftmax(a.i("dim"))); }},
    {"nn.Linear",
     [](Args& a) {
       return run(a,
                  Linear(LinearOptions(a.i("in_features"), a.i("out_features")).bias(a.b("bias"))));
     }},
    {"nn.Embedding",
     [](Args& a) {
       EmbeddingOptions options(a.i("num_embeddings"), a.i("embedding_dim"));
       if (a.has("padding_idx")) options.padding_idx(a.i("padding_idx"));
       return run(a, Embedding(options));
     }},
    {"nn.Conv1d", conv1d},
    {"nn.Conv2d", conv2d},
    {"nn.ConvTranspose2d", conv_transpose2d},
    {"nn.BatchNorm1d", run_batch_norm<BatchNorm1d, BatchNorm1dOptions>},
    {"nn.BatchNorm2d", run_batch_norm<BatchNorm2d, BatchNorm2dOptions>},
    {"nn.LayerNorm",
     [](Args& a) {
       return run(a, LayerNorm(LayerNormOptions(a.ints("normalized_shape"))
                                   .eps(a.f("eps"))
                                   .elementwise_affine(a.b("elementwise_affine"))));
     }},
    {"nn.GroupNorm",
     [](Args& a) {
       return run(a, GroupNorm(GroupNormOptions(a.i("num_groups"), a.i("num_channels"))
                                   .eps(a.f("eps"))
                                   .affine(a.b("affine"))));
     }},
    {"nn.RMSNorm",
     [](Args& a) {
       return run(a, RMSNorm(RMSNormOptions(a.ints("normalized_shape"))
                                 .eps(a.f("eps"))
                                 .elementwise_affine(a.b("elementwise_affine"))));
     }},
    {"nn.MaxPool2d",
     [](Args& a) {
       return run(a, MaxPool2d(MaxPool2dOptions(a.ints("kernel_size"))
                                   .stride(a.ints("stride"))
                                   .padding(a.ints("padding"))
                                   .dilation(a.ints("dilation"))
                                   .ceil_mode(a.b("ceil_mode"))));
     }},
    {"nn.AvgPool2d",
     [](Args& a) {
       return run(a, AvgPool2d(AvgPool2dOptions(a.ints("kernel_size"))
                                   .stride(a.ints("stride"))
                                   .padding(a.ints("padding"))
                                   .ceil_mode(a.b("ceil_mode"))
                                   .count_include_pad(a.b("count_include_pad"))));
     }},
    {"nn.AdaptiveAvgPool2d",
     [](Args& a) {
       return run(a, AdaptiveAvgPool2d(AdaptiveAvgPool2dOptions(a.ints("output_size"))));
     }},
    {"nn.AdaptiveMaxPool2d",
     [](Args& a) {
       return run(a, AdaptiveMaxPool2d(AdaptiveMaxPool2dOptions(a.ints("output_size"))));
     }},
    {"nn.Upsample",
     [](Args& a) {
       return run(a, Upsample(UpsampleOptions()
                                  .size(a.ints("size"))
                                  .mode(kBilinear)
                                  .align_corners(a.maybe_b("align_corners"))));
     }},
    {"nn.Dropout", [](Args& a) { return run(a, Dropout(DropoutOptions(a.f("p")))); }},
    {"nn.MultiheadAttention", attention},
    {"nn.TransformerEncoderLayer", [](Args& a) { return run(a, encoder_layer(a)); }},
    {"nn.TransformerEncoderLayer.masked", masked_encoder_layer},
    {"nn.TransformerEncoder", encoder},
    {"net.lenet", lenet},
    {"net.residual", residual},
    {"net.mlp", mlp},
};

HEARTH_GOLDEN_FAMILY(GoldenModules, "modules", kTable);

}  // namespace
}  // namespace hearth::golden
