// SPDX-License-Identifier: Apache-2.0
#include "hearth/vision/models/feature_extraction.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hearth/autograd/grad_mode.h"
#include "hearth/base/default_device.h"
#include "hearth/nn/init.h"
#include "hearth/nn/modules/linear.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"
#include "hearth/vision/models/heads.h"
#include "hearth/vision/models/resnet.h"

#include "error_of.h"

namespace hearth::vision::models {
namespace {

using testing::AllOf;
using testing::HasSubstr;

std::shared_ptr<ImageClassifierImpl> model_of(const std::string& name) {
  const auto model = create_model(name, ModelOptions().num_classes(4));
  model->eval();
  return model;
}

TEST(FeatureExtractor, GivesOutputsByName) {
  const auto model = create_model("resnet18", ModelOptions().num_classes(4).small_stem(true));
  model->eval();
  const NoGradGuard no_grad;
  const Tensor images = rand({2, 3, 16, 16});
  auto extractor = create_feature_extractor(model, {"layer2", {"layer4.1", "deep"}, "fc"});
  const auto features = extractor->forward(images);
  EXPECT_EQ(features.keys(), (std::vector<std::string>{"layer2", "deep", "fc"}));
  EXPECT_EQ(features["layer2"].sizes(), (std::vector<int64_t>{2, 128, 8, 8}));
  EXPECT_EQ(features["deep"].sizes(), (std::vector<int64_t>{2, 512, 2, 2}));
  EXPECT_TRUE(features["fc"].equal(model->forward(images)));
}

TEST(FeatureExtractor, KeepsWhatLaterLayersWriteOver) {
  const auto model = model_of("mobilenet_v2");
  const NoGradGuard no_grad;
  const Tensor images = rand({1, 3, 32, 32});
  // A norm, whose output the ReLU after it overwrites.
  const auto features =
      create_feature_extractor(model, {"features.0.1", "features.0.2"})->forward(images);
  EXPECT_LT(features["features.0.1"].min().item<double>(), 0);
  EXPECT_TRUE(features["features.0.2"].equal(features["features.0.1"].clamp(0, 6)));
}

TEST(FeatureExtractor, StopsAfterTheLastNode) {
  const auto model = model_of("resnet18");
  int calls = 0;
  model->get_submodule("layer3")->register_forward_pre_hook(
      [&](nn::Module&, std::vector<Tensor>&) { ++calls; });
  auto extractor = create_feature_extractor(model, {"layer2.0", "layer1"});
  const auto features = extractor->forward(rand({1, 3, 32, 32}));
  EXPECT_EQ(calls, 0);
  EXPECT_EQ(features["layer2.0"].sizes(), (std::vector<int64_t>{1, 128, 4, 4}));
  features["layer2.0"].sum().backward();
  EXPECT_TRUE(model->get_parameter("conv1.weight").grad().defined());
  EXPECT_FALSE(model->get_parameter("layer2.1.conv1.weight").grad().defined());
  model->forward(rand({1, 3, 32, 32}));
  EXPECT_EQ(calls, 1);
}

TEST(FeatureExtractor, RefusesPathsThatAreNotThere) {
  const auto model = model_of("resnet18");
  EXPECT_THAT(error_of<ValueError>([&] { create_feature_extractor(model, {"layer5"}); }),
              AllOf(HasSubstr("no module 'layer5'"), HasSubstr("ResNetImpl")));
  EXPECT_THROW(create_feature_extractor(model, {""}), ValueError);
  EXPECT_THROW(create_feature_extractor(model, std::vector<FeatureNode>{}), ValueError);
  EXPECT_THROW(create_feature_extractor(model, {"layer1", {"layer2", "layer1"}}), ValueError);
}

TEST(Heads, AreMadeForOtherClasses) {
  const NoGradGuard no_grad;
  for (const char* name : {"lenet", "resnet18", "squeezenet1_1", "mobilenet_v3_small"}) {
    const auto model = create_model(name, ModelOptions().num_classes(4).image_size({32, 32}));
    EXPECT_EQ(num_classes(*model), 4) << name;
    std::vector<Tensor> before;
    for (const auto& item : model->state_dict()) before.push_back(item.value().clone());
    reset_classifier(*model, 7);
    EXPECT_EQ(num_classes(*model), 7) << name;
    model->eval();
    EXPECT_EQ(model->forward(rand({2, 3, 32, 32})).sizes(), (std::vector<int64_t>{2, 7})) << name;
    size_t i = 0;
    const std::string head = model->heads().front() + ".";
    for (const auto& item : model->state_dict()) {
      const Tensor& old = before[i++];
      EXPECT_EQ(item.value().sizes() == old.sizes(), !item.key().starts_with(head));
      if (item.value().sizes() == old.sizes()) {
        EXPECT_TRUE(item.value().equal(old)) << name << " " << item.key();
      }
    }
    EXPECT_EQ(i, before.size());
  }
  EXPECT_THROW(reset_classifier(*model_of("resnet18"), 0), ValueError);
}

TEST(Heads, OfEveryNetworkAreFound) {
  const DefaultDeviceGuard meta(kMeta);
  const nn::init::SkipGuard unset;
  for (const std::string& name : list_models()) {
    const auto model = create_model(name, ModelOptions().num_classes(17));
    EXPECT_EQ(num_classes(*model), 17) << name;
    reset_classifier(*model, 5);
    EXPECT_EQ(num_classes(*model), 5) << name;
    for (const std::string& head : model->heads())
      EXPECT_EQ(model->get_parameter(head + ".weight").size(0), 5) << name << " " << head;
  }
}

TEST(Heads, KeepTypeAndTraining) {
  const auto model = model_of("resnet18");
  model->requires_grad_(false);
  model->to(kDouble);
  reset_classifier(*model, 3);
  const auto* head = model->get_submodule("fc")->as<nn::Linear>();
  EXPECT_EQ(head->weight.scalar_type(), kDouble);
  EXPECT_TRUE(head->weight.requires_grad());
  EXPECT_FALSE(head->is_training());
  size_t wanted = 0;
  for (const Tensor& p : model->parameters()) wanted += p.requires_grad() ? 1 : 0;
  EXPECT_EQ(wanted, 2u);
}

}  // namespace
}  // namespace hearth::vision::models
