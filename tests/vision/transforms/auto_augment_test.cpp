// SPDX-License-Identifier: Apache-2.0
#include "hearth/vision/transforms/auto_augment.h"

#include <map>
#include <set>

#include <gtest/gtest.h>

#include "hearth/base/error.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/shape.h"

#include "error_of.h"

namespace hearth::vision::transforms {
namespace {

Sample random_image(IntArrayRef sizes) {
  Generator g(1);
  return {{"image", Image{(rand(sizes, g) * 256).to(kByte)}}, {"label", full({}, 7, kLong)}};
}

TEST(AutoAugment, PrintsAsTorchvision) {
  EXPECT_EQ(AutoAugment().describe(),
            "AutoAugment(interpolation=nearest, policy=AutoAugmentPolicy.IMAGENET)");
  EXPECT_EQ(AutoAugment(AutoAugmentOptions(AutoAugmentPolicy::SVHN).fill({3})).describe(),
            "AutoAugment(interpolation=nearest, fill=3.0, policy=AutoAugmentPolicy.SVHN)");
  EXPECT_EQ(RandAugment().describe(),
            "RandAugment(interpolation=nearest, num_ops=2, magnitude=9, num_magnitude_bins=31)");
  EXPECT_EQ(TrivialAugmentWide(TrivialAugmentWideOptions().fill({1, 2, 3})).describe(),
            "TrivialAugmentWide(interpolation=nearest, fill=[1.0, 2.0, 3.0], "
            "num_magnitude_bins=31)");
  EXPECT_EQ(AugMix().describe(),
            "AugMix(interpolation=bilinear, severity=3, mixture_width=3, chain_depth=-1, "
            "alpha=1.0, all_ops=True)");
}

TEST(AutoAugment, DrawsFromTheWholeSpace) {
  const Sample sample = random_image({3, 40, 30});
  Generator g(5);
  std::map<int64_t, std::set<double>> seen;
  for (int i = 0; i < 3000; ++i) {
    const Params p = TrivialAugmentWide().sample(sample, g);
    ASSERT_EQ(p.steps.size(), 1u);
    seen[p.steps[0].integer("op")].insert(p.steps[0]["magnitude"]);
  }
  EXPECT_EQ(seen.size(), 14u);
  const auto count = [&](AugmentOp op) { return seen[static_cast<int64_t>(op)].size(); };
  EXPECT_GT(count(AugmentOp::ShearX), 50u);  // of 61
  EXPECT_EQ(count(AugmentOp::Posterize), 7u);
  EXPECT_GT(count(AugmentOp::Solarize), 25u);
  EXPECT_EQ(count(AugmentOp::Equalize), 1u);
  for (int i = 0; i < 100; ++i) {
    const Params p = RandAugment(RandAugmentOptions(3, 30)).sample(sample, g);
    ASSERT_EQ(p.steps.size(), 3u);
    for (const Params& op : p.steps)
      if (op.integer("op") == static_cast<int64_t>(AugmentOp::Rotate)) {
        EXPECT_EQ(std::abs(op["magnitude"]), 30);
      }
  }
  size_t ops = 0;
  for (int i = 0; i < 400; ++i) {
    const Params p = AutoAugment().sample(sample, g);
    EXPECT_LE(p.steps.size(), 2u);
    ops += p.steps.size();
  }
  EXPECT_TRUE(ops > 400 && ops < 600) << ops;
}

TEST(AutoAugment, ChangesTheImageAlone) {
  const Sample sample = random_image({3, 20, 30});
  const Sample batch = random_image({2, 1, 9, 8});
  Generator g(6), same(6);
  const AutoAugment autos(AutoAugmentPolicy::CIFAR10);
  const RandAugment rands;
  const TrivialAugmentWide trivial;
  const AugMix mix;
  int changed = 0;
  for (int i = 0; i < 25; ++i) {
    for (const Transform* t :
         {static_cast<const Transform*>(&autos), static_cast<const Transform*>(&rands),
          static_cast<const Transform*>(&trivial), static_cast<const Transform*>(&mix)}) {
      for (const Sample& in : {sample, batch}) {
        const Sample out = (*t)(in, g);
        EXPECT_EQ(out.image().sizes(), in.image().sizes());
        EXPECT_EQ(out.image().scalar_type(), kByte);
        EXPECT_EQ(std::get<Tensor>(out["label"]).item<int64_t>(), 7);
        EXPECT_TRUE(equal((*t)(in, same).image(), out.image()));
        changed += !equal(out.image(), in.image());
      }
    }
  }
  EXPECT_GT(changed, 120);
}

TEST(AutoAugment, NamesWhatIsWrong) {
  Generator g(1);
  const Tensor image = zeros({3, 4, 4}, kByte);
  EXPECT_EQ(error_of([&] {
              RandAugment()(Sample{{"a", Image{image}}, {"b", Image{image}}}, g);
            }),
            "[RandAugment] expected one image in the sample, got 'a' and 'b'");
  EXPECT_EQ(error_of([&] {
              AugMix()(Sample{{"a", Image{image}}, {"m", Mask{zeros({4, 4}, kByte)}}}, g);
            }),
            "[AugMix] expected no masks, boxes or points in the sample, got 'm'");
  EXPECT_EQ(error_of([&] {
              AutoAugment()(Sample{{"x", image}}, g);
            }),
            "[AutoAugment] expected an image in the sample, got none");
  EXPECT_EQ(error_of([&] {
              TrivialAugmentWide()(zeros({4, 4, 4}, kByte), g);
            }),
            "[TrivialAugmentWide] expected an image of 1 or 3 channels, got shape [4, 4, 4]");
  EXPECT_EQ(error_of([] { RandAugment(RandAugmentOptions(2, 31)); }),
            "[RandAugment] expected a magnitude from 0 to 30, got 31");
  EXPECT_THROW(RandAugment(RandAugmentOptions(-1)), ValueError);
  EXPECT_THROW(TrivialAugmentWide(TrivialAugmentWideOptions().num_magnitude_bins(1)), ValueError);
  EXPECT_THROW(AugMix(AugMixOptions().severity(11)), ValueError);
  EXPECT_THROW(AugMix(AugMixOptions().alpha(0)), ValueError);
}

}  // namespace
}  // namespace hearth::vision::transforms
