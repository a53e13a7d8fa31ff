// SPDX-License-Identifier: Apache-2.0
// A photograph of 224 x 224 pixels, interleaved as decoders give it, and a batch of sixteen.
// bench/peers/transforms_cases.py holds the same for torchvision and Pillow.
#include "hearth/vision/transforms/auto_augment.h"
#include "hearth/vision/transforms/color.h"
#include "hearth/vision/transforms/dtype.h"
#include "hearth/vision/transforms/functional/blur.h"
#include "hearth/vision/transforms/functional/color.h"
#include "hearth/vision/transforms/functional/dtype.h"
#include "hearth/vision/transforms/mixing.h"

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
  add_mix<T::MixUp>(cases, "MixUp, 16 images");
  add_mix<T::CutMix>(cases, "CutMix, 16 images");
}

}  // namespace hearth::bench
