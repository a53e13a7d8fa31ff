// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hearth/autograd/grad_mode.h"
#include "hearth/base/default_device.h"
#include "hearth/ops/creation.h"
#include "hearth/tensor/tensor_literal.h"
#include "hearth/vision/models/densenet.h"
#include "hearth/vision/models/googlenet.h"
#include "hearth/vision/models/inception.h"
#include "hearth/vision/models/mnasnet.h"
#include "hearth/vision/models/resnet.h"

namespace hearth::vision::models {
namespace {

using testing::Contains;

TEST(Models, TakeEverySizeTheyPromise) {
  const NoGradGuard no_grad;
  for (const char* name : {"lenet", "mlp", "cnn", "resnet18"}) {
    for (const ImageShape& shape :
         {ImageShape{1, 8, 8}, ImageShape{1, 28, 28}, ImageShape{3, 32, 20}}) {
      auto model = create_model(name, ModelOptions()
                                          .num_classes(7)
                                          .in_channels(shape.channels)
                                          .image_size({shape.height, shape.width}));
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
}

TEST(Models, RefuseWhatTheyCannotTake) {
  EXPECT_THROW(create_model("alexnet2"), ValueError);
  EXPECT_THROW(model_info("alexnet2"), ValueError);
  EXPECT_THROW(create_model("cnn", ModelOptions().image_size({3, 28})), ValueError);
  EXPECT_THROW(create_model("mlp", ModelOptions().num_classes(0)), ValueError);
  EXPECT_THROW(create_model("mlp", ModelOptions().in_channels(-1)), ValueError);
  EXPECT_THROW(create_model("lenet", ModelOptions().small_stem(true)), ValueError);
  EXPECT_THROW(create_model("resnet18", ModelOptions().dropout(0.1)), ValueError);
  EXPECT_NO_THROW(create_model("mobilenet_v2", ModelOptions().dropout(0.1)));
  EXPECT_THAT(list_models(), Contains("resnet18"));
}

TEST(Models, TakeNoMemoryOnTheMetaDevice) {
  const DefaultDeviceGuard meta(kMeta);
  // 19 GiB of weights, were they made.
  const auto model = create_model("mlp", ModelOptions().image_size({2500, 2500}));
  for (const auto& item : model->state_dict()) EXPECT_TRUE(item.value().device().is_meta());
  EXPECT_EQ(model->forward(empty({2, 3, 2500, 2500})).sizes(), (std::vector<int64_t>{2, 1000}));
}

TEST(ResNet, HasAStemForSmallImages) {
  const auto model = create_model("resnet18", ModelOptions().num_classes(5).small_stem(true));
  EXPECT_EQ(model->state_dict()["conv1.weight"].sizes(), (std::vector<int64_t>{64, 3, 3, 3}));
  model->forward(rand({2, 3, 16, 16})).sum().backward();
  for (const auto& p : model->named_parameters())
    EXPECT_TRUE(p.value().grad().defined()) << p.key();
}

TEST(ResNet, RefusesOptionsThatDoNotGoTogether) {
  EXPECT_THROW(ResNet(ResNetOptions().layers({1, 1, 1})), ValueError);
  EXPECT_THROW(ResNet(ResNetOptions().groups(32)), ValueError);
  EXPECT_THROW(ResNet(ResNetOptions().replace_stride_with_dilation({false, false, true})),
               ValueError);
}

TEST(ResNet, DilatesInsteadOfStepping) {
  const NoGradGuard no_grad;
  const DefaultDeviceGuard meta(kMeta);
  ResNet model(ResNetOptions()
                   .bottleneck(true)
                   .layers({1, 1, 2, 2})
                   .replace_stride_with_dilation({false, true, true}));
  std::vector<int64_t> sizes;
  model->get_submodule("layer4")->register_forward_hook(
      [&](nn::Module&, const std::vector<Tensor>&, std::vector<Tensor>& out) {
        sizes = out[0].sizes().vec();
      });
  model->forward(empty({1, 3, 64, 64}));
  EXPECT_EQ(sizes, (std::vector<int64_t>{1, 2048, 8, 8}));
}

TEST(DenseNet, ReadsKeysOfOldFiles) {
  const ModelOptions few = ModelOptions().num_classes(3);
  DenseNet net = densenet121(few), other = densenet121(few);
  OrderedDict<std::string, Tensor> old;
  for (const auto& item : net->state_dict()) {
    std::string key = item.key();
    for (const char* layer : {"norm1", "norm2", "conv1", "conv2"}) {
      const size_t at = key.find(cat_str(".", layer, "."));
      if (at != std::string::npos && key.find("denselayer") != std::string::npos)
        key.insert(at + 5, ".");
    }
    old.insert(key, item.value());
  }
  EXPECT_TRUE(old.contains("features.denseblock1.denselayer1.norm.1.weight"));
  other->load_state_dict(old);
  const auto state = net->state_dict();
  for (const auto& item : other->state_dict())
    EXPECT_TRUE(item.value().equal(state[item.key()])) << item.key();
}

TEST(MNASNet, RefusesStatesOfTheFirstVersion) {
  MNASNet net = mnasnet0_5(ModelOptions().num_classes(3));
  OrderedDict<std::string, int64_t> versions = net->state_versions();
  EXPECT_EQ(versions[""], 2);
  EXPECT_NO_THROW(net->load_state_dict(net->state_dict(), true, versions));
  versions[""] = 1;
  EXPECT_THROW(net->load_state_dict(net->state_dict(), true, versions), ValueError);
  MNASNet whole = mnasnet1_0(ModelOptions().num_classes(3));
  EXPECT_NO_THROW(whole->load_state_dict(whole->state_dict(), true, versions));
}

TEST(Inception, GivesScoresOfAuxiliaryClassifiers) {
  const ModelOptions few = ModelOptions().num_classes(3);
  GoogLeNet net = googlenet(few);
  const auto out = net->forward_with_aux(rand({2, 3, 64, 64}));
  for (const Tensor& scores : {out.logits, out.aux_logits1, out.aux_logits2})
    EXPECT_EQ(scores.sizes(), (std::vector<int64_t>{2, 3}));
  (out.logits.sum() + out.aux_logits1.sum() + out.aux_logits2.sum()).backward();
  for (const auto& p : net->named_parameters()) EXPECT_TRUE(p.value().grad().defined()) << p.key();
  EXPECT_EQ(net->heads(), (std::vector<std::string>{"fc", "aux1.fc2", "aux2.fc2"}));

  GoogLeNet plain(GoogLeNetOptions().aux_logits(false), few);
  EXPECT_EQ(plain->heads(), (std::vector<std::string>{"fc"}));
  EXPECT_FALSE(plain->forward_with_aux(rand({2, 3, 32, 32})).aux_logits1.defined());

  const DefaultDeviceGuard meta(kMeta);
  const auto large = inception_v3(few)->forward_with_aux(empty({2, 3, 299, 299}));
  EXPECT_EQ(large.logits.sizes(), (std::vector<int64_t>{2, 3}));
  EXPECT_EQ(large.aux_logits.sizes(), (std::vector<int64_t>{2, 3}));
}

TEST(Inception, NormalizesImagesAnew) {
  const NoGradGuard no_grad;
  const ModelOptions few = ModelOptions().num_classes(3);
  GoogLeNet plain = googlenet(few), other(GoogLeNetOptions().transform_input(true), few);
  other->load_state_dict(plain->state_dict());
  plain->eval();
  other->eval();
  const Tensor pixels = rand({1, 3, 32, 32});
  const auto of = [](double r, double g, double b) {
    return tensor({r, g, b}).to(kFloat).view({3, 1, 1});
  };
  const Tensor imagenet = (pixels - of(0.485, 0.456, 0.406)) / of(0.229, 0.224, 0.225);
  const Tensor want = plain->forward((pixels - 0.5) / 0.5), got = other->forward(imagenet);
  EXPECT_LT((got - want).abs().max().item<double>(), 1e-4 * want.abs().max().item<double>());
  EXPECT_THROW(other->forward(rand({1, 1, 32, 32})), ShapeError);
}

/// The smallest of each family, with images that are large enough for batch norm.
class Training : public testing::TestWithParam<std::pair<const char*, int64_t>> {};
TEST_P(Training, GivesEveryParameterAGradient) {
  const auto [name, side] = GetParam();
  const auto net = create_model(name, ModelOptions().num_classes(3).image_size({side, side}));
  net->forward(rand({2, 3, side, side})).sum().backward();
  for (const auto& p : net->named_parameters()) {
    if (p.key().starts_with("aux") || p.key().starts_with("AuxLogits")) continue;
    EXPECT_TRUE(p.value().grad().defined()) << p.key();
  }
}
INSTANTIATE_TEST_SUITE_P(
    Families, Training,
    testing::Values(std::pair("resnet50", 64), std::pair("squeezenet1_1", 32),
                    std::pair("densenet121", 64), std::pair("mobilenet_v2", 64),
                    std::pair("mobilenet_v3_small", 64), std::pair("shufflenet_v2_x0_5", 64),
                    std::pair("mnasnet0_5", 64), std::pair("inception_v3", 96)));

}  // namespace
}  // namespace hearth::vision::models
