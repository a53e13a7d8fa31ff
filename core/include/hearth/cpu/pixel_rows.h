// SPDX-License-Identifier: Apache-2.0
// Loops over rows of pixels of bytes, in the processor's widest registers: what decoding, resizing
// and normalizing pictures consists of. Pointers are raw, and nothing is checked.
#pragma once

#include <cstdint>

#include "hearth/base/dtype.h"
#include "hearth/base/macros.h"

namespace hearth::cpu {

/// How results are made of the pixels of a line, or lines of those of an image, in fixed point:
/// result r sums weight * pixel over `count` neighbours from first[r] on, with weights of 22 binary
/// places; then it is rounded half up and clipped to a byte. As Pillow resizes.
struct PixelTaps {
  int64_t results = 0;
  int64_t count = 0;               ///< even; the same for all, filled up by weights of 0
  const int32_t* first = nullptr;  ///< [results]
  /// [results, count]; a weight is high * 2^11 + low, with low in [0, 2^11).
  const int16_t* high = nullptr;
  const int16_t* low = nullptr;
};

/// Bytes behind a line's last pixel that functions here may read, whatever they are.
inline constexpr int64_t kPixelSlack = 64;

/// n lines of interleaved pixels of `channels` bytes (3 or 4), each made another of taps.results
/// pixels. Reads kPixelSlack bytes behind each line and taps beyond its end; writes as much behind
/// a result.
HEARTH_API void resample_pixels(const PixelTaps& taps, int64_t channels,
                                const uint8_t* const* lines, uint8_t* const* results, int64_t n);

/// One line of n bytes of those at lines[0 .. taps.count), as result r of the taps.
HEARTH_API void resample_lines(const PixelTaps& taps, int64_t r, const uint8_t* const* lines,
                               uint8_t* result, int64_t n);

/// Interleaves n bytes of each of `planes` (up to 4) lines, and takes them apart again.
HEARTH_API void interleave_bytes(const uint8_t* const* lines, int64_t planes, uint8_t* pixels,
                                 int64_t n);
HEARTH_API void deinterleave_bytes(const uint8_t* pixels, int64_t planes, uint8_t* const* lines,
                                   int64_t n);

/// n pixels of `channels` bytes become byte * scale[c] + bias[c], of kFloat, kHalf or kBFloat16:
/// channel c in a line of its own, planes[c], with 1 or 3 channels. Reads kPixelSlack bytes behind
/// the line.
HEARTH_API void normalize_to_planes(const uint8_t* pixels, int64_t channels, const float* scale,
                                    const float* bias, ScalarType dtype, void* const* planes,
                                    int64_t n);
/// The same with channels left interleaved.
HEARTH_API void normalize_pixels(const uint8_t* pixels, int64_t channels, const float* scale,
                                 const float* bias, ScalarType dtype, void* result, int64_t n);

}  // namespace hearth::cpu
