// SPDX-License-Identifier: Apache-2.0
// What modules print is, letter by letter, what LibTorch 2.x prints: those with submodules, and
// options other than those of modules.def.
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
  EXPECT_EQ(text(Linear(LinearOptions(3, 4).bias(false))),
            "torch::nn::Linear(in_features=3, out_features=4, bias=false)");
  EXPECT_EQ(text(Bilinear(BilinearOptions(2, 3, 4).bias(false))),
            "torch::nn::Bilinear(in1_features=2, in2_features=3, out_features=4, bias=false)");
  EXPECT_EQ(text(Flatten(FlattenOptions().start_dim(2).end_dim(4))),
            "torch::nn::Flatten(start_dim=2, end_dim=4)");
  EXPECT_EQ(text(Conv1d(Conv1dOptions(4, 4, 3)
                            .stride(2)
                            .padding(1)
                            .dilation(2)
                            .groups(2)
                            .bias(false)
                            .padding_mode(kCircular))),
            "torch::nn::Conv1d(4, 4, kernel_size=3, stride=2, padding=1, dilation=2, groups=2, "
            "bias=false, padding_mode=kCircular)");
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
      text(BatchNorm2d(BatchNorm2dOptions(4).momentum(std::nullopt))),
      "torch::nn::BatchNorm2d(4, eps=1e-05, momentum=None, affine=true, track_running_stats=true)");
  EXPECT_EQ(
      text(InstanceNorm1d(
          InstanceNorm1dOptions(4).eps(0.5).momentum(0.1).affine(false).track_running_stats(true))),
      "torch::nn::InstanceNorm1d(4, eps=0.5, momentum=0.1, affine=false, "
      "track_running_stats=true)");
  EXPECT_EQ(text(LayerNorm(LayerNormOptions({4}).elementwise_affine(false).eps(2e-5))),
            "torch::nn::LayerNorm([4], eps=2e-05, elementwise_affine=false)");
  EXPECT_EQ(text(GroupNorm(GroupNormOptions(2, 4).eps(2e-5).affine(false))),
            "torch::nn::GroupNorm(2, 4, eps=2e-05, affine=false)");
  EXPECT_EQ(text(Embedding(EmbeddingOptions(10, 2)
                               .padding_idx(3)
                               .max_norm(2)
                               .norm_type(2.5)
                               .scale_grad_by_freq(true)
                               .sparse(true))),
            "torch::nn::Embedding(num_embeddings=10, embedding_dim=2, padding_idx=3, max_norm=2, "
            "norm_type=2.5, scale_grad_by_freq=true, sparse=true)");
  EXPECT_EQ(text(Dropout(DropoutOptions(0.42).inplace(true))),
            "torch::nn::Dropout(p=0.42, inplace=true)");
  EXPECT_EQ(text(ELU(ELUOptions().alpha(42.42).inplace(true))),
            "torch::nn::ELU(alpha=42.42, inplace=true)");
  EXPECT_EQ(text(SELU(SELUOptions().inplace(true))), "torch::nn::SELU(inplace=true)");
  EXPECT_EQ(text(Hardtanh(HardtanhOptions().min_val(-42.42).max_val(0.42).inplace(true))),
            "torch::nn::Hardtanh(min_val=-42.42, max_val=0.42, inplace=true)");
  EXPECT_EQ(text(LeakyReLU(LeakyReLUOptions().negative_slope(0.42).inplace(true))),
            "torch::nn::LeakyReLU(negative_slope=0.42, inplace=true)");
  EXPECT_EQ(text(PReLU(PReLUOptions().num_parameters(42))), "torch::nn::PReLU(num_parameters=42)");
  EXPECT_EQ(text(ReLU(ReLUOptions().inplace(true))), "torch::nn::ReLU(inplace=true)");
  EXPECT_EQ(text(ReLU(true)), "torch::nn::ReLU(inplace=true)");
  EXPECT_EQ(text(ReLU6(true)), "torch::nn::ReLU6(inplace=true)");
  EXPECT_EQ(text(CELU(CELUOptions().alpha(42.42).inplace(true))),
            "torch::nn::CELU(alpha=42.42, inplace=true)");
  EXPECT_EQ(text(GLU(1)), "torch::nn::GLU(dim=1)");
  EXPECT_EQ(text(Softplus(SoftplusOptions().beta(0.24).threshold(42.42))),
            "torch::nn::Softplus(beta=0.24, threshold=42.42)");
  EXPECT_EQ(text(Softshrink(SoftshrinkOptions(42.42))), "torch::nn::Softshrink(42.42)");
  EXPECT_EQ(text(Threshold(ThresholdOptions(42.42, 24.24).inplace(true))),
            "torch::nn::Threshold(threshold=42.42, value=24.24, inplace=true)");
  EXPECT_EQ(text(MaxPool2d(MaxPool2dOptions(5).stride(2))),
            "torch::nn::MaxPool2d(kernel_size=[5, 5], stride=[2, 2], padding=[0, 0], dilation=[1, "
            "1], ceil_mode=false)");
  EXPECT_EQ(text(MaxPool2d(
                MaxPool2dOptions({5, 6}).stride({1, 2}).padding(1).dilation(2).ceil_mode(true))),
            "torch::nn::MaxPool2d(kernel_size=[5, 6], stride=[1, 2], padding=[1, 1], dilation=[2, "
            "2], ceil_mode=true)");
  EXPECT_EQ(text(AvgPool2d(AvgPool2dOptions({5, 6}).stride({1, 2}))),
            "torch::nn::AvgPool2d(kernel_size=[5, 6], stride=[1, 2], padding=[0, 0])");
  EXPECT_EQ(text(AdaptiveMaxPool2d(AdaptiveMaxPool2dOptions({5, 6}))),
            "torch::nn::AdaptiveMaxPool2d(output_size=[5, 6])");
  EXPECT_EQ(text(AdaptiveMaxPool2d(AdaptiveMaxPool2dOptions({std::nullopt, 6}))),
            "torch::nn::AdaptiveMaxPool2d(output_size=[None, 6])");
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
  EXPECT_EQ(text(ZeroPad2d(ZeroPad2dOptions({3, 3, 2, 1}))),
            "torch::nn::ZeroPad2d(padding=[3, 3, 2, 1])");
  EXPECT_EQ(text(ReplicationPad2d(ReplicationPad2dOptions({1, 2, 3, 4}))),
            "torch::nn::ReplicationPad2d(padding=[1, 2, 3, 4])");
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

TEST(NnPrinting, BoolsAfterAModelHaveNames) {
  std::ostringstream out;
  out << true << Linear(1, 2) << true;
  EXPECT_EQ(out.str(), "1torch::nn::Linear(in_features=1, out_features=2, bias=true)true");
}

}  // namespace
}  // namespace hearth
