// SPDX-License-Identifier: Apache-2.0
// The inner loops of reductions, per instruction set.
#pragma once

#include "hearth/base/dtype.h"

#include "cpu/isa_select.h"

namespace hearth::cpu {

/// What a reduction computes of each element x (c is a number of its output) and how it combines
/// them. Arg forms also find the first position; NaN wins in every extreme.
enum class Reduction : uint8_t {
  Sum,
  NanSum,  ///< what is not NaN
  Prod,
  CountNonzero,
  Any,
  All,
  Max,
  Min,
  ArgMax,
  ArgMin,
  AbsSum,      ///< |x|
  SquareSum,   ///< |x|^2
  PowerSum,    ///< |x|^c
  AbsMax,      ///< max |x|
  AbsMin,      ///< min |x|
  ExpDiff,     ///< exp(x - c)
  DoubleSum,   ///< x in double
  SquareDiff,  ///< (x - c)^2 in double
};
inline constexpr int kNumReductions = 18;

/// Loops of one reduction over one input type. Accumulators are of type `acc`, one per output;
/// `index` holds positions for the arg forms and is not touched by the others.
struct ReduceKernels {
  ScalarType acc = ScalarType::Undefined;
  /// acc[r] = all of x[r * stride + i], i < n, for r < m. Position i counts as first + i.
  void (*rows)(const void* x, int64_t stride, int64_t m, int64_t n, const void* c, void* acc,
               int64_t* index, int64_t first) = nullptr;
  /// acc[j] = all of x[r * stride + j], r < m, for j < n. Position r counts as first + r.
  void (*columns)(const void* x, int64_t stride, int64_t m, int64_t n, const void* c, void* acc,
                  int64_t* index, int64_t first) = nullptr;
  /// acc[j] = acc[j] with other[j], j < n; `other` covers later positions.
  void (*merge)(void* acc, int64_t* index, const void* other, const int64_t* other_index,
                int64_t n) = nullptr;
};

struct ReduceTable {
  ReduceKernels by[kNumReductions][kNumDtypes];
};

/// The largest number of rows that `columns` takes for the arg forms.
inline constexpr int64_t kMaxColumnRows = 64;

HEARTH_DECLARE_ISA(const ReduceTable&, reduce_sums)      // Sum to All, where not below
HEARTH_DECLARE_ISA(const ReduceTable&, reduce_extremes)  // Max to ArgMin, where not below
HEARTH_DECLARE_ISA(const ReduceTable&, reduce_integers)  // both of integers and bool, but no counts
HEARTH_DECLARE_ISA(const ReduceTable&, reduce_norms)     // the rest

}  // namespace hearth::cpu
