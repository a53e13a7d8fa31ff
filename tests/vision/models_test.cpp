// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hearth/autograd/grad_mode.h"
#include "hearth/base/default_device.h"
#include "hearth/ops/creation.h"
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

}  // namespace
}  // namespace hearth::vision::models
