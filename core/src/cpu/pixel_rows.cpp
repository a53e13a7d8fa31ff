// SPDX-License-Identifier: Apache-2.0
#include "hearth/cpu/pixel_rows.h"

#include "cpu/pixel_rows_kernels.h"

namespace hearth::cpu {
namespace {

const PixelRowsTable& table() {
  static const PixelRowsTable& selected = pixel_rows(selected_isa());
  return selected;
}

/// Elements of a line that are converted at a time, while they are close.
constexpr int64_t kPiece = 384;

/// A multiple of each number of channels up to 4 and of each register's lanes.
constexpr int64_t kPeriod = 48;
struct Factors {
  Factors(int64_t channels, const float* scale, const float* bias) {
    for (int64_t i = 0; i < kPeriod; ++i) {
      scales[i] = scale[i % channels];
      biases[i] = bias[i % channels];
    }
  }
  float scales[kPeriod], biases[kPeriod];
};

void convert(const float* from, ScalarType dtype, void* to, int64_t at, int64_t n) {
  if (dtype == kHalf) {
    table().to_half(from, static_cast<Half*>(to) + at, n);
  } else {
    table().to_bfloat16(from, static_cast<BFloat16*>(to) + at, n);
  }
}

}  // namespace

const PixelRowsTable& pixel_rows(Isa isa) { return HEARTH_CALL_ISA(isa, pixel_rows_table); }

void resample_pixels(const PixelTaps& taps, int64_t channels, const uint8_t* const* lines,
                     uint8_t* const* results, int64_t n) {
  table().resample_pixels[channels - 3](taps, lines, results, n);
}

void resample_lines(const PixelTaps& taps, int64_t r, const uint8_t* const* lines, uint8_t* result,
                    int64_t n) {
  table().resample_lines(taps.count, taps.high + r * taps.count, taps.low + r * taps.count, lines,
                         result, n);
}

void interleave_bytes(const uint8_t* const* lines, int64_t planes, uint8_t* pixels, int64_t n) {
  table().interleave(lines, planes, pixels, n);
}
void deinterleave_bytes(const uint8_t* pixels, int64_t planes, uint8_t* const* lines, int64_t n) {
  table().deinterleave(pixels, planes, lines, n);
}

void normalize_to_planes(const uint8_t* pixels, int64_t channels, const float* scale,
                         const float* bias, ScalarType dtype, void* const* planes, int64_t n) {
  if (channels == 1) return normalize_pixels(pixels, 1, scale, bias, dtype, planes[0], n);
  if (dtype == kFloat) {
    float* to[3];
    for (int c = 0; c < 3; ++c) to[c] = static_cast<float*>(planes[c]);
    return table().to_planes(pixels, scale, bias, to, n);
  }
  float values[3][kPiece];
  float* const to[3] = {values[0], values[1], values[2]};
  for (int64_t i = 0; i < n; i += kPiece) {
    const int64_t size = n - i < kPiece ? n - i : kPiece;
    table().to_planes(pixels + 3 * i, scale, bias, to, size);
    for (int c = 0; c < 3; ++c) convert(values[c], dtype, planes[c], i, size);
  }
}

void normalize_pixels(const uint8_t* pixels, int64_t channels, const float* scale,
                      const float* bias, ScalarType dtype, void* result, int64_t n) {
  const Factors factors(channels, scale, bias);
  n *= channels;
  if (dtype == kFloat)
    return table().normalize(pixels, factors.scales, factors.biases, kPeriod,
                             static_cast<float*>(result), n);
  float values[kPiece];
  for (int64_t i = 0; i < n; i += kPiece) {
    const int64_t size = n - i < kPiece ? n - i : kPiece;
    table().normalize(pixels + i, factors.scales, factors.biases, kPeriod, values, size);
    convert(values, dtype, result, i, size);
  }
}

}  // namespace hearth::cpu
