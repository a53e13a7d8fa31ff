// SPDX-License-Identifier: Apache-2.0
#include "transforms/warp_bytes.h"

#include <cmath>

#include "hearth/base/threads.h"

#include "transforms/pixels.h"
#include "transforms/warp_kernels.h"

namespace hearth::vision::transforms {
namespace {

AffineRead read_of(const std::array<double, 6>& map, const Pixels& p) {
  AffineRead read{};
  const auto half_width = static_cast<float>(0.5 * static_cast<double>(p.width));
  const auto half_height = static_cast<float>(0.5 * static_cast<double>(p.height));
  for (size_t i = 0; i < 3; ++i) {
    read.x[i] = static_cast<float>(map[i]) / half_width;
    read.y[i] = static_cast<float>(map[i + 3]) / half_height;
  }
  read.height = static_cast<int32_t>(p.height);
  read.width = static_cast<int32_t>(p.width);
  return read;
}

/// The fill of each channel, rounded as other pixels are.
std::vector<uint8_t> bytes_of(const std::vector<double>& fill, int64_t channels) {
  std::vector<uint8_t> all(static_cast<size_t>(channels));
  for (size_t c = 0; c < all.size() && !fill.empty(); ++c)
    all[c] = static_cast<uint8_t>(
        static_cast<int>(std::nearbyint(static_cast<float>(fill[fill.size() == 1 ? 0 : c]))));
  return all;
}

void copy_plane(const uint8_t* in, const int32_t* pixels, int64_t n, uint8_t fill, uint8_t* out) {
  for (int64_t i = 0; i < n; ++i) out[i] = pixels[i] < 0 ? fill : in[pixels[i]];
}

void copy_pixels(const uint8_t* in, const int32_t* pixels, int64_t n,
                 const std::vector<uint8_t>& fill, uint8_t* out) {
  const auto step = static_cast<int64_t>(fill.size());
  for (int64_t i = 0; i < n; ++i, out += step) {
    const uint8_t* from = pixels[i] < 0 ? fill.data() : in + pixels[i] * step;
    for (int64_t c = 0; c < step; ++c) out[c] = from[c];
  }
}

void copy_colors(const uint8_t* in, const int32_t* pixels, int64_t n,
                 const std::vector<uint8_t>& fill, uint8_t* out) {
  for (int64_t i = 0; i < n; ++i, out += 3) {
    const uint8_t* from = pixels[i] < 0 ? fill.data() : in + int64_t{pixels[i]} * 3;
    const uint8_t r = from[0], g = from[1], b = from[2];
    out[0] = r, out[1] = g, out[2] = b;
  }
}

}  // namespace

Tensor warp_bytes(const Tensor& image, const std::array<double, 6>& map,
                  const std::vector<double>& fill) {
  const Pixels in = pixels_of(image), out = like(in);
  if (in.data.numel() == 0) return back(out, image);
  const AffineRead read = read_of(map, in);
  const std::vector<uint8_t> fills = bytes_of(fill, in.channels);
  const auto* from = in.data.const_data_ptr<uint8_t>();
  auto* to = out.data.mutable_data_ptr<uint8_t>();
  const int64_t line = in.line(), plane = in.plane();
  parallel_for(0, in.height, (1 << 16) / (in.width * in.images * in.channels) + 1,
               [&](int64_t begin, int64_t end) {
                 std::vector<int32_t> pixels(static_cast<size_t>(in.width));
                 for (int64_t y = begin; y < end; ++y) {
                   warp_kernels().nearest(read, static_cast<int32_t>(y), pixels.data());
                   for (int64_t i = 0; i < in.planes(); ++i) {
                     const uint8_t* source = from + i * plane;
                     uint8_t* result = to + i * plane + y * line;
                     if (!in.interleaved)
                       copy_plane(source, pixels.data(), in.width,
                                  fills[static_cast<size_t>(i % in.channels)], result);
                     else if (in.channels == 3)
                       copy_colors(source, pixels.data(), in.width, fills, result);
                     else
                       copy_pixels(source, pixels.data(), in.width, fills, result);
                   }
                 }
               });
  return back(out, image);
}

}  // namespace hearth::vision::transforms
