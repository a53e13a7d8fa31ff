// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdint.h>

#include "hearth/base/half.h"

#include "cpu/isa_select.h"

namespace hearth::cpu {

struct PixelTaps;

/// The functions of hearth/cpu/pixel_rows.h.
struct PixelRowsTable {
  void (*resample_pixels[2])(const PixelTaps&, const uint8_t* const* lines, uint8_t* const* results,
                             int64_t n);  ///< of 3, of 4 bytes
  void (*resample_lines)(int64_t count, const int16_t* high, const int16_t* low,
                         const uint8_t* const* lines, uint8_t* result, int64_t n);
  void (*interleave)(const uint8_t* const* lines, int64_t planes, uint8_t* pixels, int64_t n);
  void (*deinterleave)(const uint8_t* pixels, int64_t planes, uint8_t* const* lines, int64_t n);
  void (*to_planes)(const uint8_t* pixels, const float* scale, const float* bias,
                    float* const* planes, int64_t n);  ///< of 3 channels
  /// scale and bias go round in `period` numbers, a multiple of the register's lanes.
  void (*normalize)(const uint8_t* bytes, const float* scale, const float* bias, int64_t period,
                    float* result, int64_t n);
  void (*to_half)(const float* x, Half* y, int64_t n);
  void (*to_bfloat16)(const float* x, BFloat16* y, int64_t n);
};
HEARTH_DECLARE_ISA(const PixelRowsTable&, pixel_rows_table)

/// The table of a level, which must be available.
const PixelRowsTable& pixel_rows(Isa isa);

}  // namespace hearth::cpu
