// SPDX-License-Identifier: Apache-2.0
// The contiguous loops behind pointwise ops and dtype conversion, per instruction set.
#pragma once

#include <cstdint>

#include "cpu/isa_select.h"
#include "pointwise/op_ids.h"

namespace hearth {

namespace cpu {

/// Types the loops compute in. Smaller integers and bool compute in I32, half types in F32.
enum ComputeType { kI32, kI64, kF32, kF64, kC64, kC128, kNumComputeTypes };

/// out[i] = f(in[0][i], in[1][i], ...; params). Arrays are contiguous and of the compute type,
/// except the output of comparisons (one byte) and of REAL ops. params are three numbers of the
/// compute type.
using TileFn = void (*)(void* out, const void* const* in, int64_t n, const void* params);

/// The loops of one compute type; null where an op does not have it.
struct PointwiseTable {
  TileFn forward[kNumPointwise];
  /// Derivative by input k; in = {g, a, b, c, y}, of which the unread ones may be null.
  TileFn backward[kNumPointwise][3];
};

/// Contiguous conversion and strided gather/scatter of raw elements.
struct ConvertTable {
  using Convert = void (*)(void* out, const void* in, int64_t n);
  /// By ScalarType, from and to; equal types copy.
  Convert convert[12][12];
  /// Strided source (bytes) to contiguous, by log2 of the element size.
  void (*gather[5])(void* out, const void* in, int64_t stride, int64_t n);
  /// Contiguous source to strided destination.
  void (*scatter[5])(void* out, int64_t stride, const void* in, int64_t n);
  /// n copies of one element.
  void (*fill[5])(void* out, const void* value, int64_t n);
};

HEARTH_DECLARE_ISA(const PointwiseTable&, pointwise_i32)
HEARTH_DECLARE_ISA(const PointwiseTable&, pointwise_i64)
HEARTH_DECLARE_ISA(const PointwiseTable&, pointwise_f32)
HEARTH_DECLARE_ISA(const PointwiseTable&, pointwise_f64)
HEARTH_DECLARE_ISA(const PointwiseTable&, pointwise_c64)
HEARTH_DECLARE_ISA(const PointwiseTable&, pointwise_c128)
HEARTH_DECLARE_ISA(const ConvertTable&, convert_table)

}  // namespace cpu
}  // namespace hearth
