// SPDX-License-Identifier: Apache-2.0
// Colors, blurs and types against torchvision's.
#include "hearth/vision/transforms/functional/blur.h"
#include "hearth/vision/transforms/functional/color.h"
#include "hearth/vision/transforms/functional/dtype.h"

#include "core/golden/runner.h"

namespace hearth::golden {
namespace {

namespace F = vision::transforms::functional;

Outputs blur(Args& a) {
  const std::vector<double> sigma = a.has("sigma") ? a.floats("sigma") : std::vector<double>();
  return {F::gaussian_blur(a[0], a.ints("kernel_size"), sigma)};
}

/// In place or not, and what becomes of the input.
Outputs normalize(Args& a) {
  Tensor image = a[0].clone();
  const Tensor out = F::normalize(image, a.floats("mean"), a.floats("std"), a.b("inplace"));
  EXPECT_EQ(out.data_ptr() == image.data_ptr(), a.b("inplace"));
  EXPECT_EQ(image.equal(a[0]), !a.b("inplace"));
  return {out};
}

#define OF(...) [](Args& a) { return Outputs{F::__VA_ARGS__}; }
/// Of x, the input as uint16; its result in [0, 1].
#define OF_WIDE(...)                              \
  [](Args& a) {                                   \
    const Tensor x = a[0].to(kUInt16);            \
    const Tensor result = F::__VA_ARGS__;         \
    EXPECT_EQ(result.scalar_type(), kUInt16);     \
    return Outputs{result.to(kFloat).div(65535)}; \
  }

const Table kTable{
    {"adjust_brightness", OF(adjust_brightness(a[0], a.f("brightness_factor")))},
    {"adjust_contrast", OF(adjust_contrast(a[0], a.f("contrast_factor")))},
    {"adjust_saturation", OF(adjust_saturation(a[0], a.f("saturation_factor")))},
    {"adjust_hue", OF(adjust_hue(a[0], a.f("hue_factor")))},
    {"adjust_sharpness", OF(adjust_sharpness(a[0], a.f("sharpness_factor")))},
    {"adjust_gamma", OF(adjust_gamma(a[0], a.f("gamma"), a.f("gain")))},
    {"rgb_to_grayscale", OF(rgb_to_grayscale(a[0], a.i("num_output_channels")))},
    {"grayscale_to_rgb", OF(grayscale_to_rgb(a[0]))},
    {"invert", OF(invert(a[0]))},
    {"posterize", OF(posterize(a[0], a.i("bits")))},
    {"solarize", OF(solarize(a[0], a.f("threshold")))},
    {"autocontrast", OF(autocontrast(a[0]))},
    {"equalize", OF(equalize(a[0]))},
    {"permute_channels", OF(permute_channels(a[0], a.ints("permutation")))},
    {"gaussian_blur", blur},
    {"to_dtype", OF(to_dtype(a[0], a.dtype("dtype"), a.b("scale")))},
    {"normalize", normalize},
    {"wide_adjust_brightness", OF_WIDE(adjust_brightness(x, a.f("brightness_factor")))},
    {"wide_adjust_contrast", OF_WIDE(adjust_contrast(x, a.f("contrast_factor")))},
    {"wide_adjust_saturation", OF_WIDE(adjust_saturation(x, a.f("saturation_factor")))},
    {"wide_adjust_hue", OF_WIDE(adjust_hue(x, a.f("hue_factor")))},
    {"wide_adjust_sharpness", OF_WIDE(adjust_sharpness(x, a.f("sharpness_factor")))},
    {"wide_adjust_gamma", OF_WIDE(adjust_gamma(x, a.f("gamma"), a.f("gain")))},
    {"wide_rgb_to_grayscale", OF_WIDE(rgb_to_grayscale(x, a.i("num_output_channels")))},
    {"wide_grayscale_to_rgb", OF_WIDE(grayscale_to_rgb(x))},
    {"wide_invert", OF_WIDE(invert(x))},
    {"wide_posterize", OF_WIDE(posterize(x, a.i("bits")))},
    {"wide_autocontrast", OF_WIDE(autocontrast(x))},
    {"wide_equalize", OF_WIDE(equalize(x))},
    {"wide_permute_channels", OF_WIDE(permute_channels(x, a.ints("permutation")))},
    {"wide_gaussian_blur", OF_WIDE(gaussian_blur(x, a.ints("kernel_size")))},
};

#undef OF
#undef OF_WIDE

HEARTH_GOLDEN_FAMILY(GoldenVisionColor, "vision_color", kTable);

}  // namespace
}  // namespace hearth::golden
