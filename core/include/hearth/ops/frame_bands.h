// SPDX-License-Identifier: Apache-2.0
// From samples to the energies of frequency bands in one pass: what spectrograms, filter banks and
// cepstra of sound are made of.
#pragma once

#include <tuple>

#include "hearth/base/arg.h"
#include "hearth/tensor/tensor.h"

namespace hearth {

/// What stands before the first sample of a signal and after the last. Reflect mirrors at a sample,
/// which does not repeat; Mirror between two, so that the first one is repeated.
enum class FrameEdge : uint8_t { Zeros, Reflect, Mirror };

/// Frames [..., frames, width] of a signal [..., time]: frame i begins at its sample start + i hop.
/// They are a view where none reaches over the signal's ends.
HEARTH_API Tensor frame_signal(const Tensor& signal, int64_t width, int64_t hop_length,
                               int64_t start, int64_t frames, FrameEdge edge = FrameEdge::Zeros);

struct HEARTH_API FrameBandsOptions {
  FrameBandsOptions(int64_t n_fft, int64_t hop_length) : n_fft_(n_fft), hop_length_(hop_length) {}
  /// Points of the transform, at least as many as the window has; at most 2^24.
  HEARTH_ARG(int64_t, n_fft);
  /// Samples between frames.
  HEARTH_ARG(int64_t, hop_length);
  /// The sample that the first frame's window begins at; may be negative.
  HEARTH_ARG(int64_t, start) = 0;
  /// How many; -1: all whose windows end within the signal.
  HEARTH_ARG(int64_t, frames) = -1;
  HEARTH_ARG(FrameEdge, edge) = FrameEdge::Zeros;
  /// Takes the mean of each frame's samples off them.
  HEARTH_ARG(bool, remove_dc_offset) = false;
  /// In every frame, then, x[i] becomes x[i] - preemphasis x[i - 1], and x[0] loses its own share.
  HEARTH_ARG(double, preemphasis) = 0;
  /// What a point of the spectrum counts: 2, its energy; 1, its magnitude.
  HEARTH_ARG(int64_t, power) = 2;
  /// Added to the energy of each point, before a root is taken.
  HEARTH_ARG(double, spectrum_shift) = 0;
  /// Bands become log_factor * ln(max(band + log_shift, log_floor)).
  HEARTH_ARG(bool, log) = false;
  HEARTH_ARG(double, log_factor) = 1;
  HEARTH_ARG(double, log_shift) = 0;
  HEARTH_ARG(double, log_floor) = 0;
  /// Of the second result: with preemphasis and window, instead of before them.
  HEARTH_ARG(bool, windowed_energy) = false;
};

/// The bands [..., frames, bands] of a signal [..., time], float or double, and the energy (the sum
/// of squares) of each frame [..., frames]. A frame is as many samples as the window [width] has,
/// every hop_length; of each, multiplied by the window, the spectrum's energies (n_fft / 2 + 1 of
/// them) are multiplied by the matrix `bank` [points, bands], whose points past its rows count
/// nothing. Without a bank, points are bands. Last, bands (or their logarithms) are multiplied by
/// the matrix `transform` [bands, results], if there is one. Each frame's numbers depend on its
/// samples alone, to the last bit, wherever it stands among others. Differentiable.
HEARTH_API std::tuple<Tensor, Tensor> frame_bands(const Tensor& signal, const Tensor& window,
                                                  const Tensor& bank, const Tensor& transform,
                                                  const FrameBandsOptions& options);

}  // namespace hearth
