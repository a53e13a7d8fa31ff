// SPDX-License-Identifier: Apache-2.0
#include "hearth/audio/transforms/speech.h"

#include "hearth/audio/functional/loudness.h"

namespace hearth::audio::transforms {

LoudnessImpl::LoudnessImpl(int64_t sample_rate_) : sample_rate(sample_rate_) {}
Tensor LoudnessImpl::forward(const Tensor& waveform) {
  return functional::loudness(waveform, sample_rate);
}

VadImpl::VadImpl(int64_t sample_rate_, const functional::VadOptions& options_)
    : sample_rate(sample_rate_), options(options_) {}
Tensor VadImpl::forward(const Tensor& waveform) {
  return functional::vad(waveform, sample_rate, options);
}

}  // namespace hearth::audio::transforms
