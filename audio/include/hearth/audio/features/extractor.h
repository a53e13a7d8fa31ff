// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <limits>
#include <utility>
#include <vector>

#include "hearth/audio/features/config.h"
#include "hearth/tensor/tensor.h"

namespace hearth::audio::features {

/// What normalizing needs to know of all frames of a signal, gathered a block at a time.
struct Summary {
  double largest = -std::numeric_limits<double>::infinity();
  int64_t frames = 0;
  std::vector<double> sums, squares;  ///< of each number
};

/// Features of signals:
///
///     features::Extractor fbank(features::preset("kaldi-fbank80"));
///     auto [waveform, sample_rate] = audio::load("speech.wav");
///     Tensor frames = fbank(waveform[0]);  // [frames, 80]
///
/// An extractor may be used by several threads at once.
class HEARTH_API Extractor {
 public:
  explicit Extractor(FeatureConfig config);

  const FeatureConfig& config() const { return config_; }
  int64_t dims() const { return config_.dims(); }

  /// Features [..., frames, dims] of signals [..., time] of float or double, at the
  /// configuration's sample rate. Signals too short for a frame have none. Differentiable.
  Tensor operator()(const Tensor& waveform) const;

  /// Of signals [batch, time] of which lengths (int64 [batch]) are valid, each as it would be
  /// alone: features [batch, most frames, dims] with zeros past its own, and the numbers of frames.
  std::pair<Tensor, Tensor> operator()(const Tensor& waveforms, const Tensor& lengths) const;

  // The same in steps, for signals that come in pieces:

  /// What is done to samples before they are framed, of the next block [..., time] of a signal;
  /// `before`: the sample before it, [..., 1], undefined at the beginning.
  Tensor prepare(const Tensor& block, const Tensor& before = {}) const;
  /// `count` frames from number `first` on, of prepared samples of which `piece` begins at the
  /// signal's sample `at`. It holds all that these frames look at, unless they reach over its ends,
  /// which are then the signal's. Ready as they are, unless the configuration needs the whole
  /// signal: observe() all frames in order, then finish() them, both in pieces of any size.
  Tensor frames(const Tensor& piece, int64_t at, int64_t first, int64_t count) const;
  /// `frames` is float [frames, ...] on the CPU.
  void observe(const Tensor& frames, Summary& summary) const;
  Tensor finish(const Tensor& frames, const Summary& summary) const;

 private:
  /// Before they become cepstra; of a spectrum, its points.
  int64_t num_bands() const;
  /// Bands or cepstra, and logarithms of energies (undefined without), as a frame's numbers.
  Tensor joined(const Tensor& numbers, const Tensor& energy) const;
  /// What is above `least`, scaled; as cepstra if that could not be done before.
  Tensor limited(const Tensor& frames, const Tensor& least) const;

  FeatureConfig config_;
  Tensor window_, bank_, dct_;
};

}  // namespace hearth::audio::features
