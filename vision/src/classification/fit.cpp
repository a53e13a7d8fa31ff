// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <vector>

#include "hearth/ops/creation.h"
#include "hearth/vision/classification/classifier.h"
#include "hearth/vision/transforms/resize.h"

namespace hearth::vision {
namespace {

/// Decoded pictures have 1 to 4 channels (gray, gray and alpha, RGB, RGB and alpha). Transparent
/// pixels show white paper.
Tensor with_channels(const Tensor& picture, int64_t channels) {
  Tensor in = picture.cpu().contiguous();
  const int64_t have = in.size(0), area = in.size(1) * in.size(2);
  const bool alpha = have == 2 || have == 4, color = have >= 3;
  Tensor out = empty({channels, in.size(1), in.size(2)}, kByte);
  const auto* from = in.const_data_ptr<uint8_t>();
  auto* to = out.data_ptr<uint8_t>();
  for (int64_t i = 0; i < area; ++i) {
    int rgb[3];
    const int opaque = alpha ? from[(have - 1) * area + i] : 255;
    for (int c = 0; c < 3; ++c) {
      const int v = from[(color ? c : 0) * area + i];
      rgb[c] = (v * opaque + 255 * (255 - opaque) + 127) / 255;
    }
    if (channels == 1) {
      to[i] = static_cast<uint8_t>((rgb[0] * 19595 + rgb[1] * 38470 + rgb[2] * 7471 + 32768) >> 16);
    } else {
      for (int c = 0; c < 3; ++c) to[c * area + i] = static_cast<uint8_t>(rgb[c]);
    }
  }
  return out;
}

/// The median of each channel along the border.
std::vector<uint8_t> border_shade(const Tensor& picture) {
  const int64_t h = picture.size(1), w = picture.size(2);
  std::vector<uint8_t> shades;
  for (int64_t c = 0; c < picture.size(0); ++c) {
    const uint8_t* p = picture.const_data_ptr<uint8_t>() + c * h * w;
    std::vector<uint8_t> border;
    for (int64_t y = 0; y < h; ++y) {
      const int64_t step = y == 0 || y == h - 1 ? 1 : std::max<int64_t>(1, w - 1);
      for (int64_t x = 0; x < w; x += step) border.push_back(p[y * w + x]);
    }
    auto middle = border.begin() + static_cast<std::ptrdiff_t>(border.size() / 2);
    std::nth_element(border.begin(), middle, border.end());
    shades.push_back(*middle);
  }
  return shades;
}

void check_picture(const Tensor& picture) {
  HEARTH_CHECK_AS(ShapeError,
                  picture.defined() && picture.scalar_type() == kByte && picture.dim() == 3 &&
                      picture.size(0) >= 1 && picture.size(0) <= 4 && picture.size(1) > 0 &&
                      picture.size(2) > 0,
                  "[fit] expected a uint8 picture [C, H, W] of 1 to 4 channels");
}

/// Half of what is left over, as Python rounds it.
int64_t half(int64_t n) { return n / 2 + (n % 4 == 3 ? 1 : 0); }

}  // namespace

Tensor center_fit(const Tensor& picture, const models::ImageShape& shape, int64_t resize_size) {
  check_picture(picture);
  HEARTH_CHECK_AS(ValueError, resize_size >= std::max(shape.height, shape.width), "[fit] ",
                  shape.height, " x ", shape.width,
                  " pixels cannot be cut out of pictures with a shorter side of ", resize_size);
  const int64_t h = picture.size(1), w = picture.size(2), shorter = std::min(h, w);
  constexpr int64_t kMostPixels = int64_t{1} << 31;
  HEARTH_CHECK_AS(ValueError, std::max(h, w) / shorter < kMostPixels / resize_size / resize_size,
                  "[fit] the picture of ", h, " x ", w, " pixels is too long; crop it");
  const int64_t out_h = h <= w ? resize_size : resize_size * h / w;
  const int64_t out_w = w <= h ? resize_size : resize_size * w / h;
  const Tensor scaled = transforms::resize(with_channels(picture, shape.channels), out_h, out_w);
  return scaled.narrow(1, half(out_h - shape.height), shape.height)
      .narrow(2, half(out_w - shape.width), shape.width)
      .contiguous();
}

Tensor fit(const Tensor& picture, const models::ImageShape& shape, Invert invert, bool* inverted) {
  check_picture(picture);
  const int64_t channels = shape.channels, h = picture.size(1), w = picture.size(2);
  Tensor image = with_channels(picture, channels);
  const std::vector<uint8_t> shade = border_shade(image);
  const bool turn =
      invert == Invert::Yes || (invert == Invert::Auto && channels == 1 && shade[0] > 127);
  if (inverted) *inverted = turn;

  // The smallest canvas of the model's proportions that holds the picture.
  const int64_t canvas_h = std::max(h, (w * shape.height + shape.width - 1) / shape.width);
  const int64_t canvas_w = std::max(w, (h * shape.width + shape.height - 1) / shape.height);
  HEARTH_CHECK_AS(ValueError, canvas_h <= (int64_t{1} << 31) / canvas_w, "[fit] the picture of ", h,
                  " x ", w, " pixels is too long; crop it");
  const int64_t top = (canvas_h - h) / 2, left = (canvas_w - w) / 2;
  Tensor canvas = empty({channels, canvas_h, canvas_w}, kByte);
  for (int64_t c = 0; c < channels; ++c) {
    const uint8_t* from = image.const_data_ptr<uint8_t>() + c * h * w;
    uint8_t* to = canvas.data_ptr<uint8_t>() + c * canvas_h * canvas_w;
    std::fill_n(to, canvas_h * canvas_w, shade[static_cast<size_t>(c)]);
    for (int64_t y = 0; y < h; ++y) std::copy_n(from + y * w, w, to + (top + y) * canvas_w + left);
    if (turn)
      for (int64_t i = 0; i < canvas_h * canvas_w; ++i) to[i] = static_cast<uint8_t>(255 - to[i]);
  }
  return transforms::resize(canvas, shape.height, shape.width);
}

}  // namespace hearth::vision
