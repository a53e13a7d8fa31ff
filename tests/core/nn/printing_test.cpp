// SPDX-License-Identifier: Apache-2.0
// What modules print is, letter by letter, what LibTorch 2.x prints.
#include <sstream>

#include <gtest/gtest.h>

#include "hearth/nn.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"

namespace hearth {
namespace {

using namespace nn;

template <typename M>
std::string text(const ModuleHolder<M>& module) {
  std::ostringstream out;
  out << module;
  return out.str();
}

TEST(NnPrinting, EveryModuleAsLibTorch) {
  EXPECT_EQ(text(Identity()), "torch::nn::Identity()");
  EXPECT_EQ(text(Linear(3, 4)), "torch::nn::Linear(in_features=3, out_features=4, bias=true)");
  EXPECT_EQ(text(Linear(LinearOptions(3, 4).bias(false))),
            "torch::nn::Linear(in_features=3, out_features=4, bias=false)");
  EXPECT_EQ(text(Bilinear(2, 3, 4)),
            "torch::nn::Bilinear(in1_features=2, in2_features=3, out_features=4, bias=true)");
  EXPECT_EQ(text(Bilinear(BilinearOptions(2, 3, 4).bias(false))),
            "torch::nn::Bilinear(in1_features=2, in2_features=3, out_features=4, bias=false)");
  EXPECT_EQ(text(Flatten()), "torch::nn::Flatten(start_dim=1, end_dim=-1)");
  EXPECT_EQ(text(Flatten(FlattenOptions().start_dim(2).end_dim(4))),
            "torch::nn::Flatten(start_dim=2, end_dim=4)");
  EXPECT_EQ(text(Unflatten(UnflattenOptions(0, {2, 2}))),
            "torch::nn::Unflatten(dim=0, unflattened_size={2, 2})");
  EXPECT_EQ(text(Conv1d(Conv1dOptions(3, 4, 5))),
            "torch::nn::Conv1d(3, 4, kernel_size=5, stride=1)");
  EXPECT_EQ(text(Conv1d(Conv1dOptions(4, 4, 3)
                            .stride(2)
                            .padding(1)
                            .dilation(2)
                            .groups(2)
                            .bias(false)
                            .padding_mode(kCircular))),
            "torch::nn::Conv1d(4, 4, kernel_size=3, stride=2, padding=1, dilation=2, groups=2, "
            "bias=false, padding_mode=kCircular)");
  EXPECT_EQ(text(Conv2d(3, 4, 5)), "torch::nn::Conv2d(3, 4, kernel_size=[5, 5], stride=[1, 1])");
  EXPECT_EQ(text(Conv2d(Conv2dOptions(3, 4, {5, 6}).stride({1, 2}))),
            "torch::nn::Conv2d(3, 4, kernel_size=[5, 6], stride=[1, 2])");
  EXPECT_EQ(text(Conv2d(Conv2dOptions(4, 4, 3)
                            .stride(2)
                            .padding({1, 2})
                            .dilation(2)
                            .groups(2)
                            .bias(false)
                            .padding_mode(kReflect))),
            "torch::nn::Conv2d(4, 4, kernel_size=[3, 3], stride=[2, 2], padding=[1, 2], "
            "dilation=[2, 2], groups=2, bias=false, padding_mode=kReflect)");
  EXPECT_EQ(text(Conv2d(Conv2dOptions(3, 4, 3).padding(kSame))),
            "torch::nn::Conv2d(3, 4, kernel_size=[3, 3], stride=[1, 1], padding='same')");
  EXPECT_EQ(text(Conv2d(Conv2dOptions(3, 4, 3).padding(kValid))),
            "torch::nn::Conv2d(3, 4, kernel_size=[3, 3], stride=[1, 1], padding='valid')");
  EXPECT_EQ(text(ConvTranspose1d(ConvTranspose1dOptions(3, 4, 5))),
            "torch::nn::ConvTranspose1d(3, 4, kernel_size=5, stride=1)");
  EXPECT_EQ(text(ConvTranspose2d(ConvTranspose2dOptions(3, 4, {5, 6}).stride({1, 2}))),
            "torch::nn::ConvTranspose2d(3, 4, kernel_size=[5, 6], stride=[1, 2])");
  EXPECT_EQ(text(ConvTranspose2d(ConvTranspose2dOptions(4, 4, 3)
                                     .stride(2)
                                     .padding(1)
                                     .output_padding(1)
                                     .groups(2)
                                     .bias(false)
                                     .dilation(2))),
            "torch::nn::ConvTranspose2d(4, 4, kernel_size=[3, 3], stride=[2, 2], padding=[1, 1], "
            "dilation=[2, 2], output_padding=[1, 1], groups=2, bias=false)");
  EXPECT_EQ(
      text(BatchNorm1d(
          BatchNorm1dOptions(4).eps(0.5).momentum(0.1).affine(false).track_running_stats(true))),
      "torch::nn::BatchNorm1d(4, eps=0.5, momentum=0.1, affine=false, track_running_stats=true)");
  EXPECT_EQ(
      text(BatchNorm2d(4)),
      "torch::nn::BatchNorm2d(4, eps=1e-05, momentum=0.1, affine=true, track_running_stats=true)");
  EXPECT_EQ(
      text(BatchNorm2d(BatchNorm2dOptions(4).momentum(std::nullopt))),
      "torch::nn::BatchNorm2d(4, eps=1e-05, momentum=None, affine=true, track_running_stats=true)");
  EXPECT_EQ(
      text(InstanceNorm1d(
          InstanceNorm1dOptions(4).eps(0.5).momentum(0.1).affine(false).track_running_stats(true))),
      "torch::nn::InstanceNorm1d(4, eps=0.5, momentum=0.1, affine=false, "
      "track_running_stats=true)");
  EXPECT_EQ(text(InstanceNorm2d(4)),
            "torch::nn::InstanceNorm2d(4, eps=1e-05, momentum=0.1, affine=false, "
            "track_running_stats=false)");
  EXPECT_EQ(text(LayerNorm(LayerNormOptions({2, 2}))),
            "torch::nn::LayerNorm([2, 2], eps=1e-05, elementwise_affine=true)");
  EXPECT_EQ(text(LayerNorm(LayerNormOptions({4}).elementwise_affine(false).eps(2e-5))),
            "torch::nn::LayerNorm([4], eps=2e-05, elementwise_affine=false)");
  EXPECT_EQ(text(GroupNorm(GroupNormOptions(2, 4).eps(2e-5).affine(false))),
            "torch::nn::GroupNorm(2, 4, eps=2e-05, affine=false)");
  EXPECT_EQ(text(Embedding(EmbeddingOptions(10, 2))),
            "torch::nn::Embedding(num_embeddings=10, embedding_dim=2)");
  EXPECT_EQ(text(Embedding(EmbeddingOptions(10, 2)
                               .padding_idx(3)
                               .max_norm(2)
                               .norm_type(2.5)
                               .scale_grad_by_freq(true)
                               .sparse(true))),
            "torch::nn::Embedding(num_embeddings=10, embedding_dim=2, padding_idx=3, max_norm=2, "
            "norm_type=2.5, scale_grad_by_freq=true, sparse=true)");
  EXPECT_EQ(text(Dropout(0.5)), "torch::nn::Dropout(p=0.5, inplace=false)");
  EXPECT_EQ(text(Dropout(DropoutOptions(0.42).inplace(true))),
            "torch::nn::Dropout(p=0.42, inplace=true)");
  EXPECT_EQ(text(Dropout2d(0.5)), "torch::nn::Dropout2d(p=0.5, inplace=false)");
  EXPECT_EQ(text(ELU()), "torch::nn::ELU(alpha=1)");
  EXPECT_EQ(text(ELU(ELUOptions().alpha(42.42).inplace(true))),
            "torch::nn::ELU(alpha=42.42, inplace=true)");
  EXPECT_EQ(text(SELU()), "torch::nn::SELU()");
  EXPECT_EQ(text(SELU(SELUOptions().inplace(true))), "torch::nn::SELU(inplace=true)");
  EXPECT_EQ(text(Hardshrink(42.42)), "torch::nn::Hardshrink(42.42)");
  EXPECT_EQ(text(Hardtanh()), "torch::nn::Hardtanh(min_val=-1, max_val=1)");
  EXPECT_EQ(text(Hardtanh(HardtanhOptions().min_val(-42.42).max_val(0.42).inplace(true))),
            "torch::nn::Hardtanh(min_val=-42.42, max_val=0.42, inplace=true)");
  EXPECT_EQ(text(LeakyReLU()), "torch::nn::LeakyReLU(negative_slope=0.01)");
  EXPECT_EQ(text(LeakyReLU(LeakyReLUOptions().negative_slope(0.42).inplace(true))),
            "torch::nn::LeakyReLU(negative_slope=0.42, inplace=true)");
  EXPECT_EQ(text(LogSigmoid()), "torch::nn::LogSigmoid()");
  EXPECT_EQ(text(Softmax(1)), "torch::nn::Softmax(dim=1)");
  EXPECT_EQ(text(Softmin(1)), "torch::nn::Softmin(dim=1)");
  EXPECT_EQ(text(LogSoftmax(1)), "torch::nn::LogSoftmax(dim=1)");
  EXPECT_EQ(text(Softmax2d()), "torch::nn::Softmax2d()");
  EXPECT_EQ(text(PReLU()), "torch::nn::PReLU(num_parameters=1)");
  EXPECT_EQ(text(PReLU(PReLUOptions().num_parameters(42))), "torch::nn::PReLU(num_parameters=42)");
  EXPECT_EQ(text(ReLU()), "torch::nn::ReLU()");
  EXPECT_EQ(text(ReLU(ReLUOptions().inplace(true))), "torch::nn::ReLU(inplace=true)");
  EXPECT_EQ(text(ReLU(true)), "torch::nn::ReLU(inplace=true)");
  EXPECT_EQ(text(ReLU6()), "torch::nn::ReLU6()");
  EXPECT_EQ(text(ReLU6(true)), "torch::nn::ReLU6(inplace=true)");
  EXPECT_EQ(text(CELU()), "torch::nn::CELU(alpha=1)");
  EXPECT_EQ(text(CELU(CELUOptions().alpha(42.42).inplace(true))),
            "torch::nn::CELU(alpha=42.42, inplace=true)");
  EXPECT_EQ(text(GLU()), "torch::nn::GLU(dim=-1)");
  EXPECT_EQ(text(GLU(1)), "torch::nn::GLU(dim=1)");
  EXPECT_EQ(text(GELU()), "torch::nn::GELU()");
  EXPECT_EQ(text(GELU(GELUOptions().approximate("tanh"))), "torch::nn::GELU()");
  EXPECT_EQ(text(SiLU()), "torch::nn::SiLU()");
  EXPECT_EQ(text(Mish()), "torch::nn::Mish()");
  EXPECT_EQ(text(Sigmoid()), "torch::nn::Sigmoid()");
  EXPECT_EQ(text(Softplus()), "torch::nn::Softplus(beta=1, threshold=20)");
  EXPECT_EQ(text(Softplus(SoftplusOptions().beta(0.24).threshold(42.42))),
            "torch::nn::Softplus(beta=0.24, threshold=42.42)");
  EXPECT_EQ(text(Softshrink()), "torch::nn::Softshrink(0.5)");
  EXPECT_EQ(text(Softshrink(SoftshrinkOptions(42.42))), "torch::nn::Softshrink(42.42)");
  EXPECT_EQ(text(Softsign()), "torch::nn::Softsign()");
  EXPECT_EQ(text(Tanh()), "torch::nn::Tanh()");
  EXPECT_EQ(text(Tanhshrink()), "torch::nn::Tanhshrink()");
  EXPECT_EQ(text(Threshold(24.24, 42.42)), "torch::nn::Threshold(threshold=24.24, value=42.42)");
  EXPECT_EQ(text(Threshold(ThresholdOptions(42.42, 24.24).inplace(true))),
            "torch::nn::Threshold(threshold=42.42, value=24.24, inplace=true)");
  EXPECT_EQ(
      text(MaxPool1d(5)),
      "torch::nn::MaxPool1d(kernel_size=5, stride=5, padding=0, dilation=1, ceil_mode=false)");
  EXPECT_EQ(text(MaxPool2d(5)),
            "torch::nn::MaxPool2d(kernel_size=[5, 5], stride=[5, 5], padding=[0, 0], dilation=[1, "
            "1], ceil_mode=false)");
  EXPECT_EQ(text(MaxPool2d(MaxPool2dOptions(5).stride(2))),
            "torch::nn::MaxPool2d(kernel_size=[5, 5], stride=[2, 2], padding=[0, 0], dilation=[1, "
            "1], ceil_mode=false)");
  EXPECT_EQ(text(MaxPool2d(
                MaxPool2dOptions({5, 6}).stride({1, 2}).padding(1).dilation(2).ceil_mode(true))),
            "torch::nn::MaxPool2d(kernel_size=[5, 6], stride=[1, 2], padding=[1, 1], dilation=[2, "
            "2], ceil_mode=true)");
  EXPECT_EQ(text(AvgPool1d(5)), "torch::nn::AvgPool1d(kernel_size=5, stride=5, padding=0)");
  EXPECT_EQ(text(AvgPool2d(5)),
            "torch::nn::AvgPool2d(kernel_size=[5, 5], stride=[5, 5], padding=[0, 0])");
  EXPECT_EQ(text(AvgPool2d(AvgPool2dOptions({5, 6}).stride({1, 2}))),
            "torch::nn::AvgPool2d(kernel_size=[5, 6], stride=[1, 2], padding=[0, 0])");
  EXPECT_EQ(text(AdaptiveMaxPool1d(5)), "torch::nn::AdaptiveMaxPool1d(output_size=5)");
  EXPECT_EQ(text(AdaptiveMaxPool2d(5)), "torch::nn::AdaptiveMaxPool2d(output_size=[5, 5])");
  EXPECT_EQ(text(AdaptiveMaxPool2d(AdaptiveMaxPool2dOptions({5, 6}))),
            "torch::nn::AdaptiveMaxPool2d(output_size=[5, 6])");
  EXPECT_EQ(text(AdaptiveMaxPool2d(AdaptiveMaxPool2dOptions({std::nullopt, 6}))),
            "torch::nn::AdaptiveMaxPool2d(output_size=[None, 6])");
  EXPECT_EQ(text(AdaptiveAvgPool1d(5)), "torch::nn::AdaptiveAvgPool1d(output_size=5)");
  EXPECT_EQ(text(AdaptiveAvgPool2d(5)), "torch::nn::AdaptiveAvgPool2d(output_size=[5, 5])");
  EXPECT_EQ(text(AdaptiveAvgPool2d(AdaptiveAvgPool2dOptions({5, 6}))),
            "torch::nn::AdaptiveAvgPool2d(output_size=[5, 6])");
  EXPECT_EQ(text(AdaptiveAvgPool2d(AdaptiveAvgPool2dOptions({std::nullopt, 6}))),
            "torch::nn::AdaptiveAvgPool2d(output_size=[None, 6])");
  EXPECT_EQ(
      text(Upsample(UpsampleOptions().scale_factor(std::vector<double>({2.0})).mode(kNearest))),
      "torch::nn::Upsample(scale_factor=[2], mode=kNearest)");
  EXPECT_EQ(text(Upsample(UpsampleOptions()
                              .size(std::vector<int64_t>({2, 3}))
                              .mode(kBilinear)
                              .align_corners(true))),
            "torch::nn::Upsample(size=[2, 3], mode=kBilinear)");
  EXPECT_EQ(text(PixelShuffle(5)), "torch::nn::PixelShuffle(upscale_factor=5)");
  EXPECT_EQ(text(PixelUnshuffle(5)), "torch::nn::PixelUnshuffle(downscale_factor=5)");
  EXPECT_EQ(text(ZeroPad2d(1)), "torch::nn::ZeroPad2d(padding=[1, 1, 1, 1])");
  EXPECT_EQ(text(ZeroPad2d(ZeroPad2dOptions({3, 3, 2, 1}))),
            "torch::nn::ZeroPad2d(padding=[3, 3, 2, 1])");
  EXPECT_EQ(text(ConstantPad1d(1, 3.5)), "torch::nn::ConstantPad1d(padding=[1, 1], value=3.5)");
  EXPECT_EQ(text(ConstantPad2d(1, 3.5)),
            "torch::nn::ConstantPad2d(padding=[1, 1, 1, 1], value=3.5)");
  EXPECT_EQ(text(ReflectionPad1d(2)), "torch::nn::ReflectionPad1d(padding=[2, 2])");
  EXPECT_EQ(text(ReflectionPad2d(2)), "torch::nn::ReflectionPad2d(padding=[2, 2, 2, 2])");
  EXPECT_EQ(text(ReplicationPad1d(2)), "torch::nn::ReplicationPad1d(padding=[2, 2])");
  EXPECT_EQ(text(ReplicationPad2d(ReplicationPad2dOptions({1, 2, 3, 4}))),
            "torch::nn::ReplicationPad2d(padding=[1, 2, 3, 4])");
  EXPECT_EQ(text(L1Loss()), "torch::nn::L1Loss()");
  EXPECT_EQ(text(KLDivLoss()), "torch::nn::KLDivLoss()");
  EXPECT_EQ(text(MSELoss()), "torch::nn::MSELoss()");
  EXPECT_EQ(text(BCELoss()), "torch::nn::BCELoss()");
  EXPECT_EQ(text(SmoothL1Loss()), "torch::nn::SmoothL1Loss");
  EXPECT_EQ(text(SmoothL1Loss(SmoothL1LossOptions().beta(0.5))), "torch::nn::SmoothL1Loss");
  EXPECT_EQ(text(HuberLoss()), "torch::nn::HuberLoss");
  EXPECT_EQ(text(HuberLoss(HuberLossOptions().delta(0.5))), "torch::nn::HuberLoss");
  EXPECT_EQ(text(NLLLoss()), "torch::nn::NLLLoss()");
  EXPECT_EQ(text(CrossEntropyLoss()), "torch::nn::CrossEntropyLoss()");
  EXPECT_EQ(text(BCEWithLogitsLoss()), "torch::nn::BCEWithLogitsLoss()");
  EXPECT_EQ(text(MultiheadAttention(20, 10)),
            "torch::nn::MultiheadAttention(\n"
            "  (out_proj): torch::nn::Linear(in_features=20, out_features=20, bias=true)\n"
            ")");
  EXPECT_EQ(text(MultiheadAttention(MultiheadAttentionOptions(20, 10).bias(false))),
            "torch::nn::MultiheadAttention(\n"
            "  (out_proj): torch::nn::Linear(in_features=20, out_features=20, bias=false)\n"
            ")");
  EXPECT_EQ(text(TransformerEncoderLayer(4, 2)),
            "torch::nn::TransformerEncoderLayerImpl(\n"
            "  (self_attn): torch::nn::MultiheadAttention(\n"
            "    (out_proj): torch::nn::Linear(in_features=4, out_features=4, bias=true)\n"
            "  )\n"
            "  (linear1): torch::nn::Linear(in_features=4, out_features=2048, bias=true)\n"
            "  (dropout): torch::nn::Dropout(p=0.1, inplace=false)\n"
            "  (linear2): torch::nn::Linear(in_features=2048, out_features=4, bias=true)\n"
            "  (norm1): torch::nn::LayerNorm([4], eps=1e-05, elementwise_affine=true)\n"
            "  (norm2): torch::nn::LayerNorm([4], eps=1e-05, elementwise_affine=true)\n"
            "  (dropout1): torch::nn::Dropout(p=0.1, inplace=false)\n"
            "  (dropout2): torch::nn::Dropout(p=0.1, inplace=false)\n"
            ")");
  EXPECT_EQ(
      text(TransformerEncoder(TransformerEncoderOptions(TransformerEncoderLayerOptions(4, 2), 2))),
      "torch::nn::TransformerEncoderImpl(\n"
      "  (layers): torch::nn::ModuleList(\n"
      "    (0): torch::nn::TransformerEncoderLayerImpl(\n"
      "      (self_attn): torch::nn::MultiheadAttention(\n"
      "        (out_proj): torch::nn::Linear(in_features=4, out_features=4, bias=true)\n"
      "      )\n"
      "      (linear1): torch::nn::Linear(in_features=4, out_features=2048, bias=true)\n"
      "      (dropout): torch::nn::Dropout(p=0.1, inplace=false)\n"
      "      (linear2): torch::nn::Linear(in_features=2048, out_features=4, bias=true)\n"
      "      (norm1): torch::nn::LayerNorm([4], eps=1e-05, elementwise_affine=true)\n"
      "      (norm2): torch::nn::LayerNorm([4], eps=1e-05, elementwise_affine=true)\n"
      "      (dropout1): torch::nn::Dropout(p=0.1, inplace=false)\n"
      "      (dropout2): torch::nn::Dropout(p=0.1, inplace=false)\n"
      "    )\n"
      "    (1): torch::nn::TransformerEncoderLayerImpl(\n"
      "      (self_attn): torch::nn::MultiheadAttention(\n"
      "        (out_proj): torch::nn::Linear(in_features=4, out_features=4, bias=true)\n"
      "      )\n"
      "      (linear1): torch::nn::Linear(in_features=4, out_features=2048, bias=true)\n"
      "      (dropout): torch::nn::Dropout(p=0.1, inplace=false)\n"
      "      (linear2): torch::nn::Linear(in_features=2048, out_features=4, bias=true)\n"
      "      (norm1): torch::nn::LayerNorm([4], eps=1e-05, elementwise_affine=true)\n"
      "      (norm2): torch::nn::LayerNorm([4], eps=1e-05, elementwise_affine=true)\n"
      "      (dropout1): torch::nn::Dropout(p=0.1, inplace=false)\n"
      "      (dropout2): torch::nn::Dropout(p=0.1, inplace=false)\n"
      "    )\n"
      "  )\n"
      ")");
  EXPECT_EQ(
      text(TransformerEncoder(TransformerEncoderOptions(TransformerEncoderLayerOptions(4, 2), 2)
                                  .norm(AnyModule(LayerNorm(LayerNormOptions({4})))))),
      "torch::nn::TransformerEncoderImpl(\n"
      "  (layers): torch::nn::ModuleList(\n"
      "    (0): torch::nn::TransformerEncoderLayerImpl(\n"
      "      (self_attn): torch::nn::MultiheadAttention(\n"
      "        (out_proj): torch::nn::Linear(in_features=4, out_features=4, bias=true)\n"
      "      )\n"
      "      (linear1): torch::nn::Linear(in_features=4, out_features=2048, bias=true)\n"
      "      (dropout): torch::nn::Dropout(p=0.1, inplace=false)\n"
      "      (linear2): torch::nn::Linear(in_features=2048, out_features=4, bias=true)\n"
      "      (norm1): torch::nn::LayerNorm([4], eps=1e-05, elementwise_affine=true)\n"
      "      (norm2): torch::nn::LayerNorm([4], eps=1e-05, elementwise_affine=true)\n"
      "      (dropout1): torch::nn::Dropout(p=0.1, inplace=false)\n"
      "      (dropout2): torch::nn::Dropout(p=0.1, inplace=false)\n"
      "    )\n"
      "    (1): torch::nn::TransformerEncoderLayerImpl(\n"
      "      (self_attn): torch::nn::MultiheadAttention(\n"
      "        (out_proj): torch::nn::Linear(in_features=4, out_features=4, bias=true)\n"
      "      )\n"
      "      (linear1): torch::nn::Linear(in_features=4, out_features=2048, bias=true)\n"
      "      (dropout): torch::nn::Dropout(p=0.1, inplace=false)\n"
      "      (linear2): torch::nn::Linear(in_features=2048, out_features=4, bias=true)\n"
      "      (norm1): torch::nn::LayerNorm([4], eps=1e-05, elementwise_affine=true)\n"
      "      (norm2): torch::nn::LayerNorm([4], eps=1e-05, elementwise_affine=true)\n"
      "      (dropout1): torch::nn::Dropout(p=0.1, inplace=false)\n"
      "      (dropout2): torch::nn::Dropout(p=0.1, inplace=false)\n"
      "    )\n"
      "  )\n"
      "  (norm): torch::nn::LayerNorm([4], eps=1e-05, elementwise_affine=true)\n"
      ")");
  EXPECT_EQ(text(Sequential({{"linear", Linear(10, 3)}, {"relu", Functional(relu)}})),
            "torch::nn::Sequential(\n"
            "  (linear): torch::nn::Linear(in_features=10, out_features=3, bias=true)\n"
            "  (relu): torch::nn::Functional()\n"
            ")");
  EXPECT_EQ(text(ModuleList(Linear(10, 3), Dropout(0.5))),
            "torch::nn::ModuleList(\n"
            "  (0): torch::nn::Linear(in_features=10, out_features=3, bias=true)\n"
            "  (1): torch::nn::Dropout(p=0.5, inplace=false)\n"
            ")");
  EXPECT_EQ(text(ParameterList(ones({2, 3}), ones({4}, kDouble))),
            "torch::nn::ParameterList(\n"
            "(0): Parameter containing: [Float of size [2, 3]]\n"
            "(1): Parameter containing: [Double of size [4]]\n"
            ")");
  EXPECT_EQ(text(Functional(relu)), "torch::nn::Functional()");
}

}  // namespace
}  // namespace hearth
