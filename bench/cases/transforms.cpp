// SPDX-License-Identifier: Apache-2.0
// A photograph of 224 x 224 pixels, interleaved as decoders give it, and a batch of sixteen.
// bench/peers/transforms_cases.py holds the same for torchvision and Pillow.
#include "hearth/vision/transforms/auto_augment.h"
#include "hearth/vision/transforms/color.h"
#include "hearth/vision/transforms/dtype.h"
#include "hearth/vision/transforms/functional/blur.h"
#include "hearth/vision/transforms/functional/color.h"
#include "hearth/vision/transforms/functional/crop.h"
#include "hearth/vision/transforms/functional/dtype.h"
#include "hearth/vision/transforms/functional/flip.h"
#include "hearth/vision/transforms/functional/pad.h"
#include "hearth/vision/transforms/functional/resize.h"
#include "hearth/vision/transforms/functional/warp.h"
#include "hearth/vision/transforms/mixing.h"
#include "hearth/vision/transforms/warp.h"

#include "cases/cases.h"

namespace hearth::bench {
namespace {

namespace T = vision::transforms;
namespace F = T::functional;

/// Noise, smoothed to what neighbours in a photograph have in common.
Tensor photo() {
  Generator generator(1);
  const Tensor noise = (rand({3, 224, 224}, generator) * 256).to(kByte);
  const Tensor smooth = F::autocontrast(F::gaussian_blur(noise, 31));
  return smooth.permute({1, 2, 0}).contiguous().permute({2, 0, 1});
}

Tensor batch() { return F::to_dtype(photo(), kFloat, true).contiguous().repeat({16, 1, 1, 1}); }

template <class F>
void add(Cases& cases, const char* name, F f) {
  cases[std::string("transforms/") + name] = [f] {
    const Tensor image = photo();
    return [=] { const Tensor y = f(image); };
  };
}

template <class Transform>
void add_drawn(Cases& cases, const char* name, const Transform& transform) {
  cases[std::string("transforms/") + name] = [transform] {
    const Tensor image = photo();
    return
        [=, generator = Generator(1)]() mutable { const Tensor y = transform(image, generator); };
  };
}

template <class Mix>
void add_mix(Cases& cases, const char* name) {
  cases[std::string("transforms/") + name] = [] {
    const Tensor images = batch(), labels = arange(16, kLong);
    return [=, mix = Mix(16), generator = Generator(1)]() mutable {
      const auto mixed = mix(images, labels, generator);
    };
  };
}

}  // namespace

void add_transforms(Cases& cases) {
  add_drawn(cases, "ColorJitter", T::ColorJitter(0.4, 0.4, 0.4, 0.1));
  add_drawn(cases, "TrivialAugmentWide", T::TrivialAugmentWide());
  add_drawn(cases, "RandAugment", T::RandAugment());
  add(cases, "brightness", [](const Tensor& x) { return F::adjust_brightness(x, 1.3); });
  add(cases, "contrast", [](const Tensor& x) { return F::adjust_contrast(x, 1.3); });
  add(cases, "saturation", [](const Tensor& x) { return F::adjust_saturation(x, 1.3); });
  add(cases, "hue", [](const Tensor& x) { return F::adjust_hue(x, 0.07); });
  add(cases, "gamma", [](const Tensor& x) { return F::adjust_gamma(x, 1.7); });
  add(cases, "grayscale", [](const Tensor& x) { return F::rgb_to_grayscale(x); });
  add(cases, "invert", [](const Tensor& x) { return F::invert(x); });
  add(cases, "posterize", [](const Tensor& x) { return F::posterize(x, 4); });
  add(cases, "solarize", [](const Tensor& x) { return F::solarize(x, 128); });
  add(cases, "autocontrast", [](const Tensor& x) { return F::autocontrast(x); });
  add(cases, "equalize", [](const Tensor& x) { return F::equalize(x); });
  add(cases, "sharpness", [](const Tensor& x) { return F::adjust_sharpness(x, 1.7); });
  add(cases, "gaussian_blur 5", [](const Tensor& x) { return F::gaussian_blur(x, 5, 1.1); });
  add(cases, "gaussian_blur 23", [](const Tensor& x) { return F::gaussian_blur(x, 23, 1.1); });
  add(cases, "to float", [](const Tensor& x) { return F::to_dtype(x, kFloat, true); });
  constexpr auto kBilinear = T::InterpolationMode::Bilinear;
  constexpr auto kBicubic = T::InterpolationMode::Bicubic;
  add(cases, "resize 128", [](const Tensor& x) { return F::resize(x, {128, 128}); });
  add(cases, "resize 128, bicubic", [](const Tensor& x) {
    return F::resize(x, {128, 128}, kBicubic);
  });
  add(cases, "resize 300", [](const Tensor& x) { return F::resize(x, {300, 300}); });
  add(cases, "resized_crop", [](const Tensor& x) {
    return F::resized_crop(x, 20, 30, 150, 170, {160, 160});
  });
  add(cases, "horizontal_flip", [](const Tensor& x) { return F::horizontal_flip(x); });
  add(cases, "vertical_flip", [](const Tensor& x) { return F::vertical_flip(x); });
  add(cases, "pad", [](const Tensor& x) { return F::pad(x, 8); });
  add(cases, "pad, reflect",
      [](const Tensor& x) { return F::pad(x, 8, {}, T::PaddingMode::Reflect); });
  add(cases, "rotate", [](const Tensor& x) { return F::rotate(x, 30); });
  add(cases, "rotate, bilinear", [](const Tensor& x) { return F::rotate(x, 30, kBilinear); });
  add(cases, "affine, bilinear", [](const Tensor& x) {
    return F::affine(x, {.angle = 10, .translate = {5, 7}, .scale = 1.1, .shear = {3, 5}},
                     kBilinear);
  });
  add(cases, "perspective", [](const Tensor& x) {
    return F::perspective(x,
                          F::perspective_coefficients({{{0, 0}, {223, 0}, {223, 223}, {0, 223}}},
                                                      {{{9, 5}, {210, 8}, {220, 215}, {4, 219}}}));
  });
  add_drawn(cases, "ElasticTransform", T::ElasticTransform());
  add_mix<T::MixUp>(cases, "MixUp, 16 images");
  add_mix<T::CutMix>(cases, "CutMix, 16 images");
}

}  // namespace hearth::bench
