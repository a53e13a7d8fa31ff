// SPDX-License-Identifier: Apache-2.0
#include "hearth/vision/transforms/color.h"

#include <cmath>
#include <set>

#include <gtest/gtest.h>

#include "hearth/autograd/gradcheck.h"
#include "hearth/base/error.h"
#include "hearth/base/threads.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/shape.h"
#include "hearth/vision/transforms/auto_augment.h"
#include "hearth/vision/transforms/blur.h"
#include "hearth/vision/transforms/functional/blur.h"
#include "hearth/vision/transforms/functional/color.h"

#include "error_of.h"

namespace hearth::vision::transforms {
namespace {

namespace F = functional;

Tensor random_image(IntArrayRef sizes, uint64_t seed = 1) {
  Generator g(seed);
  return (rand(sizes, g) * 256).to(kByte);
}

TEST(Color, PrintsAsTorchvision) {
  EXPECT_EQ(ColorJitter(0.4, 0.4, 0.4, 0.1).describe(),
            "ColorJitter(brightness=(0.6, 1.4), contrast=(0.6, 1.4), saturation=(0.6, 1.4), "
            "hue=(-0.1, 0.1))");
  EXPECT_EQ(ColorJitter(ColorJitterOptions().hue(Range(-0.1, 0.3))).describe(),
            "ColorJitter(hue=(-0.1, 0.3))");
  EXPECT_EQ(ColorJitter(0, 0, 0, 0).describe(), "ColorJitter()");
  EXPECT_EQ(Grayscale(3).describe(), "Grayscale(num_output_channels=3)");
  EXPECT_EQ(RandomGrayscale().describe(), "RandomGrayscale(p=0.1)");
  EXPECT_EQ(RGB().describe(), "RGB()");
  EXPECT_EQ(RandomPhotometricDistort().describe(),
            "RandomPhotometricDistort(brightness=(0.875, 1.125), contrast=(0.5, 1.5), "
            "hue=(-0.05, 0.05), saturation=(0.5, 1.5), p=0.5)");
  EXPECT_EQ(RandomChannelPermutation().describe(), "RandomChannelPermutation()");
  EXPECT_EQ(RandomInvert().describe(), "RandomInvert(p=0.5)");
  EXPECT_EQ(RandomPosterize(4).describe(), "RandomPosterize(p=0.5, bits=4)");
  EXPECT_EQ(RandomSolarize(0.5, 0.1).describe(), "RandomSolarize(p=0.1, threshold=0.5)");
  EXPECT_EQ(RandomAdjustSharpness(2).describe(),
            "RandomAdjustSharpness(p=0.5, sharpness_factor=2.0)");
  EXPECT_EQ(RandomAutocontrast().describe(), "RandomAutocontrast(p=0.5)");
  EXPECT_EQ(RandomEqualize().describe(), "RandomEqualize(p=0.5)");
  EXPECT_EQ(GaussianBlur(5).describe(), "GaussianBlur(kernel_size=(5, 5), sigma=[0.1, 2.0])");
  EXPECT_EQ(GaussianBlur(GaussianBlurOptions(5, 3).sigma({1.5, 1.5})).describe(),
            "GaussianBlur(kernel_size=(5, 3), sigma=[1.5, 1.5])");
  EXPECT_EQ(GaussianNoise().describe(), "GaussianNoise(mean=0.0, sigma=0.1, clip=True)");
  EXPECT_EQ(JPEG(50).describe(), "JPEG(quality=[50, 50])");
}

TEST(Color, JitterIsItsStepsOneByOne) {
  // More than one chunk, of a size that no chunk divides.
  for (const Tensor& image :
       {random_image({3, 61, 67}), random_image({61, 67, 3}).permute({2, 0, 1}),
        random_image({2, 3, 40, 41}), rand({3, 9, 8}, Generator(5))}) {
    const ColorJitter jitter(0.4, 0.4, 0.4, 0.1);
    Generator g(7);
    for (int i = 0; i < 8; ++i) {
      const Params params = jitter.sample({{"image", Image{image}}}, g);
      Tensor want = image;
      for (int64_t k = 0; k < 4; ++k) {
        switch (params.tensor("fn_idx")[k].item<int64_t>()) {
          case 0:
            want = F::adjust_brightness(want, params["brightness_factor"]);
            break;
          case 1:
            want = F::adjust_contrast(want, params["contrast_factor"]);
            break;
          case 2:
            want = F::adjust_saturation(want, params["saturation_factor"]);
            break;
          default:
            want = F::adjust_hue(want, params["hue_factor"]);
        }
      }
      const Tensor got = jitter.apply({{"image", Image{image}}}, params).image();
      EXPECT_TRUE(equal(got, want)) << i << " " << image.sizes();
    }
  }
}

TEST(Color, JitterDrawsWithinItsRanges) {
  const ColorJitter jitter(ColorJitterOptions().brightness(0.5).saturation(Range(0.2, 0.3)));
  Generator g(3);
  std::set<int64_t> first;
  double low = 9, high = 0;
  for (int i = 0; i < 200; ++i) {
    const Params params = jitter.sample({}, g);
    first.insert(params.tensor("fn_idx")[0].item<int64_t>());
    low = std::min(low, params["brightness_factor"]);
    high = std::max(high, params["brightness_factor"]);
    EXPECT_TRUE(params["saturation_factor"] >= 0.2 && params["saturation_factor"] < 0.3);
    EXPECT_FALSE(params.contains("contrast_factor") || params.contains("hue_factor"));
  }
  EXPECT_EQ(first.size(), 4u);
  EXPECT_GT(low, 0.5);
  EXPECT_LT(low, 0.55);
  EXPECT_LT(high, 1.5);
  EXPECT_GT(high, 1.45);
}

TEST(Color, OneDrawForAllImagesOfASample) {
  const Tensor image = random_image({3, 6, 5});
  const Sample sample{{"image", Image{image}},
                      {"label", full({}, 3, kLong)},
                      {"mask", Mask{zeros({6, 5}, kByte)}},
                      {"other", Image{image.clone()}}};
  const ColorJitter jitter(0.4, 0.4, 0.4, 0.1);
  Generator g(11), same(11);
  const Sample out = jitter(sample, g);
  EXPECT_FALSE(equal(out.image(), image));
  EXPECT_TRUE(equal(out.image(), out.image("other")));
  EXPECT_TRUE(equal(std::get<Mask>(out["mask"]).data, zeros({6, 5}, kByte)));
  EXPECT_EQ(std::get<Tensor>(out["label"]).item<int64_t>(), 3);
  EXPECT_TRUE(equal(jitter(image, same), out.image()));
  // Noise is another for each image, and the same for the same generator.
  Generator a(2), b(2);
  const Sample noisy = GaussianNoise()(sample, a);
  EXPECT_FALSE(equal(noisy.image(), noisy.image("other")));
  EXPECT_TRUE(equal(noisy.image(), GaussianNoise()(image, b)));
}

TEST(Color, KeepsTheOrderOfMemory) {
  const Tensor image = random_image({9, 7, 3}).permute({2, 0, 1});
  for (const Tensor& out :
       {F::adjust_brightness(image, 0.5), F::adjust_hue(image, 0.1), F::adjust_contrast(image, 2),
        F::adjust_sharpness(image, 2), F::gaussian_blur(image, 3), F::equalize(image),
        F::solarize(image, 100), F::invert(image), F::autocontrast(image), F::posterize(image, 3)})
    EXPECT_EQ(out.strides(), image.strides());
}

TEST(Color, ByChanceIsAllOrNothing) {
  const Tensor image = random_image({3, 8, 8});
  Generator g(4);
  EXPECT_TRUE(equal(RandomInvert(0)(image, g), image));
  EXPECT_TRUE(equal(RandomInvert(1)(image, g), F::invert(image)));
  EXPECT_TRUE(equal(RandomEqualize(1)(image, g), F::equalize(image)));
  EXPECT_TRUE(equal(RandomAutocontrast(1)(image, g), F::autocontrast(image)));
  EXPECT_TRUE(equal(RandomPosterize(2, 1)(image, g), F::posterize(image, 2)));
  EXPECT_TRUE(equal(RandomSolarize(99, 1)(image, g), F::solarize(image, 99)));
  EXPECT_TRUE(equal(RandomAdjustSharpness(3, 1)(image, g), F::adjust_sharpness(image, 3)));
  EXPECT_TRUE(equal(RandomGrayscale(1)(image, g), F::rgb_to_grayscale(image, 3)));
  EXPECT_TRUE(equal(Grayscale()(image, g), F::rgb_to_grayscale(image)));
  EXPECT_TRUE(equal(RGB()(image.narrow(0, 0, 1), g)[2], image[0]));
  int applied = 0;
  for (int i = 0; i < 400; ++i) applied += !equal(RandomInvert(0.25)(image, g), image);
  EXPECT_TRUE(applied > 70 && applied < 130) << applied;
  std::set<int64_t> first;
  for (int i = 0; i < 60; ++i) {
    const Sample sample{{"image", Image{image}}};
    const Params params = RandomChannelPermutation().sample(sample, g);
    const Tensor order = params.tensor("permutation");
    const Tensor out = RandomChannelPermutation().apply(sample, params).image();
    for (int64_t c = 0; c < 3; ++c) EXPECT_TRUE(equal(out[c], image[order[c].item<int64_t>()]));
    EXPECT_EQ(order.sum().item<int64_t>(), 3);
    first.insert(order[0].item<int64_t>());
  }
  EXPECT_EQ(first.size(), 3u);
}

TEST(Color, DistortsEachPropertyByChance) {
  const Tensor image = random_image({3, 4, 4});
  Generator g(6);
  int changes[6] = {};
  for (int i = 0; i < 300; ++i) {
    const Params p = RandomPhotometricDistort().sample({{"image", Image{image}}}, g);
    const char* names[] = {"brightness_factor", "contrast_factor", "saturation_factor",
                           "hue_factor", "channel_permutation"};
    for (int k = 0; k < 5; ++k) changes[k] += p.contains(names[k]);
    changes[5] += p["contrast_before"] != 0;
  }
  for (const int n : changes) EXPECT_TRUE(n > 115 && n < 185) << n;
}

TEST(Color, NoiseHasItsMeanAndDeviation) {
  Generator g(8);
  const Tensor gray = full({1, 200, 200}, 0.5);
  const Tensor noisy = F::gaussian_noise(gray, 0.1, 0.05, true, g);
  EXPECT_NEAR(noisy.mean().item<double>(), 0.6, 0.002);
  EXPECT_NEAR(noisy.std().item<double>(), 0.05, 0.002);
  const Tensor bytes = F::gaussian_noise(full({1, 200, 200}, 100, kByte), 0.1, 0.05, true, g);
  EXPECT_EQ(bytes.scalar_type(), kByte);
  EXPECT_NEAR(bytes.to(kFloat).mean().item<double>(), 125, 1);
  EXPECT_NEAR(bytes.to(kFloat).std().item<double>(), 12.75, 0.5);
  // Clipped, or wrapped around.
  const Tensor black = zeros({1, 50, 50}, kByte);
  EXPECT_LT(F::gaussian_noise(black, 0, 0.1, true, g).max().item<int>(), 200);
  EXPECT_GT(F::gaussian_noise(black, 0, 0.1, false, g).max().item<int>(), 200);
  EXPECT_LT(F::gaussian_noise(zeros({1, 50, 50}), 0, 0.1, false, g).min().item<double>(), 0);
}

TEST(Color, SixteenBitsKeepThemAndHaveTheirOwnWhite) {
  Generator g(3);
  const Tensor deep = (rand({2, 3, 6, 5}, g) * 65536).to(kUInt16);
  const Tensor numbers = deep.to(kInt), inverted = 65535 - numbers;
  const Tensor solarized = F::solarize(deep, 40000);
  EXPECT_EQ(solarized.scalar_type(), kUInt16);
  EXPECT_TRUE(solarized.to(kInt).equal(where(numbers >= 40000, inverted, numbers)));
  EXPECT_THROW(F::solarize(deep, 65536), ValueError);
  EXPECT_TRUE(F::augment(deep, AugmentOp::Solarize, 0.25)
                  .to(kInt)
                  .equal(where(numbers >= 0.25 * 65535, inverted, numbers)));
  const Tensor jittered =
      ColorJitter(0.4, 0.4, 0.4, 0.1)(Sample{{"image", Image{deep}}}, g).image();
  EXPECT_EQ(jittered.scalar_type(), kUInt16);
  EXPECT_GT(jittered.to(kInt).max().item<int>(), 255);
  EXPECT_EQ(error_of([&] { F::gaussian_noise(deep); }),
            "[gaussian_noise] expected an image of uint8 or floating point, got uint16");
}

TEST(Color, WhiteStaysWhiteInIntegersThatFloatsRoundUp) {
  for (const ScalarType dtype : {kInt, kLong}) {
    const int64_t white = dtype == kInt ? INT32_MAX : INT64_MAX;
    const Tensor image = full({3, 6, 6}, white, dtype);
    for (const Tensor& out : {F::adjust_brightness(image, 3), F::adjust_contrast(image, 1),
                              F::adjust_saturation(image, 1), F::adjust_sharpness(image, 1.5),
                              F::gaussian_blur(image, 3), F::autocontrast(image)}) {
      EXPECT_EQ(out.scalar_type(), dtype);
      EXPECT_GT(out.min().item<double>(), 0.999 * static_cast<double>(white));
    }
    EXPECT_EQ(F::invert(image).max().item<int64_t>(), 0);
    EXPECT_EQ(F::solarize(image, 5).max().item<int64_t>(), 0);
    EXPECT_EQ(F::posterize(image, 1).min().item<int64_t>(), white / 2 + 1);
  }
}

TEST(Color, PartsOfALargeImageAreChangedAsTheWhole) {
  const int before = get_num_threads();
  for (const bool interleaved : {false, true})
    for (const int64_t channels : {1, 3}) {
      const Tensor image = interleaved ? random_image({700, 517, channels}).permute({2, 0, 1})
                                       : random_image({channels, 700, 517});
      const auto all = [&](int threads) {
        set_num_threads(threads);
        const Sample sample{{"image", Image{image}}};
        Generator g(4);
        return std::vector<Tensor>{ColorJitter(0.4, 0.4, 0.4, 0.2)(sample, g).image(),
                                   F::adjust_contrast(image, 0.3),
                                   F::rgb_to_grayscale(image),
                                   F::autocontrast(image),
                                   F::equalize(image),
                                   F::gaussian_blur(image, {3, 9}),
                                   F::adjust_hue(image.to(kFloat) / 255, 0.2)};
      };
      const std::vector<Tensor> alone = all(1), shared = all(3);
      for (size_t i = 0; i < alone.size(); ++i) EXPECT_TRUE(equal(alone[i], shared[i])) << i;
      // What depends on the pixel alone is the same in a part.
      const auto part = [](const Tensor& t) { return t.narrow(-2, 399, 9).narrow(-1, 11, 33); };
      EXPECT_TRUE(equal(part(F::adjust_hue(F::adjust_brightness(image, 1.2), 0.1)),
                        F::adjust_hue(F::adjust_brightness(part(image).contiguous(), 1.2), 0.1)));
      EXPECT_TRUE(equal(part(shared[2]), F::rgb_to_grayscale(part(image).contiguous())));
      EXPECT_TRUE(equal(shared[5].narrow(-2, 100, 60),
                        F::gaussian_blur(image.narrow(-2, 90, 80), {3, 9}).narrow(-2, 10, 60)));
    }
  set_num_threads(before);
}

TEST(Color, BlursHaveGradients) {
  Tensor image = rand({2, 6, 7}, Generator(5), kDouble).set_requires_grad(true);
  EXPECT_TRUE(autograd::gradcheck(
      [](const std::vector<Tensor>& x) {
        return std::vector<Tensor>{F::gaussian_blur(x[0], {5, 3})};
      },
      {image}));
  const Tensor plain = image.detach().to(kFloat), leaf = plain.clone().set_requires_grad(true);
  EXPECT_TRUE(allclose(F::gaussian_blur(leaf, 5).detach(), F::gaussian_blur(plain, 5)));
}

TEST(Color, NamesWhatIsWrong) {
  EXPECT_EQ(error_of([] {
              F::adjust_hue(zeros({3, 2, 2}, kInt), 0.1);
            }),
            "[to_dtype] float32 is too coarse to be scaled to int32");
  EXPECT_EQ(error_of([] {
              F::adjust_hue(zeros({3, 2, 2}, kBool), 0.1);
            }),
            "[adjust_hue] expected an image of floating point or integers, got bool");
  EXPECT_EQ(error_of([] {
              F::adjust_contrast(zeros({4, 2, 2}, kByte), 1);
            }),
            "[adjust_contrast] expected an image of 1 or 3 channels, got shape [4, 2, 2]");
  EXPECT_EQ(error_of([] { F::invert(Tensor()); }), "[invert] expected an image, got none");
  EXPECT_EQ(error_of([] {
              F::equalize(zeros({2, 2}, kByte));
            }),
            "[equalize] expected an image [..., C, H, W], got shape [2, 2]");
  EXPECT_EQ(error_of([] {
              F::adjust_brightness(zeros({3, 2, 2}, kByte), -0.5);
            }),
            "[adjust_brightness] expected a factor of at least 0, got -0.5");
  EXPECT_THROW(F::adjust_saturation(zeros({3, 2, 2}, kByte), NAN), ValueError);
  EXPECT_THROW(F::adjust_brightness(zeros({3, 2, 2}, kByte), INFINITY), ValueError);
  EXPECT_EQ(error_of([] { ColorJitter(-0.1); }),
            "[ColorJitter] expected a brightness of at least 0, got -0.1");
  EXPECT_THROW(ColorJitter(0, 0, 0, 0.6), ValueError);
  EXPECT_THROW(ColorJitter(ColorJitterOptions().contrast(Range(1, 0.5))), ValueError);
  EXPECT_THROW(RandomInvert(1.5), ValueError);
  EXPECT_THROW(RandomPosterize(9), ValueError);
  EXPECT_THROW(Grayscale(2), ValueError);
  EXPECT_THROW(GaussianBlur(4), ValueError);
  EXPECT_THROW(GaussianBlur(GaussianBlurOptions(3).sigma({0, 1})), ValueError);
  EXPECT_THROW(JPEG(0), ValueError);
  EXPECT_THROW(JPEG(20, 101), ValueError);
  EXPECT_EQ(error_of([] {
              Generator g(1);
              RandomChannelPermutation()(Sample{{"label", zeros({})}}, g);
            }),
            "[RandomChannelPermutation] expected an image in the sample, got none");
}

}  // namespace
}  // namespace hearth::vision::transforms
