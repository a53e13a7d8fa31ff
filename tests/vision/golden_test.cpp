// SPDX-License-Identifier: Apache-2.0
// Every classifier against PyTorch's, with weights by formula.
#include "hearth/vision/models/image_classifier.h"

#include "core/golden/module.h"

namespace hearth::golden {
namespace {

Outputs classify(Args& a) {
  const std::string name = a.test_case().op.substr(std::string_view("models.").size());
  const auto model = vision::models::make_classifier(
      name, {a.i("channels"), a.i("height"), a.i("width")}, a.i("classes"));
  prepare(a, *model);
  return {model->forward(a[0])};
}

const std::vector<std::string> kNames = [] {
  std::vector<std::string> names;
  for (const std::string& name : vision::models::classifier_names())
    names.push_back("models." + name);
  return names;
}();
const Table kTable = [] {
  Table table;
  for (const std::string& name : kNames) table[name] = classify;
  return table;
}();

HEARTH_GOLDEN_FAMILY(GoldenModels, "models", kTable);

TEST(Models, HaveGoldenValues) {
  for (const std::string& name : kNames) {
    bool found = false;
    for (const OpCases& cases : operators_of("models")) found |= cases.op == name;
    EXPECT_TRUE(found) << "tests/golden/cases_models.py has nothing of " << name;
  }
}

}  // namespace
}  // namespace hearth::golden
