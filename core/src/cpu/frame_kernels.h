// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdint.h>

#include "cpu/fft_kernels.h"

// Frames of signals side by side, one in each lane of a register, on their way into a tile of
// transforms (fft_kernels.h) and out of it. A line is a register with a number of each.
namespace hearth::cpu {

/// What is done to a frame before its transform.
template <class T>
struct FrameShape {
  int64_t width;  ///< samples, and numbers of the window
  int64_t n_fft;
  const T* window;
  bool remove_dc;
  T preemphasis;
  bool windowed_energy;
  bool paired;  ///< two samples are the parts of a point
};

/// A matrix of bands as each band's points, without the zeros around them.
template <class T>
struct FrameBank {
  int64_t bands;
  const int32_t* first;     ///< point of each band
  const int32_t* count;     ///< of its points
  const T* const* weights;  ///< of these
};

template <class T>
struct FrameKernels {
  int lanes;
  /// `width` samples of each lane as lines.
  void (*load)(const T* const* frames, int64_t width, T* lines);
  /// Lines of samples into a tile; `energy` is a line.
  void (*shape)(const FrameShape<T>& shape, const T* lines, T* tile, FftPlaces at, T* energy);
  /// A tile's first `points` points as lines of energies plus `shift`, or the roots of these.
  void (*spectrum)(const T* tile, FftPlaces at, int64_t points, T shift, bool root, T* lines);
  void (*bands)(const FrameBank<T>& bank, const T* lines, T* out);
  /// n numbers x become factor ln(max(x + shift, floor)).
  void (*log)(T* x, int64_t n, T factor, T shift, T floor);
  /// `width` lines as rows of `count` lanes.
  void (*store)(const T* lines, int64_t width, T* const* rows, int64_t count);
};
HEARTH_DECLARE_ISA(const FrameKernels<float>&, frames_float)
HEARTH_DECLARE_ISA(const FrameKernels<double>&, frames_double)

}  // namespace hearth::cpu
