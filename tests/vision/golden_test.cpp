// SPDX-License-Identifier: Apache-2.0
// Small classifiers against PyTorch's, forward and backward, with weights by formula.
#include "hearth/vision/models/image_classifier.h"

#include "core/golden/module.h"

namespace hearth::golden {
namespace {

Outputs classify(Args& a) {
  const std::string name = a.test_case().op.substr(std::string_view("models.").size());
  const auto model =
      vision::models::create_model(name, vision::models::ModelOptions()
                                             .num_classes(a.i("classes"))
                                             .in_channels(a.i("channels"))
                                             .image_size({a.i("height"), a.i("width")}));
  prepare(a, *model);
  return {model->forward(a[0])};
}

const char* const kNames[] = {"models.mlp", "models.lenet", "models.cnn", "models.resnet18",
                              "models.resnet34"};
const Table kTable = [] {
  Table table;
  for (const char* name : kNames) table[name] = classify;
  return table;
}();

HEARTH_GOLDEN_FAMILY(GoldenModels, "models", kTable);

}  // namespace
}  // namespace hearth::golden
