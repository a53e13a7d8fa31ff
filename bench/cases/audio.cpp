// SPDX-License-Identifier: Apache-2.0
// A minute of sound. bench/peers/audio_cases.py holds the same for torchaudio and others.
#include "hearth/audio/features/extractor.h"
#include "hearth/audio/functional/filtering.h"
#include "hearth/audio/transforms/mel.h"
#include "hearth/audio/transforms/waveform.h"
#include "hearth/tensor/tensor_literal.h"

#include "cases/cases.h"

namespace hearth::bench {

namespace {

constexpr int64_t kSeconds = 60;

Tensor sound(int64_t channels, int64_t rate) {
  return (rand({channels, kSeconds * rate}) - 0.5).to(device());
}

void add_resampling(Cases& cases) {
  for (const auto& [from, to] :
       {std::pair<int64_t, int64_t>{44100, 16000}, {48000, 16000}, {16000, 8000}, {16000, 48000}})
    cases["audio/resample " + std::to_string(from) + " to " + std::to_string(to)] = [from = from,
                                                                                     to = to] {
      audio::transforms::Resample resample(audio::transforms::ResampleOptions(from, to));
      resample->to(device());
      const Tensor x = sound(1, from);
      return [=]() mutable { const Tensor y = resample(x); };
    };
}

void add_filters(Cases& cases) {
  for (const int64_t channels : {1, 8})
    cases["audio/lfilter order 2, " + std::to_string(channels) + " ch"] = [channels] {
      const Tensor x = sound(channels, 16000);
      const Tensor a = tensor({1.0f, -0.5f, 0.3f}).to(device());
      const Tensor b = tensor({0.3f, 0.2f, 0.1f}).to(device());
      return [=] { const Tensor y = audio::functional::lfilter(x, a, b); };
    };
  cases["audio/lowpass_biquad"] = [] {
    const Tensor x = sound(1, 16000);
    return [=] { const Tensor y = audio::functional::lowpass_biquad(x, 16000, 1000); };
  };
}

/// What a configuration makes of a minute of 16-bit samples.
void add_features(Cases& cases, const char* name, const audio::features::FeatureConfig& config) {
  cases[std::string("audio/") + name] = [config] {
    const audio::features::Extractor extractor(config);
    const Tensor x = sound(1, config.sample_rate())[0];
    return [=] { const Tensor y = extractor(x); };
  };
}

void add_front_ends(Cases& cases) {
  using audio::features::preset;
  add_features(cases, "fbank80", preset("kaldi-fbank80"));
  add_features(cases, "mfcc13", preset("kaldi-mfcc"));
  add_features(cases, "librosa mel", preset("librosa"));
  cases["audio/MelSpectrogram 80"] = [] {
    audio::transforms::MelSpectrogram mel(
        audio::transforms::MelSpectrogramOptions().n_fft(400).hop_length(160).n_mels(80));
    mel->to(device());
    const Tensor x = sound(1, 16000);
    return [=]() mutable { const Tensor y = mel(x); };
  };
}

}  // namespace

void add_audio(Cases& cases) {
  add_resampling(cases);
  add_filters(cases);
  add_front_ends(cases);
}

}  // namespace hearth::bench
