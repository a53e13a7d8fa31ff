// SPDX-License-Identifier: Apache-2.0
#include "hearth/vision/classification/grad_cam.h"

#include <cstring>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hearth/autograd/grad_mode.h"
#include "hearth/base/error.h"
#include "hearth/base/generator.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/random.h"

#include "core/golden/runner.h"
#include "error_of.h"
#include "vision/formula_state.h"

namespace hearth {
namespace {

using testing::HasSubstr;

vision::Classifier make(const std::string& model, int64_t side) {
  vision::ClassifierSpec spec;
  spec.model = model;
  spec.classes = {"a", "b", "c"};
  spec.shape = {3, side, side};
  spec.small_stem = vision::models::model_info(model).small_stem;
  spec.mean = {0.5, 0.5, 0.5};
  spec.stddev = {0.25, 0.25, 0.25};
  manual_seed(6);
  return vision::Classifier(spec);
}

Tensor picture(int64_t side) {
  manual_seed(7);
  return randint(0, 256, {3, side, side}, TensorOptions(kByte));
}

TEST(GradCam, OfTheLastMapsIsTheirSumWeighedByTheLastLayer) {
  // What follows layer4 is a mean and a linear layer, whose gradient is known.
  const vision::Classifier c = make("resnet18", 32);
  const Tensor pixels = picture(32);
  Tensor maps;
  const auto layer4 = c.model().named_modules()["layer4"];
  const unsigned key = layer4->register_forward_hook(
      [&](nn::Module&, const std::vector<Tensor>&, std::vector<Tensor>& outputs) {
        maps = outputs[0].detach().clone();
      });
  c.probabilities(pixels.unsqueeze(0));
  layer4->remove_hook(key);
  for (const int64_t index : {0, 2}) {
    const Tensor weights = c.model().named_parameters()["fc.weight"].detach()[index];
    Tensor expected = (maps[0] * weights.view({-1, 1, 1})).sum(0).relu();
    expected = expected / expected.max();
    for (const char* layer : {"", "layer4", "layer4.1"}) {
      const vision::GradCam cam = vision::grad_cam(c, pixels, index, layer);
      EXPECT_TRUE(cam.heat.allclose(expected, 1e-4, 1e-5)) << layer;
    }
    EXPECT_EQ(vision::grad_cam(c, pixels, index).layer, "layer4");
  }
  EXPECT_EQ(vision::grad_cam(c, pixels, 0, "layer2").heat.sizes(), IntArrayRef({16, 16}));
}

TEST(GradCam, OfTransformersIsWhatPyTorchComputes) {
  for (const golden::OpCases& cases : golden::operators_of("grad_cam")) {
    for (const golden::Case& c : cases.cases()) {
      golden::Args args(c);
      const Tensor pixels = args[0].mul(60).add(128).clamp(0, 255).to(kByte).select(0, 0);
      vision::ClassifierSpec spec;
      spec.model = c.variant;
      spec.classes = {"a", "b", "c"};
      spec.shape = {3, pixels.size(1), pixels.size(2)};
      spec.mean = {0.5, 0.5, 0.5};
      spec.stddev = {0.25, 0.25, 0.25};
      const vision::Classifier classifier(spec);
      for (const auto& item : classifier.model().state_dict()) {
        if (!item.value().is_floating_point()) continue;
        const Tensor value = hearth::empty(item.value().sizes());
        golden::set_values(value, item.key(), args.f("gain"));
        item.value().copy_(value);
      }
      std::vector<std::string> layers{""};
      for (std::istringstream words(args.s("layers")); words >> layers.emplace_back();) {
      }
      layers.pop_back();
      ASSERT_EQ(layers.size(), c.outputs.size());
      for (size_t i = 0; i < layers.size(); ++i) {
        const vision::GradCam cam = vision::grad_cam(classifier, pixels, 1, layers[i]);
        Tensor expected = hearth::empty(c.outputs[i].sizes);
        std::memcpy(expected.data_ptr<float>(), c.outputs[i].data.data(), c.outputs[i].data.size());
        EXPECT_EQ(cam.layer, i == 0 ? args.s("chosen") : layers[i]);
        ASSERT_EQ(cam.heat.sizes(), expected.sizes()) << c.variant << " " << cam.layer;
        EXPECT_LT((cam.heat - expected).abs().max().item<double>(), 1e-3)
            << c.variant << " " << cam.layer;
      }
    }
  }
}

TEST(GradCam, LeavesTheModelAsItWas) {
  const vision::Classifier c = make("resnet18", 16);
  const Tensor before = c.probabilities(picture(16).unsqueeze(0));
  vision::grad_cam(c, picture(16), 1);
  for (const auto& module : c.model().modules()) EXPECT_TRUE(module->is_training());
  for (const Tensor& p : c.model().parameters()) EXPECT_FALSE(p.grad().defined());
  EXPECT_TRUE(c.probabilities(picture(16).unsqueeze(0)).allclose(before, 1e-4, 1e-6));
}

TEST(GradCam, NamesTheLayersThatThereAre) {
  const vision::Classifier c = make("resnet18", 16);
  EXPECT_THAT(error_of([&] { vision::grad_cam(c, picture(16), 1, "layer5"); }),
              testing::AllOf(HasSubstr("layer5"), HasSubstr("layer2.0.conv1")));
  EXPECT_THROW(vision::grad_cam(c, picture(16), 3), IndexError);
  const vision::Classifier flat = make("mlp", 16);
  EXPECT_THAT(error_of([&] { vision::grad_cam(flat, picture(16), 1); }),
              HasSubstr("no layer with places"));
}

}  // namespace
}  // namespace hearth
