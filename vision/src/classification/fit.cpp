// SPDX-License-Identifier: Apache-2.0
#include "hearth/vision/classification/fit.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "hearth/ops/creation.h"
#include "hearth/vision/transforms/functional/resize.h"

#include "classification/find_shape.h"

namespace hearth::vision {
namespace {

uint8_t luma(const int rgb[3]) {
  return static_cast<uint8_t>((rgb[0] * 19595 + rgb[1] * 38470 + rgb[2] * 7471 + 32768) >> 16);
}

bool has_alpha(const Tensor& picture) { return picture.size(0) == 2 || picture.size(0) == 4; }

/// Decoded pictures have 1 to 4 channels (gray, gray and alpha, RGB, RGB and alpha). Transparent
/// pixels show paper of this shade.
Tensor with_channels(const Tensor& picture, int64_t channels, int paper = 255) {
  Tensor in = picture.cpu().contiguous();
  const int64_t have = in.size(0), area = in.size(1) * in.size(2);
  const bool alpha = has_alpha(in), color = have >= 3;
  Tensor out = empty({channels, in.size(1), in.size(2)}, kByte);
  const auto* from = in.const_data_ptr<uint8_t>();
  auto* to = out.data_ptr<uint8_t>();
  for (int64_t i = 0; i < area; ++i) {
    int rgb[3];
    const int opaque = alpha ? from[(have - 1) * area + i] : 255;
    for (int c = 0; c < 3; ++c) {
      const int v = from[(color ? c : 0) * area + i];
      rgb[c] = (v * opaque + paper * (255 - opaque) + 127) / 255;
    }
    if (channels == 1) {
      to[i] = luma(rgb);
    } else {
      for (int c = 0; c < 3; ++c) to[c * area + i] = static_cast<uint8_t>(rgb[c]);
    }
  }
  return out;
}

/// The paper on which a transparent picture is laid for a model that learned from bright shapes on
/// black: what is black in the end. Where nobody says so, whatever its opaque part is not.
int paper_for(const Tensor& picture, Invert invert) {
  if (!has_alpha(picture) || invert == Invert::Yes) return 255;
  if (invert == Invert::No) return 0;
  const Tensor gray = with_channels(picture.narrow(0, 0, picture.size(0) - 1), 1);
  const Tensor alpha = picture.select(0, picture.size(0) - 1).cpu().contiguous();
  int64_t light = 0, opaque = 0;
  for (int64_t i = 0; i < gray.numel(); ++i) {
    light += int64_t{gray.const_data_ptr<uint8_t>()[i]} * alpha.const_data_ptr<uint8_t>()[i];
    opaque += alpha.const_data_ptr<uint8_t>()[i];
  }
  return light > 127 * opaque ? 0 : 255;
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

void turn(Tensor& image) {
  auto* p = image.data_ptr<uint8_t>();
  for (int64_t i = 0; i < image.numel(); ++i) p[i] = static_cast<uint8_t>(255 - p[i]);
}

/// The picture on the smallest canvas of the model's proportions that holds it, scaled.
Tensor filled_up(const Tensor& image, const models::ImageShape& shape,
                 const std::vector<uint8_t>& shade) {
  const int64_t channels = image.size(0), h = image.size(1), w = image.size(2);
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
  }
  return transforms::functional::resize(canvas, {shape.height, shape.width});
}

/// A shape, bright on black and up to its edges, placed on black as a data set does.
Tensor framed(const Tensor& ink, const models::ImageShape& shape, const Framing& framing) {
  const int64_t h = ink.size(1), w = ink.size(2);
  const double box_h = framing.part * static_cast<double>(shape.height);
  const double box_w = framing.part * static_cast<double>(shape.width);
  const double scale = std::min(box_h / static_cast<double>(h), box_w / static_cast<double>(w));
  const auto side = [&](int64_t n, int64_t most) {
    return std::clamp<int64_t>(std::lround(static_cast<double>(n) * scale), 1, most);
  };
  const int64_t height = side(h, shape.height), width = side(w, shape.width);
  Tensor small = transforms::functional::resize(ink, {height, width});
  auto* p = small.data_ptr<uint8_t>();
  // Thin strokes fade when they are scaled down; data sets use all shades.
  const int peak = std::max<int>(1, *std::max_element(p, p + small.numel()));
  double mass = 0, across = 0, down = 0;
  for (int64_t y = 0; y < height; ++y)
    for (int64_t x = 0; x < width; ++x) {
      uint8_t& value = p[y * width + x];
      value = static_cast<uint8_t>((value * 255 + peak / 2) / peak);
      mass += value;
      across += value * (static_cast<double>(x) + 0.5);
      down += value * (static_cast<double>(y) + 0.5);
    }
  const auto start = [&](int64_t all, int64_t part, double center) {
    const double middle = static_cast<double>(all) / 2;
    const double before = framing.by_mass && mass > 0 ? middle - center / mass
                                                      : middle - static_cast<double>(part) / 2;
    return std::clamp<int64_t>(std::lround(before), 0, all - part);
  };
  const int64_t top = start(shape.height, height, down), left = start(shape.width, width, across);
  Tensor out = zeros({1, shape.height, shape.width}, kByte);
  for (int64_t y = 0; y < height; ++y)
    std::copy_n(p + y * width, width, out.data_ptr<uint8_t>() + (top + y) * shape.width + left);
  return out;
}

/// Half of what is left over, as Python rounds it.
int64_t half(int64_t n) { return n / 2 + (n % 4 == 3 ? 1 : 0); }

}  // namespace

Tensor center_fit(const Tensor& picture, const models::ImageShape& shape, int64_t resize_size,
                  transforms::InterpolationMode interpolation) {
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
  const Tensor scaled = transforms::functional::resize(with_channels(picture, shape.channels),
                                                       {out_h, out_w}, interpolation);
  return scaled.narrow(1, half(out_h - shape.height), shape.height)
      .narrow(2, half(out_w - shape.width), shape.width)
      .contiguous();
}

Framing framing_of(const std::string& dataset) {
  if (dataset == "mnist") return {20.0 / 28, true};
  if (dataset == "emnist") return {24.0 / 28, false};
  return {};
}

Tensor fit(const Tensor& picture, const models::ImageShape& shape, const FitOptions& options,
           Fitted* done) {
  check_picture(picture);
  const int64_t channels = shape.channels, h = picture.size(1), w = picture.size(2);
  Fitted ignored;
  Fitted& what = done ? *done : ignored;
  what = {};
  const int paper = channels == 1 ? paper_for(picture, options.invert) : 255;
  Tensor image = with_channels(picture, channels, paper);
  const bool photograph = channels == 1 && (h > shape.height || w > shape.width);
  if (photograph && options.crop == Crop::Auto) {
    if (const auto found = find_shape(image, options.invert)) {
      what = {found->dark, true};
      return framed(found->ink, shape, options.framing);
    }
  }
  const std::vector<uint8_t> shade = border_shade(image);
  what.inverted = options.invert == Invert::Yes ||
                  (options.invert == Invert::Auto && channels == 1 && shade[0] > 127);
  if (what.inverted) turn(image);
  return filled_up(image, shape, border_shade(image));
}

Tensor stretch_fit(const Tensor& picture, const models::ImageShape& shape,
                   transforms::InterpolationMode interpolation) {
  check_picture(picture);
  return transforms::functional::resize(with_channels(picture, shape.channels),
                                        {shape.height, shape.width}, interpolation);
}

}  // namespace hearth::vision
