// SPDX-License-Identifier: Apache-2.0
#include "hearth/vision/models/heads.h"

#include "hearth/nn/modules/conv.h"
#include "hearth/nn/modules/linear.h"

namespace hearth::vision::models {
namespace {

/// Makes a layer's parameters anew, as its options say.
template <class Layer>
void renew(Layer& layer) {
  const Device device = layer.weight.device();
  const ScalarType dtype = layer.weight.scalar_type();
  const bool training = layer.is_training();
  layer.forget_registered();
  layer.reset();
  layer.train(training);
  layer.to(device, dtype);
}

}  // namespace

int64_t num_classes(const ImageClassifierImpl& model) {
  const auto head = model.get_submodule(model.heads().front());
  if (const auto* conv = head->as<nn::Conv2d>()) return conv->options.out_channels();
  const auto* linear = head->as<nn::Linear>();
  HEARTH_CHECK(linear, "[num_classes] the head of ", model.name(),
               " is neither a linear layer nor a convolution");
  return linear->options.out_features();
}

void reset_classifier(ImageClassifierImpl& model, int64_t num_classes) {
  HEARTH_CHECK_AS(ValueError, num_classes >= 1,
                  "[reset_classifier] expected a positive number of classes, got ", num_classes);
  for (const std::string& path : model.heads()) {
    const auto head = model.get_submodule(path);
    if (auto* conv = head->as<nn::Conv2d>()) {
      conv->options.out_channels(num_classes);
      renew(*conv);
    } else {
      auto* linear = head->as<nn::Linear>();
      HEARTH_CHECK(linear, "[reset_classifier] '", path, "' of ", model.name(),
                   " is neither a linear layer nor a convolution");
      linear->options.out_features(num_classes);
      renew(*linear);
    }
  }
}

}  // namespace hearth::vision::models
