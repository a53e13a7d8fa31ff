// SPDX-License-Identifier: Apache-2.0
#include "hearth/vision/transforms/erasing.h"

#include <cmath>

#include <gtest/gtest.h>

#include "hearth/base/error.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"
#include "hearth/vision/io/image.h"
#include "hearth/vision/transforms/dtype.h"
#include "hearth/vision/transforms/functional/augment.h"

#include "error_of.h"

namespace hearth::vision::transforms {
namespace {

TEST(Erasing, RectanglesHaveTheirAreaAndRatio) {
  const Tensor image = zeros({3, 64, 48});
  const RandomErasing erasing(RandomErasingOptions(1).scale({0.1, 0.2}).ratio({0.5, 2}).value(1.0));
  Generator g(2);
  double least = 1, most = 0, tall = 0;
  for (int i = 0; i < 200; ++i) {
    const Params p = erasing.sample({{"image", Image{image}}}, g);
    const double i0 = p["i"], j0 = p["j"], h = p["h"], w = p["w"];
    ASSERT_TRUE(i0 >= 0 && j0 >= 0 && i0 + h <= 64 && j0 + w <= 48);
    const double part = h * w / (64 * 48);
    least = std::min(least, part);
    most = std::max(most, part);
    tall += h > w;
    EXPECT_TRUE(h / w > 0.44 && h / w < 2.3);
    const Tensor out = erasing.apply({{"image", Image{image}}}, p).image();
    EXPECT_EQ(out.sum().item<double>(), 3 * h * w);
    EXPECT_EQ(image.sum().item<double>(), 0);
  }
  EXPECT_TRUE(least > 0.09 && least < 0.11 && most < 0.21 && most > 0.19) << least << " " << most;
  EXPECT_NEAR(tall / 200, 0.5, 0.12);
}

TEST(Erasing, ValuesAreNumbersOrNoise) {
  const Tensor image = full({3, 40, 40}, 9.0);
  Generator g(3);
  RandomErasingOptions options(1);
  const Tensor colored = RandomErasing(options.value(std::vector<double>{1, 2, 3}))(image, g);
  for (int64_t c = 0; c < 3; ++c) {
    EXPECT_EQ(colored[c].min().item<double>(), static_cast<double>(c + 1));
    EXPECT_EQ(colored[c].max().item<double>(), 9);
  }
  const Tensor noisy = RandomErasing(options.value(RandomValue()).scale({0.5, 0.6}))(image, g);
  const Tensor noise = noisy.masked_select(noisy != 9);
  EXPECT_GT(noise.numel(), 1000);
  EXPECT_NEAR(noise.mean().item<double>(), 0, 0.1);
  EXPECT_NEAR(noise.std().item<double>(), 1, 0.1);
  // In place, and not at all.
  Tensor own = image.clone();
  RandomErasing(RandomErasingOptions(1).inplace(true))(own, g);
  EXPECT_FALSE(equal(own, image));
  EXPECT_TRUE(equal(RandomErasing(0.0)(image, g), image));
  EXPECT_TRUE(equal(RandomErasing(1.0)(zeros({3, 1, 1}), g), zeros({3, 1, 1})));
}

TEST(Erasing, NamesWhatIsWrong) {
  Generator g(1);
  EXPECT_EQ(error_of([] {
              RandomErasing(RandomErasingOptions().scale({0.1, 1.1}));
            }),
            "[RandomErasing] expected a range of scale between 0 and 1, got (0.1, 1.1)");
  EXPECT_EQ(error_of([&] {
              RandomErasing(RandomErasingOptions(1).value(std::vector<double>{1, 2}))(
                  zeros({3, 9, 9}), g);
            }),
            "[RandomErasing] expected 1 or 3 numbers of value, got 2");
  EXPECT_EQ(error_of([] {
              functional::erase(zeros({3, 4, 4}), 2, 0, 3, 1, zeros({1, 1, 1}));
            }),
            "[erase] expected a part of an image of shape [3, 4, 4], got rows 2 + 3 and columns 0 "
            "+ 1");
  EXPECT_EQ(RandomErasing().describe(),
            "RandomErasing(p=0.5, scale=(0.02, 0.33), ratio=(0.3, 3.3), value=[0.0], "
            "inplace=False)");
  EXPECT_EQ(RandomErasing(RandomErasingOptions().value(RandomValue())).describe(),
            "RandomErasing(p=0.5, scale=(0.02, 0.33), ratio=(0.3, 3.3), inplace=False)");
}

TEST(Jpeg, IsEncodingAndDecoding) {
  Generator g(4);
  const Tensor image = (rand({3, 17, 21}, g) * 256).to(kByte);
  const Tensor gray = (rand({2, 1, 9, 8}, g) * 256).to(kByte);
  for (const int64_t quality : {1, 50, 95}) {
    EXPECT_TRUE(
        equal(functional::jpeg(image, quality), io::decode_jpeg(io::encode_jpeg(image, quality))));
    const Tensor out = functional::jpeg(gray, quality);
    EXPECT_EQ(out.sizes(), gray.sizes());
    EXPECT_TRUE(equal(out[1], io::decode_jpeg(io::encode_jpeg(gray[1], quality))));
  }
  // Images of a batch are shared out among threads.
  const Tensor many = (rand({5, 3, 10, 12}, g) * 256).to(kByte), out = functional::jpeg(many, 60);
  for (int64_t i = 0; i < 5; ++i) EXPECT_TRUE(equal(out[i], functional::jpeg(many[i], 60))) << i;
  EXPECT_TRUE(equal(functional::jpeg(zeros({0, 3, 4, 4}, kByte), 50), zeros({0, 3, 4, 4}, kByte)));
  EXPECT_THROW(functional::jpeg(zeros({3, 4, 4}), 50), DtypeError);
  EXPECT_THROW(functional::jpeg(zeros({2, 4, 4}, kByte), 50), ShapeError);
}

TEST(Dtype, ConvertsEachKindOfItem) {
  const Sample sample{{"image", Image{full({1, 2, 2}, 51, kByte)}},
                      {"mask", Mask{ones({2, 2}, kByte)}},
                      {"boxes", BoundingBoxes{zeros({1, 4}), BoundingBoxFormat::XYXY, {2, 2}}},
                      {"label", full({}, 3, kInt)}};
  Generator g(1);
  const Sample images = ToDtype(kFloat, true)(sample, g);
  EXPECT_NEAR(images.image().max().item<double>(), 0.2, 1e-7);
  EXPECT_EQ(std::get<Mask>(images["mask"]).data.scalar_type(), kByte);
  EXPECT_EQ(std::get<Tensor>(images["label"]).scalar_type(), kInt);
  const Sample each = ToDtype(ToDtypeOptions().mask(kLong).boxes(kDouble).others(kLong))(sample, g);
  EXPECT_EQ(each.image().scalar_type(), kByte);
  EXPECT_EQ(std::get<Mask>(each["mask"]).data.scalar_type(), kLong);
  EXPECT_EQ(std::get<BoundingBoxes>(each["boxes"]).data.scalar_type(), kDouble);
  EXPECT_EQ(std::get<Tensor>(each["label"]).scalar_type(), kLong);
  EXPECT_EQ(ToDtype(kFloat, true).describe(), "ToDtype(scale=True)");
  EXPECT_TRUE(std::holds_alternative<Tensor>(ToPureTensor()(sample, g)["mask"]));
  EXPECT_EQ(Normalize({0.5, 0.4, 0.3}, {0.1, 0.2, 0.3}).describe(),
            "Normalize(mean=[0.5, 0.4, 0.3], std=[0.1, 0.2, 0.3], inplace=False)");
  EXPECT_THROW(Normalize({0.5}, {0.0}), ValueError);
}

}  // namespace
}  // namespace hearth::vision::transforms
