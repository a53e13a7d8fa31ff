// SPDX-License-Identifier: Apache-2.0
#include "vision/overlay.h"

#include <algorithm>
#include <cmath>

#include "hearth/ops/creation.h"

using hearth::Tensor;

namespace {

struct Rgb {
  double c[3];
};
constexpr Rgb kWarm{{255, 221, 51}}, kHot{{214, 39, 40}};
/// How much of the picture the hottest places hide.
constexpr double kMostHidden = 0.65;

/// heat between its places; (y, x) from 0 to 1.
double bilinear(const float* heat, int64_t h, int64_t w, double y, double x) {
  const double py = std::clamp(y * static_cast<double>(h) - 0.5, 0.0, static_cast<double>(h - 1));
  const double px = std::clamp(x * static_cast<double>(w) - 0.5, 0.0, static_cast<double>(w - 1));
  const auto y0 = static_cast<int64_t>(py), x0 = static_cast<int64_t>(px);
  const int64_t y1 = std::min(y0 + 1, h - 1), x1 = std::min(x0 + 1, w - 1);
  const double fy = py - static_cast<double>(y0), fx = px - static_cast<double>(x0);
  const auto at = [&](int64_t r, int64_t c) { return static_cast<double>(heat[r * w + c]); };
  return (at(y0, x0) * (1 - fx) + at(y0, x1) * fx) * (1 - fy) +
         (at(y1, x0) * (1 - fx) + at(y1, x1) * fx) * fy;
}

}  // namespace

Tensor overlaid(const Tensor& picture, const Tensor& heat, int64_t least) {
  const Tensor from = picture.contiguous(), warmth = heat.contiguous();
  const int64_t channels = from.size(0), h = from.size(1), w = from.size(2);
  const int64_t times = std::max<int64_t>(1, (least + std::min(h, w) - 1) / std::min(h, w));
  const int64_t out_h = h * times, out_w = w * times;
  Tensor out = hearth::empty({3, out_h, out_w}, hearth::kByte);
  const auto* pixels = from.const_data_ptr<uint8_t>();
  const auto* values = warmth.const_data_ptr<float>();
  auto* to = out.data_ptr<uint8_t>();
  for (int64_t y = 0; y < out_h; ++y) {
    for (int64_t x = 0; x < out_w; ++x) {
      const double v = bilinear(values, warmth.size(0), warmth.size(1),
                                (static_cast<double>(y) + 0.5) / static_cast<double>(out_h),
                                (static_cast<double>(x) + 0.5) / static_cast<double>(out_w));
      for (int64_t c = 0; c < 3; ++c) {
        const int64_t source = channels == 3 ? c : 0;
        const double color = kWarm.c[c] + (kHot.c[c] - kWarm.c[c]) * v;
        const double shown = pixels[(source * h + y / times) * w + x / times];
        const double mixed = shown + (color - shown) * kMostHidden * v;
        to[(c * out_h + y) * out_w + x] = static_cast<uint8_t>(std::lround(mixed));
      }
    }
  }
  return out;
}
