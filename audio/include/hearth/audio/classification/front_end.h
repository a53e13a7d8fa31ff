// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hearth/audio/models/audio_classifier.h"
#include "hearth/audio/transforms/mel.h"

namespace hearth::audio {

/// What is done to sounds before a network gets them: log-mel spectra, ln(1e-6 + energy) of
/// torchaudio's MelSpectrogram with HTK's mels, or, with n_mels = 1, the samples as they are; then
/// (x - mean) / stddev.
struct FrontEndOptions {
  /// Samples a second that sounds are brought to.
  int64_t sample_rate = 16000;
  /// In samples.
  int64_t n_fft = 512, win_length = 400, hop_length = 160;
  int64_t n_mels = 40;
  /// Where the mel bands begin and end, in Hz; f_max 0: half the sample rate.
  double f_min = 20, f_max = 0;
  double mean = 0, stddev = 1;
};

class HEARTH_API FrontEnd {
 public:
  /// ValueError for settings that make no spectra.
  explicit FrontEnd(const FrontEndOptions& options = {});

  const FrontEndOptions& options() const { return options_; }
  /// What a network gets of clips of so many samples.
  models::ClipShape shape(int64_t samples) const;
  /// Clips [N, samples], float, to [N, 1, n_mels, frames] or [N, 1, samples].
  Tensor operator()(const Tensor& clips) const;

 private:
  FrontEndOptions options_;
  std::shared_ptr<transforms::MelSpectrogramImpl> mel_;  ///< none for samples
};

}  // namespace hearth::audio
