// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "hearth/audio/classification/classifier.h"
#include "hearth/audio/functional/resample.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/pad.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/view.h"

namespace hearth::audio {
namespace {

void check_sound(const Tensor& sound, int64_t samples) {
  HEARTH_CHECK_AS(ShapeError, sound.dim() == 1 && sound.scalar_type() == kFloat && sound.is_cpu(),
                  "[clip] expected a sound [time], float on the CPU, got ", sound.scalar_type(),
                  " ", sound.sizes());
  HEARTH_CHECK_AS(ValueError, samples > 0, "[clip] expected a positive length, got ", samples);
}

}  // namespace

Tensor mono(const Tensor& waveform, int64_t sample_rate, int64_t rate) {
  HEARTH_CHECK_AS(
      ShapeError,
      waveform.dim() == 2 && waveform.size(0) > 0 && is_floating_point(waveform.scalar_type()),
      "[mono] expected a waveform [channels, time] of floating numbers, got ",
      waveform.scalar_type(), " ", waveform.sizes());
  const Tensor sound = waveform.to(kFloat).mean(0);
  return sample_rate == rate || sound.size(0) == 0 ? sound
                                                   : functional::resample(sound, sample_rate, rate);
}

Tensor mono(const Audio& sound, int64_t rate, const std::string& name) {
  HEARTH_CHECK_AS(FormatError, sound.waveform.numel() > 0, "[", name, "] holds no sound");
  HEARTH_CHECK_AS(FormatError, sound.waveform.isfinite().all().item<bool>(), "[", name,
                  "] has samples that are NaN or infinite");
  return mono(sound.waveform, sound.sample_rate, rate);
}

Tensor clip(const Tensor& sound, int64_t samples) {
  check_sound(sound, samples);
  const int64_t n = sound.size(0);
  if (n <= samples) {
    const int64_t before = (samples - n) / 2;
    return constant_pad_nd(sound, {before, samples - n - before});
  }
  const Tensor x = sound.contiguous();
  const auto* p = x.const_data_ptr<float>();
  const auto square = [p](int64_t i) {
    return static_cast<double>(p[i]) * static_cast<double>(p[i]);
  };
  double energy = 0, most = 0;
  for (int64_t i = 0; i < samples; ++i) energy += square(i);
  int64_t first = 0;
  most = energy;
  for (int64_t i = 1; i + samples <= n; ++i) {
    energy += square(i + samples - 1) - square(i - 1);
    // More by more than rounding, so that silence is taken from its beginning.
    if (energy > most * (1 + 1e-9)) {
      most = energy;
      first = i;
    }
  }
  return x.narrow(0, first, samples).clone();
}

Tensor windows(const Tensor& sound, int64_t samples, int64_t hop) {
  check_sound(sound, samples);
  HEARTH_CHECK_AS(ValueError, hop > 0, "[windows] expected a positive hop, got ", hop);
  const int64_t n = sound.size(0);
  if (n <= samples) return clip(sound, samples).unsqueeze(0);
  const Tensor whole = sound.unfold(0, samples, hop);
  if ((n - samples) % hop == 0) return whole.contiguous();
  return cat({whole, sound.narrow(0, n - samples, samples).unsqueeze(0)});
}

}  // namespace hearth::audio
