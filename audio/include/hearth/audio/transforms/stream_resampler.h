// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hearth/audio/transforms/waveform.h"

namespace hearth::audio {

/// transforms::Resample of a signal that comes in blocks of any lengths, in constant memory: all
/// results together are bit for bit what it makes of the whole.
///
///   StreamResampler resampler({44100, 16000});
///   while (reader has samples) use(resampler.push(block));
///   use(resampler.flush());
///
/// A result comes once all samples that it depends on are there: up to delay() samples after the
/// one that it lies at. No gradient is recorded.
class HEARTH_API StreamResampler {
 public:
  explicit StreamResampler(const transforms::ResampleOptions& options);

  /// Takes the next samples [..., time], whose leading dims are the same in every call; returns the
  /// results that are certain now, perhaps none.
  Tensor push(const Tensor& block);
  /// Ends the signal: returns what is left, and begins anew. Undefined if nothing was pushed.
  Tensor flush();

  /// In samples of the input.
  int64_t delay() const { return width_; }

 private:
  Tensor take(int64_t ready);
  /// Where output n lies.
  int64_t place(int64_t n) const { return n * orig_ / fresh_; }

  Tensor filters_;  ///< undefined where both rates are the same
  int64_t orig_, fresh_, width_ = 0;
  Tensor kept_;           ///< the samples from place(first_) on
  int64_t received_ = 0;  ///< samples of the whole signal
  int64_t first_ = 0, next_ = 0;
};

}  // namespace hearth::audio
