// SPDX-License-Identifier: Apache-2.0
// Features of short pieces of a signal, without spectra. Waveforms are [..., time], features
// [..., frames].
#pragma once

#include <cstdint>
#include <string>

#include "hearth/audio/functional/framing.h"
#include "hearth/base/arg.h"
#include "hearth/tensor/tensor.h"

namespace hearth::audio::features {

/// Which frames a feature is of. Defaults are librosa's. Without `center` a frame looks
/// frame_length - 1 samples ahead of its first; with it, frame_length / 2 ahead of its middle.
struct HEARTH_API FrameOptions {
  /// Says how many frames a signal has, or those of a batch's lengths.
  functional::Framing framing() const { return {frame_length_, hop_length_, 0, center_}; }
  HEARTH_ARG(int64_t, frame_length) = 2048;
  HEARTH_ARG(int64_t, hop_length) = 512;
  /// Whether the middle of frame t is sample t * hop_length, with samples made up at both ends.
  HEARTH_ARG(bool, center) = true;
  /// How: "constant" (zeros), "replicate", "reflect" or "circular".
  HEARTH_ARG(std::string, pad_mode) = "constant";
};

/// How much of a frame are samples that have another sign than the one before, where what is within
/// `threshold` of zero counts as positive. librosa's zero_crossing_rate, with pad_mode "replicate".
HEARTH_API Tensor zero_crossing_rate(
    const Tensor& waveform, const FrameOptions& options = FrameOptions().pad_mode("replicate"),
    double threshold = 1e-10);

/// The root of the mean square; librosa's rms. Differentiable where it is not 0.
HEARTH_API Tensor rms(const Tensor& waveform, const FrameOptions& options = {});

/// The sum of squares. Differentiable.
HEARTH_API Tensor energy(const Tensor& waveform, const FrameOptions& options = {});

}  // namespace hearth::audio::features
