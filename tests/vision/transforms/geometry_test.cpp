// SPDX-License-Identifier: Apache-2.0
// What transforms of geometry draw, and that a sample's parts go along.
#include <algorithm>
#include <cmath>
#include <set>

#include <gtest/gtest.h>

#include "hearth/base/error.h"
#include "hearth/base/generator.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/random.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/shape.h"
#include "hearth/ops/view.h"
#include "hearth/tensor/tensor_literal.h"
#include "hearth/vision/transforms/boxes.h"
#include "hearth/vision/transforms/container.h"
#include "hearth/vision/transforms/crop.h"
#include "hearth/vision/transforms/flip.h"
#include "hearth/vision/transforms/functional/warp.h"
#include "hearth/vision/transforms/pad.h"
#include "hearth/vision/transforms/warp.h"

namespace hearth::vision::transforms {
namespace {

/// An image and a mask whose pixels are their numbers, a box and two points, and a label.
Sample sample_of(int64_t height, int64_t width) {
  const Tensor numbers = arange(height * width, TensorOptions(kFloat)).reshape({height, width});
  return {{"image", Image{numbers.unsqueeze(0)}},
          {"mask", Mask{numbers}},
          {"boxes", BoundingBoxes{hearth::tensor({{1.f, 2.f, 5.f, 4.f}, {0.f, 0.f, 3.f, 3.f}}),
                                  BoundingBoxFormat::XYXY,
                                  {height, width}}},
          {"points", KeyPoints{hearth::tensor({{1.f, 2.f}, {5.f, 4.f}}), {height, width}}},
          {"labels", hearth::tensor({7, 8})}};
}
const Tensor& boxes_of(const Sample& s) { return std::get<BoundingBoxes>(s["boxes"]).data; }
const Tensor& mask_of(const Sample& s) { return std::get<Mask>(s["mask"]).data; }

/// Whether the mask went where the image did, and all say the same size.
void expect_together(const Sample& out, const std::string& what) {
  EXPECT_TRUE(out.image().squeeze(0).equal(mask_of(out))) << what;
  const Size size = query_size(out);
  EXPECT_EQ(std::get<BoundingBoxes>(out["boxes"]).canvas, size) << what;
  EXPECT_EQ(std::get<KeyPoints>(out["points"]).canvas, size) << what;
  EXPECT_TRUE(std::get<Tensor>(out["labels"]).equal(hearth::tensor({7, 8}))) << what;
}

TEST(Geometry, WarpsAreTheSameInAnyLayoutBatchAndType) {
  manual_seed(4);
  AffineMap map;
  map.angle = 25;
  map.scale = 0.8;
  const Tensor displacement = (rand({1, 19, 23, 2}) - 0.5) * 0.3;
  const PerspectiveCoefficients slanted{1.1, 0.1, -1.5, 0.05, 0.9, 0.7, 0.004, -0.003};
  const auto warps = [&](const Tensor& image, const Fill& fill) {
    constexpr auto kMode = InterpolationMode::Bilinear;
    return std::vector<Tensor>{functional::affine(image, map, kMode, fill),
                               functional::rotate(image, 30, kMode, true, {}, fill),
                               functional::perspective(image, slanted, kMode, fill),
                               functional::elastic(image, displacement, kMode, fill)};
  };
  for (const int64_t channels : {1, 2, 3, 4, 5}) {
    for (const Fill& fill : {Fill{}, Fill{7}}) {
      const Tensor batch = randint(0, 256, {2, channels, 19, 23}, TensorOptions(kByte));
      const Tensor image = batch[1];
      const auto wanted = warps(image, fill), of_batch = warps(batch, fill);
      const auto interleaved =
          warps(image.permute({1, 2, 0}).contiguous().permute({2, 0, 1}), fill);
      const Tensor numbers = image.to(kFloat);
      const auto direct = warps(numbers, fill);
      // With a gradient, places become a grid and pass through grid_sampler.
      const auto by_grid = warps(numbers.detach().requires_grad_(), fill);
      for (size_t k = 0; k < wanted.size(); ++k) {
        EXPECT_TRUE(of_batch[k][1].equal(wanted[k])) << channels << " " << k;
        EXPECT_TRUE(interleaved[k].equal(wanted[k])) << channels << " " << k;
        EXPECT_TRUE(direct[k].round().to(kByte).equal(wanted[k])) << channels << " " << k;
        EXPECT_TRUE(by_grid[k].detach().allclose(direct[k], 1e-4, 2e-3)) << channels << " " << k;
      }
    }
  }
}

TEST(Geometry, ASamplesPartsGoTogether) {
  const Sample sample = sample_of(12, 17);
  const std::vector<AnyTransform> all{
      RandomHorizontalFlip(1),
      RandomVerticalFlip(1),
      CenterCrop(5),
      CenterCrop(20, 9),
      RandomCrop(6),
      RandomCrop(RandomCropOptions(12, 17).padding(3)),
      Pad(2),
      Pad({{1, 2, 3, 4}}),
      RandomZoomOut(RandomZoomOutOptions().p(1)),
      RandomIoUCrop(),
      RandomRotation(40),
      RandomRotation(RandomRotationOptions(10, 80).expand(true)),
      RandomAffine(RandomAffineOptions(20)
                       .translate({{0.2, 0.1}})
                       .scale({{0.5, 1.5}})
                       .shear({{-3, 3, -2, 2}})),
      RandomPerspective(RandomPerspectiveOptions().p(1).interpolation(InterpolationMode::Nearest)),
      ElasticTransform(
          ElasticTransformOptions().sigma({1, 1}).interpolation(InterpolationMode::Nearest)),
      RandomResizedCrop(RandomResizedCropOptions(8, 9).interpolation(InterpolationMode::Nearest))};
  for (const AnyTransform& t : all) {
    for (uint64_t seed = 0; seed < 5; ++seed) {
      Generator g(seed), h(seed);
      const Sample out = (*t)(sample, g);
      expect_together(out, t->describe());
      EXPECT_TRUE(out.image().equal(t->apply(sample, t->sample(sample, h)).image()));
    }
  }
  expect_together(sample, "the sample itself stays");
}

TEST(Geometry, FlipsHappenByChance) {
  const Sample sample = sample_of(3, 4);
  const RandomHorizontalFlip half;
  Generator g(5);
  int flipped = 0;
  for (int i = 0; i < 200; ++i) flipped += half.sample(sample, g).integer("apply") != 0;
  EXPECT_NEAR(flipped, 100, 25);
  EXPECT_TRUE(RandomVerticalFlip(0)(sample, g).image().equal(sample.image()));
  EXPECT_TRUE(RandomVerticalFlip(1)(sample, g).image().equal(sample.image().flip({1})));
}

TEST(Geometry, RandomCropsReachEveryPlaceAndPad) {
  const Sample sample = sample_of(12, 17);
  const RandomCrop crop(RandomCropOptions(11, 15).padding(Padding(1, 0)));
  Generator g(3);
  std::set<std::pair<int64_t, int64_t>> seen;
  for (int i = 0; i < 300; ++i) {
    const Params p = crop.sample(sample, g);
    seen.insert({p.integer("top"), p.integer("left")});
  }
  EXPECT_EQ(seen.size(), 2u * 5u);
  EXPECT_EQ(query_size(RandomCrop(RandomCropOptions(20).pad_if_needed(true))(sample, g)),
            (Size{20, 20}));
  EXPECT_THROW(RandomCrop(13)(sample, g), ValueError);
  EXPECT_THROW(RandomCrop(0), ValueError);
}

TEST(Geometry, CropsInFiveAndTen) {
  const Tensor image = arange(30, TensorOptions(kFloat)).reshape({1, 5, 6});
  const Tensor five = FiveCrop(2, 3)(image), ten = TenCrop(2)(image);
  EXPECT_EQ(five.sizes(), (std::vector<int64_t>{5, 1, 2, 3}));
  EXPECT_EQ(five[3][0][0][0].item<float>(), 21);
  EXPECT_EQ(ten.sizes(), (std::vector<int64_t>{10, 1, 2, 2}));
  EXPECT_TRUE(ten[5].equal(ten[1].flip({2})));
  EXPECT_THROW(FiveCrop(6)(image), ValueError);
  EXPECT_THROW(FiveCrop(2)(sample_of(5, 6)), ValueError);
}

TEST(Geometry, IoUCropsKeepABoxAndSanitizingDropsTheRest) {
  const Sample sample = sample_of(40, 40);
  const RandomIoUCrop crop(RandomIoUCropOptions().sampler_options({0.0, 0.01}));
  const SanitizeBoundingBoxes sanitize;
  Generator g(2);
  bool dropped = false;
  for (int i = 0; i < 40; ++i) {
    const Params p = crop.sample(sample, g);
    const Sample cut = crop.apply(sample, p);
    const Sample out = sanitize(cut);
    const int64_t left = boxes_of(out).size(0);
    EXPECT_EQ(std::get<Tensor>(out["labels"]).size(0), left);
    if (p.integer("apply") == 0) continue;
    EXPECT_TRUE(p.tensor("is_within_crop_area").any().item<bool>());
    dropped |= left < 2;
  }
  EXPECT_TRUE(dropped);
  EXPECT_THROW(crop.sample(Sample{{"image", Image{zeros({1, 4, 4})}}}, g), ValueError);
  Sample wrong = sample;
  wrong.set("labels", hearth::tensor({1, 2, 3}));
  EXPECT_THROW(sanitize(wrong), ValueError);
  EXPECT_EQ(
      boxes_of(SanitizeBoundingBoxes(SanitizeBoundingBoxesOptions().min_size(3))(sample)).size(0),
      1);
  const Sample other = ConvertBoundingBoxFormat(BoundingBoxFormat::CXCYWH)(sample);
  EXPECT_TRUE(boxes_of(other)[0].equal(hearth::tensor({3.f, 3.f, 4.f, 2.f})));
  EXPECT_TRUE(boxes_of(ClampBoundingBoxes()(sample)).equal(boxes_of(sample)));
}

TEST(Geometry, WarpsStayInTheirRanges) {
  const Sample sample = sample_of(20, 30);
  const RandomAffine affine(
      RandomAffineOptions(-10, 30).translate({{0.1, 0.2}}).scale({{0.5, 2}}).shear({{1, 2}}));
  const RandomPerspective never(RandomPerspectiveOptions().p(0));
  Generator g(6);
  for (int i = 0; i < 100; ++i) {
    const Params p = affine.sample(sample, g);
    EXPECT_TRUE(p["angle"] >= -10 && p["angle"] < 30);
    EXPECT_TRUE(std::abs(p["translate_x"]) <= 3 && std::abs(p["translate_y"]) <= 4);
    EXPECT_TRUE(p["scale"] >= 0.5 && p["scale"] < 2 && p["shear_x"] >= 1 && p["shear_x"] < 2);
    EXPECT_EQ(p["shear_y"], 0);
    EXPECT_EQ(p["translate_x"], std::nearbyint(p["translate_x"]));
  }
  EXPECT_TRUE(never(sample, g).image().equal(sample.image()));
  const Params d = ElasticTransform(ElasticTransformOptions().sigma({2, 2})).sample(sample, g);
  EXPECT_EQ(d.tensor("displacement").sizes(), (std::vector<int64_t>{1, 20, 30, 2}));
  EXPECT_THROW(RandomAffine(RandomAffineOptions(1).scale({{0, 1}})), ValueError);
  EXPECT_THROW(RandomAffine(RandomAffineOptions(1).translate({{0, 1.5}})), ValueError);
  EXPECT_THROW(RandomAffine(RandomAffineOptions(1).shear({{1, 2, 3}})), ValueError);
  EXPECT_THROW(RandomPerspective(RandomPerspectiveOptions().distortion_scale(2)), ValueError);
  EXPECT_THROW(functional::affine(sample.image(), AffineMap{.scale = 0}), ValueError);
  EXPECT_THROW(functional::affine(sample.image(), {}, InterpolationMode::Bicubic), ValueError);
  EXPECT_THROW(functional::elastic(sample.image(), zeros({1, 20, 29, 2})), ShapeError);
  EXPECT_THROW(functional::perspective_coefficients({}, {}), ValueError);
  EXPECT_THROW(functional::pad(sample.image(), 20, {}, PaddingMode::Reflect), ValueError);
  EXPECT_THROW(functional::pad(sample.image(), 2, {1, 2}), ValueError);
  EXPECT_THROW(functional::pad(sample.image(), -11), ValueError);
  EXPECT_EQ(functional::rotate(zeros({3, 0, 4}), 30).numel(), 0);
}

TEST(Geometry, DescribesAsTorchvision) {
  EXPECT_EQ(RandomHorizontalFlip().describe(), "RandomHorizontalFlip(p=0.5)");
  EXPECT_EQ(RandomResizedCrop(224).describe(),
            "RandomResizedCrop(size=(224, 224), scale=(0.08, 1.0), ratio=(0.75, "
            "1.3333333333333333), interpolation=bilinear, antialias=True)");
  EXPECT_EQ(CenterCrop(3).describe(), "CenterCrop(size=(3, 3))");
  EXPECT_EQ(TenCrop(2).describe(), "TenCrop(size=(2, 2), vertical_flip=False)");
  EXPECT_EQ(ConvertBoundingBoxFormat(BoundingBoxFormat::XYWH).describe(),
            "ConvertBoundingBoxFormat(format=XYWH)");
}

}  // namespace
}  // namespace hearth::vision::transforms
