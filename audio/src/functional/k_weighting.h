// SPDX-License-Identifier: Apache-2.0
// The filter and the gates of ITU-R BS.1770.
#pragma once

#include <cstdint>
#include <vector>

#include "hearth/tensor/tensor.h"

namespace hearth::audio {

/// A filter of second order, a0 being 1, and its state.
struct Biquad {
  double b0, b1, b2, a1, a2;
  double z1 = 0, z2 = 0;

  /// Raises what is above `frequency` by `gain` dB (Bristow-Johnson's cookbook).
  static Biquad high_shelf(double rate, double frequency, double gain, double q);
  /// Keeps what is above `frequency` (the same).
  static Biquad high_pass(double rate, double frequency, double q);
  /// BS.1770's two filters, which it gives coefficients of at 48 kHz, at other rates: by the
  /// bilinear transform of the analog ones that these come from.
  static Biquad k_shelf(double rate);
  static Biquad k_pass(double rate);

  double operator()(double x) {
    const double y = b0 * x + z1;
    z1 = b1 * x - a1 * y + z2;
    z2 = b2 * x - a2 * y;
    return y;
  }
};

/// Running sums of squares after both filters: sums[t] is that of the first t samples. `clip`: the
/// output of either filter is cut to [-1, 1].
std::vector<double> k_weighted_sums(const float* samples, int64_t time, Biquad shelf, Biquad pass,
                                    bool clip);

/// Mean squares of blocks of `block` samples every `step`, of running sums of squares.
std::vector<double> block_energy(const std::vector<double>& sums, int64_t block, int64_t step);

/// Mean squares of blocks, channel after channel: [channels][blocks].
using BlockEnergy = std::vector<std::vector<double>>;

/// Loudness in LKFS of what has these mean squares, weighted as channels are.
double lkfs(double weighted_energy);

/// Weights of channels in the order of BS.1770-4: left, right, center, left and right surround; of
/// six, the fourth is of low frequencies and does not count.
std::vector<double> channel_weights(int64_t channels);

/// BS.1770-4's mean of blocks over the gates at -70 LKFS and 10 below the mean of those above that;
/// NaN where none is.
double gated_loudness(const BlockEnergy& energy, const std::vector<double>& weights);

/// A waveform [..., channels, time] as contiguous floats on the CPU, [items, channels, time].
Tensor as_recordings(const Tensor& waveform, const char* op);

}  // namespace hearth::audio
