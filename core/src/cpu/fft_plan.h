// SPDX-License-Identifier: Apache-2.0
// What transforms of some length need to know; made once, and kept for the lengths last used.
#pragma once

#include <memory>
#include <vector>

#include "cpu/fft_kernels.h"

namespace hearth::cpu {

template <class T>
const FftKernels<T>& fft_kernels();

/// Bluestein's way to a length with a large prime factor: a convolution with a chirp, by transforms
/// of a longer length m.
template <class T>
struct FftChirp {
  explicit FftChirp(int64_t n);
  int64_t m;
  std::vector<T> chirp;       ///< exp(-i pi k^2 / n)
  std::vector<T> conjugates;  ///< of those
  std::vector<T> spectrum;    ///< of the conjugates, divided by m
};

/// Transforms of n points in a tile.
template <class T>
struct FftTilePlan {
  explicit FftTilePlan(int64_t n);
  /// Transforms tile x, by way of y where there is a chirp.
  void run(T* x, T* y) const;

  int64_t n;
  /// Of a tile, in T; and of y.
  int64_t size, other_size;
  std::vector<FftPass<T>> passes;
  std::vector<T> numbers;  ///< that the passes point to
  /// Where the points of the input go, and where those of the result are. Either goes on with
  /// unused places, up to 2n + 1 in all.
  std::vector<int32_t> in_at, out_at;
  std::shared_ptr<const FftChirp<T>> chirp;
  std::shared_ptr<const FftTilePlan> padded;  ///< of chirp->m points
};

/// One transform of n points: as columns, then rows of a matrix, which fill tiles; or a convolution
/// with a chirp; or, where n is short, a lane of a tile.
template <class T>
struct FftRowPlan {
  explicit FftRowPlan(int64_t n);
  /// Strides are between complex numbers. May run in place.
  void run(const T* in, int64_t in_stride, T* out, int64_t out_stride, bool backward,
           T scale) const;

  int64_t n;
  std::shared_ptr<const FftTilePlan<T>> column, row;  ///< row alone: a lane of a tile
  std::vector<T> bases, lanes;                        ///< factors between columns and rows
  std::shared_ptr<const FftChirp<T>> chirp;
  std::shared_ptr<const FftRowPlan> padded;

 private:
  void run_lane(const T* in, int64_t in_stride, T* out, int64_t out_stride, bool backward,
                T scale) const;
  void run_matrix(const T* in, int64_t in_stride, T* out, int64_t out_stride, bool backward,
                  T scale) const;
  void run_chirp(const T* in, int64_t in_stride, T* out, int64_t out_stride, bool backward,
                 T scale) const;
};

/// Cosines and sines of 2 pi k / n up to k = n / 4, for real transforms of an even length.
template <class T>
struct FftRoots {
  explicit FftRoots(int64_t n);
  std::vector<T> numbers;
};

/// The plan for this length, from a cache of those last used.
template <class Plan>
std::shared_ptr<const Plan> fft_plan(int64_t n);

}  // namespace hearth::cpu
