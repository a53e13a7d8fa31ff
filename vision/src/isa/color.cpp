// SPDX-License-Identifier: Apache-2.0
#include "transforms/color_kernels.h"

namespace hearth::vision {
namespace HEARTH_ISA {
namespace {

/// a * b + c, rounded once, as PyTorch's add with alpha.
inline float fma(float a, float b, float c) { return __builtin_fmaf(a, b, c); }

inline float within(float x, float most) {
  x = x < 0 ? 0 : x;
  return x > most ? most : x;
}

inline uint8_t byte(float x) { return static_cast<uint8_t>(static_cast<int32_t>(x)); }

inline float luma_of(float r, float g, float b) {
  return fma(b, 0.114f, fma(g, 0.587f, r * 0.2989f));
}

void split(const uint8_t* rgb, int64_t n, uint8_t* __restrict r, uint8_t* __restrict g,
           uint8_t* __restrict b) {
  for (int64_t i = 0; i < n; ++i) {
    r[i] = rgb[3 * i];
    g[i] = rgb[3 * i + 1];
    b[i] = rgb[3 * i + 2];
  }
}

void join(const uint8_t* r, const uint8_t* g, const uint8_t* b, int64_t n,
          uint8_t* __restrict rgb) {
  for (int64_t i = 0; i < n; ++i) {
    rgb[3 * i] = r[i];
    rgb[3 * i + 1] = g[i];
    rgb[3 * i + 2] = b[i];
  }
}

void luma(const uint8_t* r, const uint8_t* g, const uint8_t* b, int64_t n,
          uint8_t* __restrict out) {
  for (int64_t i = 0; i < n; ++i) out[i] = byte(luma_of(r[i], g[i], b[i]));
}

int64_t luma_sum(const uint8_t* r, const uint8_t* g, const uint8_t* b, int64_t n) {
  constexpr int64_t kPiece = 1 << 20;  // whose sum an int32 holds
  int64_t sum = 0;
  for (int64_t from = 0; from < n; from += kPiece) {
    const int64_t to = from + kPiece < n ? from + kPiece : n;
    int32_t part = 0;
    for (int64_t i = from; i < to; ++i) part += static_cast<int32_t>(luma_of(r[i], g[i], b[i]));
    sum += part;
  }
  return sum;
}

void saturate(uint8_t* __restrict r, uint8_t* __restrict g, uint8_t* __restrict b, int64_t n,
              double factor) {
  const auto own = static_cast<float>(factor), gray = static_cast<float>(1.0 - factor);
  for (int64_t i = 0; i < n; ++i) {
    const float red = r[i], green = g[i], blue = b[i];
    const auto l = static_cast<float>(static_cast<int32_t>(luma_of(red, green, blue)));
    r[i] = byte(within(fma(l, gray, red * own), 255));
    g[i] = byte(within(fma(l, gray, green * own), 255));
    b[i] = byte(within(fma(l, gray, blue * own), 255));
  }
}

/// One color with its hue shifted; all in [0, 1]. Selects among finished numbers in place of
/// branches, so that loops become vectors.
inline void turn_one(float& r, float& g, float& b, float shift) {
  const float gb_most = g > b ? g : b, gb_least = g > b ? b : g;
  const float most = r > gb_most ? r : gb_most, least = r > gb_least ? gb_least : r;
  const float range = most - least;
  const float whole = range == 0 ? 1.0f : most, divisor = range == 0 ? 1.0f : range;
  const float s = range / whole;
  const float rc = (most - r) / divisor, gc = (most - g) / divisor, bc = (most - b) / divisor;
  const float of_red = bc - gc, of_green = rc + 2.0f - bc, of_blue = gc + 4.0f - rc;
  const float other = most == g ? of_green : of_blue;
  float h = (most == r ? of_red : other) * static_cast<float>(1.0 / 6.0) + 1.0f;
  h = h - static_cast<float>(static_cast<int32_t>(h)) + shift;
  h = h - static_cast<float>(static_cast<int32_t>(h));
  const float above = h + 1.0f;
  h = h < 0 ? above : h;
  const float h6 = h * 6.0f;
  const auto floor6 = static_cast<int32_t>(h6);
  const float f = h6 - static_cast<float>(floor6);
  const int32_t sector = floor6 == 6 ? 0 : floor6;  // of a hue that was rounded up to 1
  const float part = s * f, rest = 1.0f - s;
  const float q = within((1.0f - part) * most, 1), t = within((part + rest) * most, 1),
              p = within(rest * most, 1);
  // most, p, q and t in turn; each channel goes through them two sectors after the one before.
  r = most;
  r = sector == 1 ? q : r;
  r = (sector == 2) | (sector == 3) ? p : r;
  r = sector == 4 ? t : r;
  g = p;
  g = sector == 0 ? t : g;
  g = (sector == 1) | (sector == 2) ? most : g;
  g = sector == 3 ? q : g;
  b = p;
  b = sector == 2 ? t : b;
  b = (sector == 3) | (sector == 4) ? most : b;
  b = sector == 5 ? q : b;
}

constexpr auto kUnit = static_cast<float>(1.0 / 255);

void turn(uint8_t* __restrict r, uint8_t* __restrict g, uint8_t* __restrict b, int64_t n,
          float shift) {
  constexpr auto kBytes = static_cast<float>(256 - 1e-3);
  for (int64_t i = 0; i < n; ++i) {
    float red = r[i] * kUnit, green = g[i] * kUnit, blue = b[i] * kUnit;
    turn_one(red, green, blue, shift);
    r[i] = byte(red * kBytes);
    g[i] = byte(green * kBytes);
    b[i] = byte(blue * kBytes);
  }
}

void turn_float(float* __restrict r, float* __restrict g, float* __restrict b, int64_t n,
                float shift) {
  for (int64_t i = 0; i < n; ++i) {
    float red = r[i], green = g[i], blue = b[i];
    turn_one(red, green, blue, shift);
    r[i] = red;
    g[i] = green;
    b[i] = blue;
  }
}

void mask(const uint8_t* in, int64_t n, uint8_t keep, uint8_t flip, uint8_t* __restrict out) {
  for (int64_t i = 0; i < n; ++i) out[i] = static_cast<uint8_t>((in[i] & keep) ^ flip);
}

void extremes(const uint8_t* in, int64_t n, uint8_t* smallest, uint8_t* largest) {
  uint8_t low = 255, high = 0;
  for (int64_t i = 0; i < n; ++i) {
    low = in[i] < low ? in[i] : low;
    high = in[i] > high ? in[i] : high;
  }
  *smallest = low;
  *largest = high;
}

void mix(const float* a, float of_a, const float* b, float of_b, int64_t n, float* __restrict out) {
  for (int64_t i = 0; i < n; ++i) out[i] = a[i] * of_a + b[i] * of_b;
}

void to_unit(const uint8_t* in, int64_t n, float* __restrict out) {
  for (int64_t i = 0; i < n; ++i) out[i] = in[i] * kUnit;
}

}  // namespace

const ColorKernels& color_kernels() {
  static constexpr ColorKernels all{split,      join, luma,     luma_sum, saturate, turn,
                                    turn_float, mask, extremes, mix,      to_unit};
  return all;
}

}  // namespace HEARTH_ISA
}  // namespace hearth::vision
