// SPDX-License-Identifier: Apache-2.0
// An image classifier with weights that others trained, on photographs, against what the others'
// program makes of them (tests/golden/cases_image_weights.py).
#include "hearth/vision/io/image.h"

#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "hearth/autograd/grad_mode.h"
#include "hearth/ops/creation.h"
#include "hearth/pretrained/vision.h"

#include "core/golden/runner.h"

namespace hearth::golden {
namespace {

std::string weights_folder() {
  const char* folder = std::getenv("HEARTH_REAL_WEIGHTS");
  return folder ? folder : "";
}

vision::Classifier lite0() {
  return pretrained::image_classifier(
      "efficientnet_lite0",
      vision::PretrainedOptions().weights(weights_folder() + "/efficientnet-lite0-57934424.pth"));
}

/// The picture as the classifier wants it, [1, C, H, W].
Tensor pixels_of(const vision::Classifier& classifier, const std::string& photograph) {
  return classifier.fit(vision::io::read_image(weights_folder() + "/photographs/" + photograph))
      .unsqueeze(0);
}

struct ImageWeights : testing::TestWithParam<OpCases> {
  void SetUp() override {
    if (weights_folder().empty())
      GTEST_SKIP()
          << "HEARTH_REAL_WEIGHTS names no folder with weights; run `make test-pretrained`";
    ASSERT_TRUE(std::filesystem::is_directory(weights_folder())) << weights_folder();
  }
};

TEST_P(ImageWeights, ScorePhotographsAsTheirProgramDoes) {
  const NoGradGuard no_grad;
  const vision::Classifier classifier = lite0();
  classifier.model().eval();
  for (const Case& c : GetParam().cases()) {
    Args args(c);
    const std::string photograph = args.s("photograph");
    const Tensor got =
        classifier.model().forward(classifier.input(pixels_of(classifier, photograph), size_t{0}));
    Tensor want = hearth::empty(c.outputs.at(0).sizes);
    std::memcpy(want.data_ptr<float>(), c.outputs[0].data.data(), c.outputs[0].data.size());
    EXPECT_EQ(got.argmax().item<int64_t>(), want.argmax().item<int64_t>()) << photograph;
    const double by = ((got - want).abs().max() / want.abs().max()).item<double>();
    EXPECT_LT(by, 1e-4) << photograph;
    RecordProperty(photograph, std::to_string(by));
  }
}
INSTANTIATE_TEST_SUITE_P(Golden, ImageWeights, ::testing::ValuesIn(operators_of("image_weights")),
                         test_name);

TEST_P(ImageWeights, SeeWhatIsThere) {
  const vision::Classifier classifier = lite0();
  for (const auto& [photograph, what] :
       std::initializer_list<std::pair<const char*, const char*>>{{"camera.png", "tripod"},
                                                                  {"chelsea.png", "Egyptian cat"},
                                                                  {"coffee.png", "espresso"},
                                                                  {"flower.jpg", "daisy"},
                                                                  {"rocket.jpg", "missile"}}) {
    const Tensor best = classifier.probabilities(pixels_of(classifier, photograph)).argmax();
    EXPECT_EQ(classifier.spec().classes.at(static_cast<size_t>(best.item<int64_t>())), what);
  }
}

}  // namespace
}  // namespace hearth::golden
