// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "hearth/autograd/grad_mode.h"
#include "hearth/ops/creation.h"
#include "hearth/vision/models/resnet.h"

namespace hearth::vision::models {
namespace {

int64_t weights(const nn::Module& module) {
  int64_t n = 0;
  for (const Tensor& p : module.parameters()) n += p.numel();
  return n;
}

TEST(Models, TakeEverySizeTheyPromise) {
  const NoGradGuard no_grad;
  for (const std::string& name : classifier_names()) {
    for (const ImageShape& shape :
         {ImageShape{1, 8, 8}, ImageShape{1, 28, 28}, ImageShape{3, 32, 20}}) {
      auto model = make_classifier(name, shape, 7);
      model->eval();
      const Tensor x = rand({2, shape.channels, shape.height, shape.width});
      const Tensor y = model->forward(x);
      EXPECT_EQ(y.sizes(), (std::vector<int64_t>{2, 7})) << name;
      // Memory format changes speed, not values.
      model->to(MemoryFormat::ChannelsLast);
      const Tensor z = model->forward(x.contiguous(MemoryFormat::ChannelsLast));
      EXPECT_LT((y - z).abs().max().item<double>(), 1e-4) << name;
    }
  }
  EXPECT_THROW(make_classifier("alexnet", {}, 10), ValueError);
  EXPECT_THROW(make_classifier("cnn", {1, 3, 28}, 10), ValueError);
  EXPECT_THROW(make_classifier("mlp", {1, 28, 28}, 0), ValueError);
}

TEST(ResNet, HasTorchvisionsNamesAndSizes) {
  ResNet model = resnet18();
  EXPECT_EQ(weights(*model), 11'689'512);
  EXPECT_EQ(weights(*resnet34()), 21'797'672);
  const auto state = model->state_dict();
  EXPECT_EQ(state.size(), 122u);
  for (const char* name : {"conv1.weight", "bn1.running_mean", "bn1.num_batches_tracked",
                           "layer1.0.conv1.weight", "layer2.0.downsample.0.weight",
                           "layer2.0.downsample.1.running_var", "layer4.1.bn2.bias", "fc.weight"})
    EXPECT_TRUE(state.contains(name)) << name;
  EXPECT_EQ(state["conv1.weight"].sizes(), (std::vector<int64_t>{64, 3, 7, 7}));
  EXPECT_EQ(state["layer2.0.downsample.0.weight"].sizes(), (std::vector<int64_t>{128, 64, 1, 1}));
  EXPECT_FALSE(state.contains("layer1.0.downsample.0.weight"));
}

TEST(ResNet, GivesEveryParameterAGradient) {
  ResNet model = resnet18(ResNetOptions().num_classes(5).small_images(true));
  EXPECT_EQ(model->state_dict()["conv1.weight"].sizes(), (std::vector<int64_t>{64, 3, 3, 3}));
  model->forward(rand({2, 3, 16, 16})).sum().backward();
  for (const auto& p : model->named_parameters())
    EXPECT_TRUE(p.value().grad().defined()) << p.key();
}

}  // namespace
}  // namespace hearth::vision::models
