// SPDX-License-Identifier: Apache-2.0
#include "hearth/vision/models/image_classifier.h"

#include <algorithm>

#include "hearth/nn/modules/conv.h"
#include "hearth/nn/modules/dropout.h"
#include "hearth/nn/modules/linear.h"
#include "hearth/nn/modules/normalization.h"

#include "models/registry.h"

namespace hearth::vision::models {
namespace {

std::vector<ModelRow> all_rows() {
  std::vector<ModelRow> rows;
#define HEARTH_FILE(name) \
  for (const ModelRow& row : name##_models()) rows.push_back(row);
#include "models.def"
#undef HEARTH_FILE
  return rows;
}

bool drops(const nn::Module& network) {
  const auto modules = network.modules();
  return std::any_of(modules.begin(), modules.end(),
                     [](const auto& module) { return module->template as<nn::Dropout>(); });
}

ModelRow find(const std::string& name) {
  std::string known;
  for (const ModelRow& row : all_rows()) {
    if (name == row.name) return row;
    known += cat_str(known.empty() ? "" : ", ", row.name);
  }
  throw ValueError(cat_str("[create_model] there is no '", name, "'; known are ", known));
}

void set_norm_eps(const nn::Module& network, double eps) {
  for (const auto& module : network.modules(false)) {
    if (auto* batch_norm = module->as<nn::BatchNorm2d>()) batch_norm->options.eps(eps);
    if (auto* layer_norm = module->as<nn::LayerNorm>()) layer_norm->options.eps(eps);
  }
}

}  // namespace

ImageClassifierImpl::~ImageClassifierImpl() = default;

train::Scores ImageClassifierImpl::forward_training(const Tensor& images) {
  return forward(images);
}

std::vector<std::string> ImageClassifierImpl::heads() const {
  std::string last;
  for (const auto& item : named_modules())
    if (item.value()->as<nn::Linear>() || item.value()->as<nn::Conv2d>()) last = item.key();
  return {last};
}

std::vector<std::string> list_models() {
  std::vector<std::string> names;
  for (const ModelRow& row : all_rows()) names.emplace_back(row.name);
  return names;
}

ModelInfo model_info(const std::string& name) { return find(name).info; }

std::shared_ptr<ImageClassifierImpl> create_model(const std::string& name,
                                                  const ModelOptions& options) {
  const ModelRow row = find(name);
  const auto [height, width] = options.image_size();
  HEARTH_CHECK_AS(
      ValueError,
      options.in_channels() >= 1 && height >= 1 && width >= 1 && options.num_classes() >= 1,
      "[create_model] expected positive sizes and classes, got ", options.in_channels(), " x ",
      height, " x ", width, " and ", options.num_classes());
  HEARTH_CHECK_AS(ValueError, row.info.small_stem || !options.small_stem(), "[create_model] ", name,
                  " has no small stem; residual networks (resnet18 ...) have");
  const int64_t smallest = options.small_stem() ? 1 : row.info.smallest;
  HEARTH_CHECK_AS(ValueError, height >= smallest && width >= smallest, "[create_model] ", name,
                  " takes images of at least ", smallest, " x ", smallest, " pixels, got ", height,
                  " x ", width);
  HEARTH_CHECK_AS(ValueError, row.info.same_padding || !options.same_padding(), "[create_model] ",
                  name, " has one way of padding; EfficientNets have two");
  const std::shared_ptr<ImageClassifierImpl> network = row.make(options);
  HEARTH_CHECK_AS(ValueError, !options.dropout() || drops(*network), "[create_model] ", name,
                  " has no dropout");
  if (options.norm_eps()) set_norm_eps(*network, *options.norm_eps());
  return network;
}

}  // namespace hearth::vision::models
