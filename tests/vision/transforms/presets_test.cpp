// SPDX-License-Identifier: Apache-2.0
#include "hearth/vision/transforms/presets.h"

#include <gtest/gtest.h>

#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/random.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/shape.h"
#include "hearth/ops/view.h"
#include "hearth/vision/io/image.h"
#include "hearth/vision/transforms/functional/crop.h"
#include "hearth/vision/transforms/functional/resize.h"

namespace hearth::vision::transforms {
namespace {

Tensor picture() {
  Generator generator(3);
  return randint(0, 256, {3, 61, 80}, generator, kByte);
}

TEST(Presets, EvaluationIsItsStepsAndItsPipeline) {
  const ImageClassificationEval preset(ImageClassificationEvalOptions(33).resize_size(40));
  const Tensor file = io::encode_png(picture());
  const Tensor out = preset(picture());
  Tensor wanted = functional::center_crop(functional::resize(picture(), {40, 52}), {33, 33});
  wanted = wanted.to(kFloat).div(255);
  for (int64_t c = 0; c < 3; ++c)
    wanted[c]
        .sub_(std::vector{0.485, 0.456, 0.406}[static_cast<size_t>(c)])
        .div_(std::vector{0.229, 0.224, 0.225}[static_cast<size_t>(c)]);
  EXPECT_TRUE(out.allclose(wanted, 1e-6, 1e-6));
  Tensor in_one = empty({3, 33, 33});
  Generator g(1);
  preset.pipeline().run_encoded(file, g, in_one);
  EXPECT_TRUE(in_one.allclose(wanted, 1e-6, 1e-6));
  EXPECT_EQ(preset.describe().rfind("ImageClassificationEval(crop_size=33, resize_size=40, ", 0),
            0u);
}

TEST(Presets, TrainingCropsFlipsAndErases) {
  const auto options = ImageClassificationTrainOptions(20)
                           .hflip_prob(1)
                           .random_erase_prob(1)
                           .auto_augment(Lambda([](const Tensor& x) { return x.bitwise_and(1); }))
                           .mean({0, 0, 0})
                           .std({1, 1, 1});
  const ImageClassificationTrain preset(options);
  Generator g(2);
  const Tensor out = preset(picture(), g);
  EXPECT_EQ(out.sizes(), (std::vector<int64_t>{3, 20, 20}));
  EXPECT_EQ(out.scalar_type(), kFloat);
  EXPECT_LE(out.max().item<double>(), 1.0 / 255 + 1e-9);
  EXPECT_EQ(preset.transforms().size(), 6u);
  EXPECT_EQ(ImageClassificationTrain().transforms().size(), 4u);
}

}  // namespace
}  // namespace hearth::vision::transforms
