// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdint.h>

#include "cpu/isa_select.h"

namespace hearth::cpu {

/// Fill `out` with elements first .. first + n of the stream (seed, offset), as base/philox.h
/// numbers them. `first` must be a multiple of 4 (64-bit elements: 2), so chunks begin on counters.
struct RandomTable {
  void (*bits32)(uint64_t seed, uint64_t offset, int64_t first, int64_t n, uint32_t* out);
  void (*bits64)(uint64_t seed, uint64_t offset, int64_t first, int64_t n, uint64_t* out);
  void (*uniform_f32)(uint64_t seed, uint64_t offset, int64_t first, int64_t n, float* out);
  void (*uniform_f64)(uint64_t seed, uint64_t offset, int64_t first, int64_t n, double* out);
  void (*normal_f32)(uint64_t seed, uint64_t offset, int64_t first, int64_t n, float* out);
  void (*normal_f64)(uint64_t seed, uint64_t offset, int64_t first, int64_t n, double* out);
  /// y = x * scale where the element's 32 bits are at most `last`, else x * 0.
  void (*dropout_f32)(uint64_t seed, uint64_t offset, int64_t first, int64_t n, uint32_t last,
                      float scale, const float* x, float* y);
  void (*dropout_f64)(uint64_t seed, uint64_t offset, int64_t first, int64_t n, uint32_t last,
                      double scale, const double* x, double* y);
};

HEARTH_DECLARE_ISA(const RandomTable&, random_table)

/// The table of one variant, which must be available.
const RandomTable& random(Isa isa);
inline const RandomTable& random() { return random(selected_isa()); }

}  // namespace hearth::cpu
