// SPDX-License-Identifier: Apache-2.0
// Modules of filter banks and cepstra. Names, defaults and buffers are torchaudio's.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "hearth/audio/functional/filterbanks.h"
#include "hearth/audio/transforms/spectrogram.h"

namespace hearth::audio::transforms {

/// Options of MelScale; functional::melscale_fbanks says what they do.
struct MelScaleOptions {
  HEARTH_ARG(int64_t, n_mels) = 128;
  HEARTH_ARG(int64_t, sample_rate) = 16000;
  HEARTH_ARG(double, f_min) = 0;
  HEARTH_ARG(std::optional<double>, f_max) = std::nullopt;  ///< sample_rate / 2
  HEARTH_ARG(int64_t, n_stft) = 201;
  HEARTH_ARG(functional::FilterNorm, norm) = functional::FilterNorm::None;
  HEARTH_ARG(functional::MelScale, mel_scale) = functional::MelScale::Htk;
};

/// Spectrograms [..., n_stft, time] as mel spectrograms [..., n_mels, time].
class HEARTH_API MelScaleImpl : public nn::Cloneable<MelScaleImpl> {
 public:
  explicit MelScaleImpl(const MelScaleOptions& options_ = {});
  void reset() override;
  Tensor forward(const Tensor& specgram);

  MelScaleOptions options;
  Tensor fb;  ///< [n_stft, n_mels]
};
HEARTH_MODULE(MelScale);

/// Options of InverseMelScale: those that the mel spectrogram was made with.
struct InverseMelScaleOptions {
  InverseMelScaleOptions(int64_t n_stft) : n_stft_(n_stft) {}
  HEARTH_ARG(int64_t, n_stft);
  HEARTH_ARG(int64_t, n_mels) = 128;
  HEARTH_ARG(int64_t, sample_rate) = 16000;
  HEARTH_ARG(double, f_min) = 0;
  HEARTH_ARG(std::optional<double>, f_max) = std::nullopt;  ///< sample_rate / 2
  HEARTH_ARG(functional::FilterNorm, norm) = functional::FilterNorm::None;
  HEARTH_ARG(functional::MelScale, mel_scale) = functional::MelScale::Htk;
  /// How linalg::lstsq solves: "gels" wants no filter to be empty; "gelsy", "gelsd", "gelss".
  HEARTH_ARG(std::string, driver) = "gels";
};

/// Mel spectrograms [..., n_mels, time] as spectrograms [..., n_stft, time]: the shortest that have
/// these mel spectra, without what is negative in them.
class HEARTH_API InverseMelScaleImpl : public nn::Cloneable<InverseMelScaleImpl> {
 public:
  explicit InverseMelScaleImpl(const InverseMelScaleOptions& options_);
  void reset() override;
  Tensor forward(const Tensor& melspec);

  InverseMelScaleOptions options;
  Tensor fb;  ///< [n_stft, n_mels]
};
HEARTH_MODULE(InverseMelScale);

/// Options of MelSpectrogram: those of Spectrogram and of MelScale.
struct MelSpectrogramOptions {
  HEARTH_ARG(int64_t, sample_rate) = 16000;
  HEARTH_ARG(int64_t, n_fft) = 400;
  HEARTH_ARG(std::optional<int64_t>, win_length) = std::nullopt;  ///< n_fft
  HEARTH_ARG(std::optional<int64_t>, hop_length) = std::nullopt;  ///< half of win_length
  HEARTH_ARG(double, f_min) = 0;
  HEARTH_ARG(std::optional<double>, f_max) = std::nullopt;  ///< sample_rate / 2
  HEARTH_ARG(int64_t, pad) = 0;
  HEARTH_ARG(int64_t, n_mels) = 128;
  HEARTH_ARG(WindowFunction, window_fn) = {};
  HEARTH_ARG(double, power) = 2;
  HEARTH_ARG(functional::SpecNorm, normalized) = functional::SpecNorm::None;
  HEARTH_ARG(bool, center) = true;
  HEARTH_ARG(std::string, pad_mode) = "reflect";
  HEARTH_ARG(functional::FilterNorm, norm) = functional::FilterNorm::None;
  HEARTH_ARG(functional::MelScale, mel_scale) = functional::MelScale::Htk;
};

/// The mel spectrogram [..., n_mels, frames] of a waveform [..., time].
class HEARTH_API MelSpectrogramImpl : public nn::Cloneable<MelSpectrogramImpl> {
 public:
  explicit MelSpectrogramImpl(const MelSpectrogramOptions& options_ = {});
  void reset() override;
  Tensor forward(const Tensor& waveform);
  /// How many of a padded batch's frames belong to signals of these lengths in samples.
  Tensor frames(const Tensor& lengths) const { return spectrogram->frames(lengths); }

  MelSpectrogramOptions options;
  Spectrogram spectrogram = nullptr;
  MelScale mel_scale = nullptr;
};
HEARTH_MODULE(MelSpectrogram);

/// Options of MFCC.
struct MFCCOptions {
  HEARTH_ARG(int64_t, sample_rate) = 16000;
  HEARTH_ARG(int64_t, n_mfcc) = 40;
  HEARTH_ARG(functional::DctNorm, norm) = functional::DctNorm::Ortho;
  /// The natural logarithm of mel + 1e-6 instead of decibels no further than 80 below the maximum.
  HEARTH_ARG(bool, log_mels) = false;
  /// The mel spectrogram, but for its sample_rate.
  HEARTH_ARG(MelSpectrogramOptions, melkwargs) = {};
};

/// Mel-frequency cepstral coefficients [..., n_mfcc, frames] of a waveform [..., time]. Without
/// log_mels they depend on the maximum of [frequency, time], [channel, frequency, time] or each
/// [channel, frequency, time] of a batch, so they need whole recordings.
class HEARTH_API MFCCImpl : public nn::Cloneable<MFCCImpl> {
 public:
  explicit MFCCImpl(const MFCCOptions& options_ = {});
  void reset() override;
  Tensor forward(const Tensor& waveform);
  /// How many of a padded batch's frames belong to signals of these lengths in samples.
  Tensor frames(const Tensor& lengths) const { return mel_spectrogram->frames(lengths); }

  MFCCOptions options;
  MelSpectrogram mel_spectrogram = nullptr;  ///< registered as "MelSpectrogram"
  Tensor dct_mat;                            ///< [n_mels, n_mfcc]
};
HEARTH_MODULE(MFCC);

/// Options of LFCC.
struct LFCCOptions {
  HEARTH_ARG(int64_t, sample_rate) = 16000;
  HEARTH_ARG(int64_t, n_filter) = 128;
  HEARTH_ARG(double, f_min) = 0;
  HEARTH_ARG(std::optional<double>, f_max) = std::nullopt;  ///< sample_rate / 2
  HEARTH_ARG(int64_t, n_lfcc) = 40;
  HEARTH_ARG(functional::DctNorm, norm) = functional::DctNorm::Ortho;
  /// The natural logarithm of bands + 1e-6 instead of decibels no further than 80 below the
  /// maximum.
  HEARTH_ARG(bool, log_lf) = false;
  HEARTH_ARG(SpectrogramOptions, speckwargs) = {};
};

/// Linear-frequency cepstral coefficients [..., n_lfcc, frames] of a waveform [..., time]. Without
/// log_lf they need whole recordings, as MFCC does.
class HEARTH_API LFCCImpl : public nn::Cloneable<LFCCImpl> {
 public:
  explicit LFCCImpl(const LFCCOptions& options_ = {});
  void reset() override;
  Tensor forward(const Tensor& waveform);
  /// How many of a padded batch's frames belong to signals of these lengths in samples.
  Tensor frames(const Tensor& lengths) const { return spectrogram->frames(lengths); }

  LFCCOptions options;
  Spectrogram spectrogram = nullptr;  ///< registered as "Spectrogram"
  Tensor filter_mat;                  ///< [n_fft / 2 + 1, n_filter]
  Tensor dct_mat;                     ///< [n_filter, n_lfcc]
};
HEARTH_MODULE(LFCC);

}  // namespace hearth::audio::transforms
