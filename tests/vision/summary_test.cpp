// SPDX-License-Identifier: Apache-2.0
#include "hearth/vision/models/summary.h"

#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hearth/ops/creation.h"

namespace hearth::vision::models {
namespace {

using testing::HasSubstr;

TEST(Summary, TellsShapesParametersAndMultiplications) {
  const Summary s = summary("resnet18");
  EXPECT_EQ(s.parameters, 11'689'512);
  EXPECT_EQ(s.trainable, s.parameters);
  // torchvision says 1.814 G.
  EXPECT_EQ(s.macs, 1'814'073'344);
  ASSERT_EQ(s.modules[1].path, "conv1");
  EXPECT_EQ(s.modules[1].type, "Conv2d");
  EXPECT_EQ(s.modules[1].depth, 1);
  EXPECT_EQ(s.modules[1].output, (std::vector<int64_t>{1, 64, 112, 112}));
  EXPECT_EQ(s.modules[1].parameters, 64 * 3 * 49);
  EXPECT_EQ(s.modules[1].macs, int64_t{112} * 112 * 64 * 3 * 49);
  int64_t parts = 0;
  for (const ModuleSummary& m : s.modules)
    if (m.depth == 1) parts += m.macs;
  EXPECT_EQ(parts, s.macs);
  EXPECT_THROW(summary("resnet19"), ValueError);
}

TEST(Summary, LooksAtANetworkAsItStands) {
  const auto model = create_model("mlp", ModelOptions().image_size({4, 4}).num_classes(3));
  model->get_parameter("fc1.weight").set_requires_grad(false);
  const Summary s = summary(*model, zeros({5, 3, 4, 4}));
  EXPECT_EQ(s.macs, 5 * (48 * 256 + 256 * 256 + 256 * 3));
  EXPECT_EQ(s.parameters - s.trainable, 48 * 256);
  std::ostringstream text;
  text << s;
  EXPECT_EQ(text.str(),
            "module  type    output    parameters  multiplications\n"
            "(all)   MLP     [5, 3]        79,107          392,960\n"
            "  fc1   Linear  [5, 256]      12,544           61,440\n"
            "  fc2   Linear  [5, 256]      65,792          327,680\n"
            "  fc3   Linear  [5, 3]           771            3,840\n"
            "parameters: 79,107, trainable: 66,819, multiplications: 392,960\n");
}

TEST(Summary, AddsUpListsAndDicts) {
  // Its head lies in a dict, which has no output.
  const Summary s = summary("vit_b_32");
  int64_t parts = 0;
  for (const ModuleSummary& m : s.modules) {
    if (m.depth == 1) parts += m.macs;
    if (m.path == "heads") {
      EXPECT_EQ(m.macs, 768 * 1000);
      EXPECT_TRUE(m.output.empty());
    }
  }
  EXPECT_EQ(parts, s.macs);
}

TEST(Summary, ShowsModulesDownToADepth) {
  const Summary s = summary("resnet18", ModelOptions().image_size({64, 64}));
  EXPECT_THAT(s.table(1), testing::Not(HasSubstr("downsample")));
  EXPECT_THAT(s.table(3), HasSubstr("      downsample  Sequential         [1, 128, 8, 8]"));
}

}  // namespace
}  // namespace hearth::vision::models
