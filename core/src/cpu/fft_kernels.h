// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdint.h>

#include "cpu/isa_select.h"

// Transforms run side by side, one in each lane of a register. A tile holds them: for every point
// a register of real parts and one of imaginary parts ("lines"). Where a point lies in it is told
// by a table of offsets, for the transforms work in place and leave their results out of order.
// Every transform is a forward one; swapping the lines of each point (`flip` is 1) before and after
// makes it a backward one.
namespace hearth::cpu {

/// One pass over a tile: in blocks of radix * groups points, butterflies of `radix` points that are
/// `stride` apart.
template <class T>
struct FftPass {
  int64_t radix, groups, stride;
  const T* twiddles;  ///< radix - 1 complex numbers a group
  const T* roots;     ///< for large radices: cosines, then sines of 2 pi k / radix
};

enum class FftLayout : uint8_t {
  Rows,     ///< the points of a transform follow each other
  Columns,  ///< the transforms lie next to each other
  Any,
};

/// Where the points of a tile's transforms lie.
template <class T>
struct FftLanes {
  T* const* first;  ///< of each lane; lanes to spare repeat one
  int64_t stride;   ///< between points, in T
  int parts;        ///< 2: complex numbers; 1: real numbers
  bool paired;      ///< two real numbers are the parts of a point
  FftLayout layout;
  int64_t count;  ///< lanes in use
};

using FftPlaces = const int32_t*;  ///< for each point, its offset in T

/// Between pairs of real numbers and the first half of a spectrum, in place.
template <class T>
struct FftHalves {
  /// From the transform of `half` pairs to that of the numbers, half + 1 points. Those between the
  /// first and the last are multiplied by `interior`.
  void (*from_pairs)(T* tile, FftPlaces at, const T* roots, int64_t half, T interior);
  /// The other way round, of conjugates where `sign` is -1, with the parts swapped for a backward
  /// transform; times two.
  void (*to_pairs)(T* tile, FftPlaces at, const T* roots, int64_t half, T interior, T sign);
  /// Point n - k becomes the conjugate of point k. All but the first (and the middle one of an even
  /// n) are multiplied by `interior` before, imaginary parts also by `sign`.
  void (*mirror)(T* tile, FftPlaces at, int64_t n, T interior, T sign);
};

inline constexpr int kMostFftLanes = 16;

template <class T>
struct FftKernels {
  int lanes;
  void (*transform)(const FftPass<T>* passes, int64_t count, T* tile);
  void (*load)(const FftLanes<const T>& from, int64_t points, int flip, T* tile, FftPlaces at);
  /// Multiplies real parts by `re`, imaginary ones by `im`.
  void (*store)(const FftLanes<T>& to, int64_t points, int flip, const T* tile, FftPlaces at, T re,
                T im);
  /// y = x times complex factors, from places to places; with the parts swapped when `flip`.
  void (*multiply)(const T* x, FftPlaces x_at, const T* factors, int64_t points, int flip, T* y,
                   FftPlaces y_at);
  /// Multiplies point i by bases[i] * lanes[i], the latter laid out as in a tile.
  void (*twist)(T* tile, FftPlaces at, const T* bases, const T* lanes, int64_t points);
  /// Multiplies parts by weights[i].
  void (*weigh)(T* tile, FftPlaces at, const T* weights, int64_t points, bool paired);
  FftHalves<T> tile;
  FftHalves<T> row;  ///< of complex numbers that follow each other; without places
};
HEARTH_DECLARE_ISA(const FftKernels<float>&, fft_float)
HEARTH_DECLARE_ISA(const FftKernels<double>&, fft_double)

}  // namespace hearth::cpu
