// SPDX-License-Identifier: Apache-2.0
#include "hearth/vision/transforms/resize.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "hearth/ops/creation.h"

namespace hearth::vision::transforms {
namespace {

/// The inputs that make up one output, and how much of each.
struct Taps {
  int64_t first;
  std::vector<float> weights;
};

std::vector<Taps> triangle_taps(int64_t in, int64_t out) {
  const double scale = static_cast<double>(in) / static_cast<double>(out);
  const double reach = std::max(scale, 1.0);
  std::vector<Taps> all;
  for (int64_t i = 0; i < out; ++i) {
    const double center = scale * (static_cast<double>(i) + 0.5);
    const auto first = std::max<int64_t>(0, static_cast<int64_t>(center - reach + 0.5));
    const auto last = std::min(in, static_cast<int64_t>(center + reach + 0.5));
    Taps taps{first, {}};
    double sum = 0;
    for (int64_t j = first; j < last; ++j) {
      const double distance = std::abs((static_cast<double>(j) - center + 0.5) / reach);
      taps.weights.push_back(static_cast<float>(std::max(0.0, 1 - distance)));
      sum += taps.weights.back();
    }
    for (float& w : taps.weights) w = static_cast<float>(w / sum);
    all.push_back(std::move(taps));
  }
  return all;
}

}  // namespace

Tensor resize(const Tensor& image, int64_t height, int64_t width) {
  HEARTH_CHECK_AS(DtypeError, image.defined() && image.scalar_type() == kByte,
                  "[resize] expected a uint8 image");
  HEARTH_CHECK_AS(ShapeError, image.dim() == 3 && image.size(1) > 0 && image.size(2) > 0,
                  "[resize] expected an image [C, H, W], got shape ", image.sizes());
  HEARTH_CHECK_AS(ValueError, height > 0 && width > 0, "[resize] expected a positive size, got ",
                  height, " x ", width);
  const int64_t channels = image.size(0), in_h = image.size(1), in_w = image.size(2);
  Tensor source = image.cpu().contiguous();
  Tensor out = empty({channels, height, width}, kByte);
  const std::vector<Taps> across = triangle_taps(in_w, width), down = triangle_taps(in_h, height);
  std::vector<float> rows(static_cast<size_t>(in_h * width));
  for (int64_t c = 0; c < channels; ++c) {
    const uint8_t* in = source.const_data_ptr<uint8_t>() + c * in_h * in_w;
    for (int64_t y = 0; y < in_h; ++y) {
      for (int64_t x = 0; x < width; ++x) {
        const Taps& taps = across[static_cast<size_t>(x)];
        float sum = 0;
        for (size_t j = 0; j < taps.weights.size(); ++j)
          sum += taps.weights[j] * in[y * in_w + taps.first + static_cast<int64_t>(j)];
        rows[static_cast<size_t>(y * width + x)] = sum;
      }
    }
    uint8_t* to = out.data_ptr<uint8_t>() + c * height * width;
    for (int64_t y = 0; y < height; ++y) {
      const Taps& taps = down[static_cast<size_t>(y)];
      for (int64_t x = 0; x < width; ++x) {
        float sum = 0;
        for (size_t j = 0; j < taps.weights.size(); ++j)
          sum += taps.weights[j] *
                 rows[(static_cast<size_t>(taps.first) + j) * static_cast<size_t>(width) +
                      static_cast<size_t>(x)];
        *to++ = static_cast<uint8_t>(std::lround(std::clamp(sum, 0.0f, 255.0f)));
      }
    }
  }
  return out.to(image.device());
}

}  // namespace hearth::vision::transforms
