// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "hearth/audio/features/config.h"
#include "hearth/base/error.h"

namespace hearth::audio::features {

namespace {

/// What Kaldi's programs do unless told otherwise, but for dither.
FeatureConfig kaldi() {
  return FeatureConfig()
      .scale(32768)
      .preemphasis(0.97)
      .remove_dc_offset(true)
      .window("povey")
      .bands("kaldi")
      .low_freq(20)
      .num_bands(23);
}

FeatureConfig kaldi_fbank80() { return kaldi().num_bands(80); }

FeatureConfig kaldi_mfcc() { return kaldi().num_ceps(13).lifter(22).use_energy(true); }

FeatureConfig whisper() {
  return FeatureConfig()
      .n_fft(400)
      .frames("reflect")
      .drop_last_frame(true)
      .bands("slaney")
      .band_norm("slaney")
      .log("log10")
      .log_floor(1e-10)
      .range(8)
      .subtract(-4)
      .divide(4);
}

FeatureConfig whisper128() { return whisper().num_bands(128); }

FeatureConfig torchaudio() {
  return FeatureConfig().frame_shift(200).n_fft(400).frames("reflect").num_bands(128).log("none");
}

FeatureConfig librosa() {
  return FeatureConfig()
      .sample_rate(22050)
      .frame_length(2048)
      .frame_shift(512)
      .n_fft(2048)
      .frames("zeros")
      .bands("slaney")
      .band_norm("slaney")
      .num_bands(128)
      .log("none");
}

FeatureConfig hifigan() {
  return FeatureConfig()
      .sample_rate(22050)
      .frame_length(1024)
      .frame_shift(256)
      .n_fft(1024)
      .frames("between")
      .power(1)
      .spectrum_shift(1e-9)
      .bands("slaney")
      .band_norm("slaney")
      .high_freq(8000)
      .log_floor(1e-5);
}

FeatureConfig vggish() {
  return FeatureConfig()
      .power(1)
      .bands("kaldi")
      .num_bands(64)
      .low_freq(125)
      .high_freq(7500)
      .log_shift(0.01)
      .log_floor(0);
}

FeatureConfig nemo() {
  return FeatureConfig()
      .preemphasis(0.97)
      .preemphasis_of("signal")
      .frames("zeros")
      .drop_last_frame(true)
      .window("hanning")
      .bands("slaney")
      .band_norm("slaney")
      .log_shift(std::ldexp(1.0, -24))
      .log_floor(0)
      .normalize("meanvar");
}

FeatureConfig ast() {
  return kaldi()
      .scale(1)
      .window("hanning")
      .num_bands(128)
      .subtract(-4.2677393)
      .divide(2 * 4.5689974);
}

struct Row {
  std::string_view name, summary;
  FeatureConfig (*make)();
};
constexpr Row kPresets[] = {
    {"kaldi-fbank80", "80 log mel energies as Kaldi's compute-fbank-feats", &kaldi_fbank80},
    {"kaldi-mfcc", "13 cepstra with energy as Kaldi's compute-mfcc-feats", &kaldi_mfcc},
    {"whisper", "80 log mel energies of OpenAI's Whisper", &whisper},
    {"whisper128", "128 of them, for Whisper large-v3", &whisper128},
    {"torchaudio", "128 mel energies as torchaudio's MelSpectrogram", &torchaudio},
    {"librosa", "128 mel energies at 22.05 kHz as librosa's melspectrogram", &librosa},
    {"hifigan", "80 log mel magnitudes at 22.05 kHz for HiFi-GAN's vocoder", &hifigan},
    {"vggish", "64 log mel magnitudes of VGGish, not yet cut into patches", &vggish},
    {"nemo", "80 normalized log mel energies of NVIDIA's NeMo", &nemo},
    {"ast", "128 scaled log mel energies of the Audio Spectrogram Transformer", &ast},
};

const Row& row(std::string_view name) {
  std::string known;
  for (const Row& r : kPresets) {
    if (r.name == name) return r;
    known += (known.empty() ? "" : ", ") + std::string(r.name);
  }
  throw ValueError(cat_str("[features] there is no preset \"", name, "\"; there are ", known));
}

}  // namespace

FeatureConfig preset(std::string_view name) { return row(name).make(); }

std::vector<std::string> preset_names() {
  std::vector<std::string> names;
  for (const Row& r : kPresets) names.emplace_back(r.name);
  return names;
}

std::string preset_summary(std::string_view name) { return std::string(row(name).summary); }

}  // namespace hearth::audio::features
