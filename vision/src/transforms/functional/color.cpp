// SPDX-License-Identifier: Apache-2.0
#include "hearth/vision/transforms/functional/color.h"

#include <cmath>

#include "hearth/base/error.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/index.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/shape.h"
#include "hearth/tensor/tensor_literal.h"

#include "transforms/color_kernels.h"
#include "transforms/color_steps.h"
#include "transforms/pixels.h"
#include "transforms/spread.h"

namespace hearth::vision::transforms::functional {
namespace {

Tensor adjust(const Tensor& image, Adjust what, double factor, const char* who) {
  check_colors(image, who);
  return adjust_colors(image, {{what, factor}});
}

/// Luma of bytes, in one channel.
Tensor luma_of_bytes(const Tensor& image) {
  const Pixels in = pixels_of(image);
  std::vector<int64_t> sizes = in.data.sizes().vec();
  sizes[sizes.size() - 3] = 1;
  Tensor out = empty(sizes, kByte);
  const auto* from = in.data.const_data_ptr<uint8_t>();
  auto* to = out.data_ptr<uint8_t>();
  const int64_t n = in.count();
  const ColorKernels& kernels = color_kernels();
  constexpr int64_t kChunk = 1024;
  const auto luma = [&](const uint8_t* rgb, int64_t begin, int64_t end, uint8_t* gray) {
    if (!in.interleaved) {
      const uint8_t* red = rgb + begin;
      kernels.luma(red, red + n, red + 2 * n, end - begin, gray + begin);
      return;
    }
    uint8_t colors[3][kChunk];
    for (int64_t at = begin; at < end; at += kChunk) {
      const int64_t some = std::min(kChunk, end - at);
      kernels.split(rgb + 3 * at, some, colors[0], colors[1], colors[2]);
      kernels.luma(colors[0], colors[1], colors[2], some, gray + at);
    }
  };
  spread_images(in.images, n, [&](int64_t first, int64_t last) {
    for (int64_t i = first; i < last; ++i)
      spread_pixels(n, kChunk, [&](int64_t begin, int64_t end) {
        luma(from + i * 3 * n, begin, end, to + i * n);
      });
  });
  return out.to(image.device());
}

Tensor three_times(const Tensor& gray) {
  std::vector<int64_t> sizes = gray.sizes().vec();
  sizes[sizes.size() - 3] = 3;
  return gray.expand(sizes).contiguous();
}

}  // namespace

Tensor adjust_brightness(const Tensor& image, double brightness_factor) {
  return adjust(image, Adjust::Brightness, brightness_factor, "adjust_brightness");
}

Tensor adjust_contrast(const Tensor& image, double contrast_factor) {
  return adjust(image, Adjust::Contrast, contrast_factor, "adjust_contrast");
}

Tensor adjust_saturation(const Tensor& image, double saturation_factor) {
  return adjust(image, Adjust::Saturation, saturation_factor, "adjust_saturation");
}

Tensor adjust_hue(const Tensor& image, double hue_factor) {
  return adjust(image, Adjust::Hue, hue_factor, "adjust_hue");
}

Tensor rgb_to_grayscale(const Tensor& image, int64_t num_output_channels) {
  check_colors(image, "rgb_to_grayscale");
  HEARTH_CHECK_AS(ValueError, num_output_channels == 1 || num_output_channels == 3,
                  "[rgb_to_grayscale] expected num_output_channels of 1 or 3, got ",
                  num_output_channels);
  Tensor gray = image.size(-3) == 1 ? image
                : is_bytes(image)   ? luma_of_bytes(image)
                : is_whole(image)   ? cut_off(whole_luma(image.to(kFloat)), image.scalar_type())
                                    : float_luma(image);
  if (num_output_channels == 3) return three_times(gray);
  return image.size(-3) == 1 ? image.clone() : gray;
}

Tensor grayscale_to_rgb(const Tensor& image) {
  check_shades(image, "grayscale_to_rgb");
  if (image.size(-3) >= 3) return image;
  HEARTH_CHECK_AS(ShapeError, image.size(-3) == 1,
                  "[grayscale_to_rgb] expected an image of 1 or 3 channels, got shape ",
                  image.sizes());
  return three_times(image);
}

Tensor permute_channels(const Tensor& image, IntArrayRef permutation) {
  check_shades(image, "permute_channels");
  HEARTH_CHECK_AS(ValueError, static_cast<int64_t>(permutation.size()) == image.size(-3),
                  "[permute_channels] expected a number for each of ", image.size(-3),
                  " channels, got ", permutation.size());
  return image.index_select(-3, tensor(permutation.vec()).to(image.device()));
}

}  // namespace hearth::vision::transforms::functional
