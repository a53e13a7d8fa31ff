// SPDX-License-Identifier: Apache-2.0
// Modules over functional/loudness.h and functional/vad.h, with torchaudio's names.
#pragma once

#include <cstdint>

#include "hearth/audio/functional/vad.h"
#include "hearth/nn/cloneable.h"
#include "hearth/nn/pimpl.h"

namespace hearth::audio::transforms {

/// The loudness in LKFS of waveforms [..., channels, time]: functional::loudness.
class HEARTH_API LoudnessImpl : public nn::Cloneable<LoudnessImpl> {
 public:
  explicit LoudnessImpl(int64_t sample_rate);
  void reset() override {}
  Tensor forward(const Tensor& waveform);

  int64_t sample_rate;
};
HEARTH_MODULE(Loudness);

/// A waveform [time] or [channels, time] from where somebody speaks: functional::vad.
class HEARTH_API VadImpl : public nn::Cloneable<VadImpl> {
 public:
  explicit VadImpl(int64_t sample_rate, const functional::VadOptions& options_ = {});
  void reset() override {}
  Tensor forward(const Tensor& waveform);

  int64_t sample_rate;
  functional::VadOptions options;
};
HEARTH_MODULE(Vad);

}  // namespace hearth::audio::transforms
