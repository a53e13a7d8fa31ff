// SPDX-License-Identifier: Apache-2.0
#include "hearth/vision/transforms/mixing.h"

#include <cmath>

#include <gtest/gtest.h>

#include "hearth/base/error.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"
#include "hearth/tensor/tensor_literal.h"
#include "hearth/vision/transforms/container.h"

#include "error_of.h"

namespace hearth::vision::transforms {
namespace {

/// Images of one shade each: 0, 1, 2 ...
Tensor shades(int64_t n, int64_t h, int64_t w) {
  return arange(n, kFloat).view({n, 1, 1, 1}).expand({n, 3, h, w}).contiguous();
}

TEST(Mixing, PartsOfImagesAreThoseOfLabels) {
  const int64_t n = 5;
  const Tensor images = shades(n, 6, 7), labels = arange(n, kLong);
  Generator g(3);
  const MixUp mixup(n);
  const CutMix cutmix(n);
  for (int i = 0; i < 40; ++i) {
    for (const BatchMix* mixer :
         {static_cast<const BatchMix*>(&mixup), static_cast<const BatchMix*>(&cutmix)}) {
      const auto [mixed, soft] = (*mixer)(images, labels, g);
      ASSERT_EQ(soft.sizes(), (std::vector<int64_t>{n, n}));
      EXPECT_TRUE(allclose(soft.sum({1}), ones({n})));
      for (int64_t k = 0; k < n; ++k) {
        const int64_t before = (k + n - 1) % n;
        const double kept = soft[k][k].item<double>();
        EXPECT_NEAR(soft[k][before].item<double>(), 1 - kept, 1e-6);
        EXPECT_NEAR(mixed[k].mean().item<double>(),
                    kept * static_cast<double>(k) + (1 - kept) * static_cast<double>(before), 1e-5);
      }
    }
  }
}

TEST(Mixing, DrawsTheParametersOfABatch) {
  Generator g(5);
  const Sample batch{{"images", Image{shades(2, 10, 20)}}};
  double sum = 0, small = 0;
  for (int i = 0; i < 500; ++i) {
    sum += MixUp(2).sample(batch, g)["lam"];
    small += MixUp(MixOptions(2).alpha(0.1)).sample(batch, g)["lam"] < 0.05;
    const Params p = CutMix(2).sample(batch, g);
    const double x1 = p["x1"], x2 = p["x2"], y1 = p["y1"], y2 = p["y2"];
    EXPECT_TRUE(0 <= x1 && x1 <= x2 && x2 <= 20 && 0 <= y1 && y1 <= y2 && y2 <= 10);
    EXPECT_DOUBLE_EQ(p["lam_adjusted"], 1 - (x2 - x1) * (y2 - y1) / 200);
  }
  EXPECT_NEAR(sum / 500, 0.5, 0.05);
  EXPECT_NEAR(small / 500, 0.4, 0.1);
}

TEST(Mixing, AChoiceOfBothMixesBatches) {
  const Tensor images = shades(4, 8, 8), labels = arange(4, kLong);
  const RandomChoice either({MixUp(4), CutMix(4)});
  Generator g(9), same(9);
  int cut = 0;
  for (int i = 0; i < 60; ++i) {
    const auto [mixed, soft] = mix(either, images, labels, g);
    EXPECT_EQ(soft.sizes(), (std::vector<int64_t>{4, 4}));
    // Cut images keep whole numbers.
    cut += equal(mixed, mixed.round());
    EXPECT_TRUE(equal(mix(either, images, labels, same).first, mixed));
  }
  EXPECT_TRUE(cut > 15 && cut < 45) << cut;
}

TEST(Mixing, FindsLabelsByNameAndKeepsOtherTensors) {
  const Sample batch{{"ids", arange(2, kLong)},
                     {"images", Image{shades(2, 2, 2)}},
                     {"target", tensor({1, 0}, kLong)}};
  Generator g(1);
  const Sample out = MixUp(MixOptions(2).labels("target"))(batch, g);
  EXPECT_TRUE(equal(std::get<Tensor>(out["ids"]), arange(2, kLong)));
  EXPECT_EQ(std::get<Tensor>(out["target"]).sizes(), (std::vector<int64_t>{2, 2}));
  EXPECT_EQ(std::get<Tensor>(MixUp(2)(batch, g)["ids"]).dim(), 2);
}

TEST(Mixing, NamesWhatIsWrong) {
  Generator g(1);
  const Tensor images = shades(3, 2, 2), labels = arange(3, kLong);
  EXPECT_EQ(error_of([&] { MixUp()(images, labels, g); }),
            "[MixUp] expected num_classes for labels that are class indices, got none");
  EXPECT_EQ(error_of([&] { CutMix(3)(images, arange(2, kLong), g); }),
            "[CutMix] expected a batch of 2 images as there are labels, got shape [3, 3, 2, 2]");
  EXPECT_EQ(error_of([&] {
              MixUp(4)(images, ones({3, 3}), g);
            }),
            "[MixUp] expected labels of 4 classes, got 3");
  EXPECT_EQ(error_of([&] {
              MixUp(3)(images, ones({3, 3, 3}), g);
            }),
            "[MixUp] expected labels [N] or [N, classes], got shape [3, 3, 3]");
  EXPECT_EQ(error_of([&] { MixUp(3)(images.to(kByte), labels, g); }),
            "[MixUp] expected images of floating point, got uint8");
  EXPECT_EQ(error_of([&] { MixUp(3)(images[0], labels, g); }),
            "[MixUp] expected a batch of 3 images as there are labels, got shape [3, 2, 2]");
  EXPECT_EQ(error_of([&] {
              MixUp(3)(Sample{{"image", Image{images}}}, g);
            }),
            "[MixUp] expected labels in the sample, got no plain tensor");
  EXPECT_EQ(error_of([&] {
              MixUp(3)(Sample{{"masks", Mask{zeros({3, 2, 2})}}, {"labels", labels}}, g);
            }),
            "[MixUp] expected images and labels, got masks, boxes or points: 'masks'");
  EXPECT_THROW(MixUp(3)(images, labels + 1, g), Error);
  EXPECT_THROW(MixUp(MixOptions(3).alpha(0)), ValueError);
  EXPECT_THROW(CutMix(MixOptions(0)), ValueError);
  EXPECT_EQ(MixUp(3).describe(), "MixUp(alpha=1.0, num_classes=3)");
  EXPECT_EQ(CutMix(MixOptions(4).alpha(0.5)).describe(), "CutMix(alpha=0.5, num_classes=4)");
}

}  // namespace
}  // namespace hearth::vision::transforms
