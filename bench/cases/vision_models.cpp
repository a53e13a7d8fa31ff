// SPDX-License-Identifier: Apache-2.0
// Classifiers of images with random weights, channels-last: inference and training steps.
// bench/peers/vision_models_cases.py holds the same for torchvision and timm.
#include "hearth/vision/models/image_classifier.h"

#include "cases/cases.h"

namespace hearth::bench {

namespace {

using vision::models::ModelOptions;

Tensor images(int64_t n, int64_t size) {
  return randn({n, 3, size, size}).to(device()).contiguous(MemoryFormat::ChannelsLast);
}

void add_inference(Cases& cases, const std::string& model, int64_t n) {
  cases[cat_str("vision/", model, ", batch ", n)] = [=] {
    const auto net = vision::models::create_model(model);
    net->to(device());
    net->to(MemoryFormat::ChannelsLast);
    net->eval();
    const Tensor x = images(n, 224);
    return [=] {
      const NoGradGuard no_grad;
      net->forward(x);
    };
  };
}

void add_step(Cases& cases, const std::string& model, int64_t n, int64_t size, bool small = false) {
  cases[cat_str("vision/", model, " train")] = [=] {
    const auto net = vision::models::create_model(
        model, ModelOptions().small_stem(small).image_size({size, size}));
    net->to(device());
    net->to(MemoryFormat::ChannelsLast);
    net->train();
    const Tensor x = images(n, size), target = (arange(n) % 10).to(device());
    auto optimizer =
        std::make_shared<optim::SGD>(net->parameters(), optim::SGDOptions(0.01).momentum(0.9));
    return [=] {
      optimizer->zero_grad();
      nn::functional::cross_entropy(net->forward(x), target).backward();
      optimizer->step();
    };
  };
}

}  // namespace

void add_vision_models(Cases& cases) {
  for (const char* model :
       {"resnet50", "mobilenet_v2", "efficientnet_b0", "vit_b_16", "convnext_tiny"})
    for (const int64_t n : {1, 32}) add_inference(cases, model, n);
  add_step(cases, "resnet18", 64, 32, true);
  add_step(cases, "vgg16_bn", 16, 64);
  add_step(cases, "resnet50", 8, 224);
  add_step(cases, "mobilenet_v2", 16, 224);
  add_step(cases, "vit_tiny_patch16_224", 16, 224);
}

}  // namespace hearth::bench
