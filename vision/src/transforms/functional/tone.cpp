// SPDX-License-Identifier: Apache-2.0
// What changes each value of a channel by itself.
#include <algorithm>
#include <array>
#include <cmath>

#include "hearth/base/error.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/index.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/predicates.h"
#include "hearth/ops/reduce.h"
#include "hearth/vision/transforms/functional/color.h"
#include "hearth/vision/transforms/functional/dtype.h"

#include "transforms/color_kernels.h"
#include "transforms/pixels.h"
#include "transforms/tables.h"

namespace hearth::vision::transforms::functional {
namespace {

constexpr auto kUnit = static_cast<float>(1.0 / 255);       // a byte's step in [0, 1]
constexpr auto kFromUnit = static_cast<float>(256 - 1e-3);  // and back, cut off

Table stretch(const uint8_t* channel, int64_t n) {
  uint8_t darkest = 0, brightest = 0;
  color_kernels().extremes(channel, n, &darkest, &brightest);
  const bool even = darkest == brightest;
  const float low = even ? 0 : static_cast<float>(darkest);
  const float scale = even ? 1 : static_cast<float>(brightest - darkest) * kUnit;
  return make_table(
      [&](int v) { return std::clamp((static_cast<float>(v) - low) / scale, 0.0f, 255.0f); });
}

using Counts = std::array<int64_t, 256>;

Counts histogram(const uint8_t* channel, int64_t n) {
  // Neighbours are often equal: by turns in four tables, none waits for the one before.
  constexpr int64_t kTables = 4;
  Counts part[kTables] = {};
  int64_t i = 0;
  for (; i + kTables <= n; i += kTables)
    for (int64_t k = 0; k < kTables; ++k) ++part[k][channel[i + k]];
  for (; i < n; ++i) ++part[0][channel[i]];
  for (int64_t k = 1; k < kTables; ++k)
    for (size_t v = 0; v < part[0].size(); ++v) part[0][v] += part[k][v];
  return part[0];
}

Table even_out(const uint8_t* channel, int64_t n) {
  const Counts counts = histogram(channel, n);
  size_t last = 255;
  while (last > 0 && counts[last] == 0) --last;
  const int64_t step = (n - counts[last]) / 255;
  if (step == 0) return make_table([](int v) { return v; });
  Table table;
  int64_t below = step / 2;
  for (size_t v = 0; v < table.size(); ++v) {
    table[v] = static_cast<uint8_t>(std::min<int64_t>(below / step, 255));
    below += counts[v];
  }
  return table;
}

/// f of the bits of integers; those of uint16 are changed in wider ones.
template <class F>
Tensor change_bits(const Tensor& image, const F& f) {
  return image.scalar_type() == kUInt16 ? f(image.to(kInt)).to(kUInt16) : f(image);
}

}  // namespace

Tensor adjust_gamma(const Tensor& image, double gamma, double gain) {
  check_shades(image, "adjust_gamma");
  HEARTH_CHECK_AS(ValueError, gamma >= 0, "[adjust_gamma] expected a gamma of at least 0, got ",
                  gamma);
  if (is_whole(image))
    return to_dtype(adjust_gamma(to_dtype(image, kFloat, true), gamma, gain), image.scalar_type(),
                    true);
  if (!is_bytes(image)) {
    const Tensor out = image.pow(gamma);
    return gain == 1 ? out : (out * gain).clamp_(0, 1);
  }
  const auto factor = static_cast<float>(gain);
  const Table table = make_table([&](int v) {
    auto x =
        static_cast<float>(std::pow(static_cast<double>(static_cast<float>(v) * kUnit), gamma));
    if (gain != 1) x = std::clamp(x * factor, 0.0f, 1.0f);
    return x * kFromUnit;
  });
  return apply_table(table, image);
}

Tensor invert(const Tensor& image) {
  check_shades(image, "invert");
  if (is_bytes(image)) return mask_bytes(image, 0xff, 0xff);
  if (!is_whole(image)) return 1 - image;
  // The sign stays.
  const int64_t all = static_cast<int64_t>((uint64_t{1} << value_bits(image.scalar_type())) - 1);
  return change_bits(image, [&](const Tensor& x) { return x.bitwise_xor(all); });
}

Tensor posterize(const Tensor& image, int64_t bits) {
  check_shades(image, "posterize");
  HEARTH_CHECK_AS(ValueError, bits >= 0 && bits <= 8,
                  "[posterize] expected a number of bits between 0 and 8, got ", bits);
  if (is_bytes(image))
    return bits == 8 ? image : mask_bytes(image, static_cast<uint8_t>(0xff00 >> bits), 0);
  if (is_whole(image)) {
    const int all = value_bits(image.scalar_type());
    if (bits >= all) return image;
    const int64_t keep = ((int64_t{1} << bits) - 1) << (all - bits);
    return change_bits(image, [&](const Tensor& x) { return x.bitwise_and(keep); });
  }
  const double levels = static_cast<double>(1 << bits);
  return (image * levels).floor_().clamp_(0, levels - 1).mul_(1 / levels);
}

Tensor solarize(const Tensor& image, double threshold) {
  check_shades(image, "solarize");
  const double white = white_of(image);
  HEARTH_CHECK_AS(ValueError, threshold <= white, "[solarize] expected a threshold of at most ",
                  white, ", got ", threshold);
  if (is_whole(image)) return where(image.to(kFloat) >= threshold, invert(image), image);
  if (!is_bytes(image)) return where(image >= threshold, 1 - image, image);
  const auto from = static_cast<float>(threshold);
  return apply_table(make_table([&](int v) { return static_cast<float>(v) >= from ? 255 - v : v; }),
                     image);
}

Tensor autocontrast(const Tensor& image) {
  check_colors(image, "autocontrast");
  if (image.numel() == 0) return image;
  if (is_bytes(image)) return apply_tables(image, stretch);
  const double white = white_of(image);
  const Tensor x = is_whole(image) ? image.to(kFloat) : image;
  const Tensor low = x.amin({-2, -1}, true);
  const Tensor range = (x.amax({-2, -1}, true) - low).mul_(1 / white);
  const Tensor even = range == 0;
  const Tensor out = (x - where(even, 0, low)).div_(where(even, 1, range)).clamp_(0, white);
  return is_whole(image) ? cut_off(out, image.scalar_type()) : out;
}

Tensor equalize(const Tensor& image) {
  check_shades(image, "equalize");
  if (is_bytes(image)) return apply_tables(image, even_out);
  return to_dtype(equalize(to_dtype(image, kByte, true)), image.scalar_type(), true);
}

}  // namespace hearth::vision::transforms::functional
