// SPDX-License-Identifier: Apache-2.0
#include "hearth/vision/transforms/resize.h"

#include <cmath>

#include <gtest/gtest.h>

#include "hearth/base/error.h"
#include "hearth/base/threads.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/random.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/shape.h"
#include "hearth/ops/view.h"

#include "transforms/pillow_resize.h"

namespace hearth::vision::transforms {
namespace {

using functional::resize;
using functional::resized_size;

Tensor noise(IntArrayRef sizes) {
  Generator generator(11);
  return randint(0, 256, sizes, generator, kByte);
}

TEST(Resize, KeepsTheSameSizeAndEvenShades) {
  const Tensor image = noise({3, 4, 5});
  EXPECT_TRUE(resize(image, {4, 5}).is_same(image));
  const Tensor even = resize(full({3, 17, 5}, 77, kByte), {9, 31});
  EXPECT_EQ(even.sizes(), (std::vector<int64_t>{3, 9, 31}));
  EXPECT_TRUE(even.eq(77).all().item<bool>());
}

TEST(Resize, WindowsAndMirrorsAreThoseOfTheWhole) {
  const Tensor image = noise({37, 41, 3});
  for (const Size to : {Size{20, 23}, Size{80, 30}, Size{9, 60}, Size{37, 41}, Size{37, 9}}) {
    for (const InterpolationMode mode : {InterpolationMode::Bilinear, InterpolationMode::Lanczos}) {
      const Tensor whole = resize(image.permute({2, 0, 1}), to, mode).permute({1, 2, 0});
      for (const auto& [top, left, h, w] : std::vector<std::array<int64_t, 4>>{
               {0, 0, to.height, to.width}, {3, 2, 4, 5}, {to.height - 2, to.width - 1, 2, 1}}) {
        for (const bool mirror : {false, true}) {
          PixelResizer resizer;
          resizer.set(mode, {37, 41}, to, top, left, {h, w}, mirror);
          const auto* pixels = image.const_data_ptr<uint8_t>();
          resizer.run(3, pixels + (resizer.rows().begin() * 41 + resizer.columns().begin()) * 3,
                      41 * 3, pixels + image.numel());
          Tensor out = empty({h, w, 3}, kByte);
          for (int64_t y = 0; y < h; ++y)
            std::copy_n(resizer.row(y), w * 3, out.data_ptr<uint8_t>() + y * w * 3);
          Tensor wanted = whole.narrow(0, top, h).narrow(1, left, w);
          if (mirror) wanted = wanted.flip({1});
          EXPECT_TRUE(out.equal(wanted)) << to.height << " x " << to.width << " at " << top << ", "
                                         << left << (mirror ? " mirrored" : "");
        }
      }
    }
  }
}

TEST(Resize, BatchesAreEachImageAndInterleavedOnesStaySo) {
  const Tensor images = noise({5, 3, 12, 17});
  const Tensor all = resize(images, {7, 20});
  const Tensor last = resize(images.contiguous(MemoryFormat::ChannelsLast), {7, 20});
  EXPECT_TRUE(last.is_contiguous(MemoryFormat::ChannelsLast));
  EXPECT_TRUE(all.equal(last));
  for (int64_t i = 0; i < 5; ++i) EXPECT_TRUE(all[i].equal(resize(images[i], {7, 20})));
  EXPECT_EQ(resize(noise({0, 3, 12, 17}), {7, 20}).sizes(), (std::vector<int64_t>{0, 3, 7, 20}));
}

TEST(Resize, NumbersOfSixteenBitsStayInTheirRange) {
  // Black beside white, which cubic curves go beyond.
  const Tensor steps = arange(0, 81, kInt).remainder(2).mul(65535).reshape({1, 9, 9});
  for (const bool antialias : {false, true}) {
    const Tensor exact = resize(steps.to(kDouble), {23, 20}, InterpolationMode::Bicubic, antialias);
    ASSERT_GT(exact.max().item<double>(), 65536);
    ASSERT_LT(exact.min().item<double>(), -1);
    const auto off = [&](ScalarType dtype, double least) {
      const Tensor got = resize((steps + static_cast<int64_t>(least)).to(dtype), {23, 20},
                                InterpolationMode::Bicubic, antialias);
      EXPECT_EQ(got.scalar_type(), dtype);
      const Tensor want = (exact + least).clamp(least, least + 65535);
      return (got.to(kDouble) - want).abs().max().item<double>();
    };
    // Half of rounding, and float32's millionth.
    EXPECT_LT(off(kUInt16, 0), 0.6) << antialias;
    EXPECT_LT(off(kShort, -32768), 0.6) << antialias;
  }
}

TEST(Resize, TransformsEveryItemToItsSize) {
  const Sample sample{{"image", Image{noise({3, 20, 40})}},
                      {"mask", Mask{noise({20, 40})}},
                      {"boxes", BoundingBoxes{full({1, 4}, 10), BoundingBoxFormat::XYXY, {20, 40}}},
                      {"points", KeyPoints{full({1, 2}, 10), {20, 40}}},
                      {"label", full({}, 3)}};
  const Sample out = Resize(10)(sample);
  EXPECT_EQ(out.image().sizes(), (std::vector<int64_t>{3, 10, 20}));
  EXPECT_EQ(std::get<Mask>(out["mask"]).data.sizes(), (std::vector<int64_t>{10, 20}));
  EXPECT_EQ(std::get<BoundingBoxes>(out["boxes"]).canvas, (Size{10, 20}));
  EXPECT_EQ(std::get<BoundingBoxes>(out["boxes"]).data[0][0].item<float>(), 5);
  EXPECT_EQ(std::get<KeyPoints>(out["points"]).canvas, (Size{10, 20}));
  EXPECT_EQ(std::get<Tensor>(out["label"]).item<float>(), 3);
  EXPECT_EQ(query_size(Resize({6, 7})(sample)), (Size{6, 7}));
  EXPECT_EQ(query_size(Resize(ResizeOptions(15).max_size(20))(sample)), (Size{10, 20}));
  EXPECT_EQ(query_size(Resize(ResizeOptions(std::nullopt).max_size(20))(sample)), (Size{10, 20}));
}

TEST(Resize, RandomSizesKeepTheirRanges) {
  const Sample sample{{"image", Image{noise({1, 20, 40})}}};
  const RandomResize any({5, 8});
  const RandomShortestSize shortest(RandomShortestSizeOptions({10, 30}).max_size(50));
  const ScaleJitter jitter({20, 40});
  Generator g(2);
  bool seen[8] = {};
  for (int i = 0; i < 40; ++i) {
    const Params p = any.sample(sample, g);
    ASSERT_TRUE(p["height"] >= 5 && p["height"] < 8 && p["width"] == 2 * p["height"]);
    seen[p.integer("height")] = true;
    const int64_t width = shortest.sample(sample, g).integer("width");
    EXPECT_TRUE(width == 20 || width == 50) << width;
    const int64_t jittered = jitter.sample(sample, g).integer("height");
    EXPECT_TRUE(jittered >= 1 && jittered <= 20) << jittered;
  }
  EXPECT_TRUE(seen[5] && seen[6] && seen[7]);
  EXPECT_EQ(query_size(any(sample, g)).width % 2, 0);
}

TEST(Resize, DescribesAsTorchvision) {
  EXPECT_EQ(Resize(2).describe(), "Resize(size=[2], interpolation=bilinear, antialias=True)");
  EXPECT_EQ(
      Resize(ResizeOptions(2).max_size(9).interpolation(InterpolationMode::Bicubic)).describe(),
      "Resize(size=[2], interpolation=bicubic, max_size=9, antialias=True)");
  EXPECT_EQ(ScaleJitter({4, 5}).describe(),
            "ScaleJitter(target_size=(4, 5), scale_range=(0.1, 2.0), interpolation=bilinear, "
            "antialias=True)");
}

TEST(Resize, OfNumbersReadsNoMoreThanItsFilter) {
  Tensor x = ones({1, 1, 16}, TensorOptions(kFloat).requires_grad(true));
  const Tensor gap = x.detach().clone();
  gap.select(2, 0).fill_(std::nan(""));
  for (const auto mode :
       {InterpolationMode::Box, InterpolationMode::Hamming, InterpolationMode::Lanczos}) {
    const Tensor y = resize(gap, {1, 8}, mode).isnan();
    EXPECT_TRUE(y.select(2, 0).item<bool>());
    EXPECT_FALSE(y.select(2, 7).item<bool>());
    x.mutable_grad() = Tensor();
    resize(x, {3, 8}, mode).sum().backward();
    EXPECT_NEAR(x.grad().sum().item<double>(), 24, 1e-4);
  }
}

TEST(Resize, SaysWhatItExpects) {
  EXPECT_THROW(resize(zeros({4, 4}, kByte), {2, 2}), ShapeError);
  EXPECT_THROW(resize(Tensor(), {2, 2}), ShapeError);
  EXPECT_THROW(resize(zeros({1, 4, 4}, kByte), {0, 2}), ValueError);
  EXPECT_THROW(resize(zeros({1, 0, 4}, kByte), {2, 2}), ShapeError);
  EXPECT_THROW(resize(zeros({1, 4, 4}), {2, 2}, InterpolationMode::Lanczos, false), ValueError);
  EXPECT_THROW(resize(zeros({1, 4, 4}, kByte), {2, 2}, InterpolationMode::Box, false), ValueError);
  EXPECT_THROW(resized_size({4, 4}, 5, 5), ValueError);
  EXPECT_THROW(resized_size({4, 4}, std::nullopt), ValueError);
  EXPECT_THROW(resized_size({0, 4}, 3), ValueError);
  EXPECT_THROW(Resize(ResizeOptions(3, 4).max_size(9)), ValueError);
  EXPECT_THROW(Resize(0), ValueError);
  EXPECT_THROW(RandomResize({3, 3}), ValueError);
}

}  // namespace
}  // namespace hearth::vision::transforms
