// SPDX-License-Identifier: Apache-2.0
// Digits as people photograph them: dark on gray paper, lit from one side, small, not in the
// middle.
#include <algorithm>
#include <random>

#include <gtest/gtest.h>

#include "hearth/datasets/vision/digits.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/view.h"
#include "hearth/pretrained/vision.h"
#include "hearth/vision/transforms/functional/resize.h"

namespace hearth::vision {
namespace {

constexpr int64_t kHeight = 150, kWidth = 120;

struct Photograph {
  double paper = 170, ink = 60;
  int64_t size = 56, top = 70, left = 15;
};

Tensor photograph(const Tensor& digit, const Photograph& how, uint32_t seed) {
  std::mt19937 random(seed);
  const Tensor big = transforms::functional::resize(digit, {how.size, how.size});
  const auto* shape = big.const_data_ptr<uint8_t>();
  Tensor out = empty({1, kHeight, kWidth}, kByte);
  auto* to = out.data_ptr<uint8_t>();
  for (int64_t y = 0; y < kHeight; ++y)
    for (int64_t x = 0; x < kWidth; ++x) {
      const int64_t row = y - how.top, column = x - how.left;
      const bool inside = row >= 0 && row < how.size && column >= 0 && column < how.size;
      const double ink = inside ? shape[row * how.size + column] / 255.0 : 0;
      const double light = 0.75 + 0.4 * static_cast<double>(x + y) / (kHeight + kWidth);
      const double noise = static_cast<double>(random() % 21) - 10;
      const double value = light * (how.paper * (1 - ink) + how.ink * ink) + noise;
      *to++ = static_cast<uint8_t>(std::clamp(value, 0.0, 255.0));
    }
  return out;
}

/// Of the digits 0 to 9, the first of each among the test images, how many are read.
int read_digits(const Photograph& how, const FitOptions& options = {}) {
  const Classifier model = pretrained::image_classifier("lenet-digits");
  const datasets::Digits data(datasets::Mode::kTest);
  int right = 0;
  for (int64_t digit = 0; digit < 10; ++digit) {
    int64_t i = 0;
    while (data.targets().select(0, i).item<int64_t>() != digit) ++i;
    const Tensor photo =
        photograph(data.pixels().select(0, i), how, static_cast<uint32_t>(digit) + 1);
    Fitted done;
    const Tensor input = model.fit(photo, options, &done);
    EXPECT_EQ(done.cropped, options.crop == Crop::Auto) << digit;
    if (done.cropped) {
      EXPECT_EQ(done.inverted, how.ink < how.paper) << digit;
    }
    const Tensor scores = model.probabilities(input.unsqueeze(0));
    const auto* p = scores.const_data_ptr<float>();
    right += std::max_element(p, p + 10) - p == digit;
  }
  return right;
}

TEST(PhotographedDigits, AreRead) {
  EXPECT_GE(read_digits({}), 8);
  EXPECT_GE(read_digits({150, 95, 40, 5, 70}), 8);    // faint, in a corner
  EXPECT_GE(read_digits({200, 20, 100, 20, 10}), 8);  // large
  EXPECT_GE(read_digits({60, 190, 50, 60, 40}), 8);   // chalk
}

TEST(PhotographedDigits, AreNotReadWhole) {
  EXPECT_LE(read_digits({}, {Invert::Auto, Crop::None}), 5);
}

}  // namespace
}  // namespace hearth::vision
