// SPDX-License-Identifier: Apache-2.0
// Modules that vary training data. Random ones draw from the default generator, which a DataLoader
// seeds for each sample, so what they do does not depend on workers or threads; they do it whether
// in training or not, as torchaudio's. Names, defaults and buffers are torchaudio's.
#pragma once

#include <cstdint>
#include <optional>
#include <tuple>
#include <vector>

#include "hearth/audio/transforms/waveform.h"
#include "hearth/nn/modules/containers.h"

namespace hearth::audio::transforms {

/// functional::add_noise.
class HEARTH_API AddNoiseImpl : public nn::Cloneable<AddNoiseImpl> {
 public:
  void reset() override {}
  Tensor forward(const Tensor& waveform, const Tensor& noise, const Tensor& snr,
                 const Tensor& lengths = {});
};
HEARTH_MODULE(AddNoise);

/// Options of Speed: waveforms of orig_freq are played `factor` times as fast.
struct SpeedOptions {
  SpeedOptions(int64_t orig_freq, double factor) : orig_freq_(orig_freq), factor_(factor) {}
  HEARTH_ARG(int64_t, orig_freq);
  HEARTH_ARG(double, factor);
};

/// functional::speed with filters that are made once.
class HEARTH_API SpeedImpl : public nn::Cloneable<SpeedImpl> {
 public:
  explicit SpeedImpl(const SpeedOptions& options_);
  void reset() override;
  /// The waveform, and the lengths [...] in it, if any are given.
  std::tuple<Tensor, Tensor> forward(const Tensor& waveform, const Tensor& lengths = {});

  SpeedOptions options;
  Resample resampler{nullptr};
};
HEARTH_MODULE(Speed);

/// Options of SpeedPerturbation.
struct SpeedPerturbationOptions {
  SpeedPerturbationOptions(int64_t orig_freq, std::vector<double> factors)
      : orig_freq_(orig_freq), factors_(std::move(factors)) {}
  HEARTH_ARG(int64_t, orig_freq);
  HEARTH_ARG(std::vector<double>, factors);
};

/// Speed by one of some factors, drawn anew for every call (Ko et al., "Audio Augmentation for
/// Speech Recognition", 2015).
class HEARTH_API SpeedPerturbationImpl : public nn::Cloneable<SpeedPerturbationImpl> {
 public:
  explicit SpeedPerturbationImpl(const SpeedPerturbationOptions& options_);
  void reset() override;
  std::tuple<Tensor, Tensor> forward(const Tensor& waveform, const Tensor& lengths = {});

  SpeedPerturbationOptions options;
  nn::ModuleList speeders;
};
HEARTH_MODULE(SpeedPerturbation);

/// Options of FrequencyMasking. iid_masks: a mask of its own for each spectrogram of a batch.
struct FrequencyMaskingOptions {
  FrequencyMaskingOptions(int64_t freq_mask_param) : freq_mask_param_(freq_mask_param) {}
  HEARTH_ARG(int64_t, freq_mask_param);
  HEARTH_ARG(bool, iid_masks) = false;
};

/// Masks up to freq_mask_param - 1 neighbouring bins of spectrograms [..., freq, time].
class HEARTH_API FrequencyMaskingImpl : public nn::Cloneable<FrequencyMaskingImpl> {
 public:
  explicit FrequencyMaskingImpl(const FrequencyMaskingOptions& options_) : options(options_) {}
  void reset() override {}
  Tensor forward(const Tensor& specgram, double mask_value = 0);

  FrequencyMaskingOptions options;
};
HEARTH_MODULE(FrequencyMasking);

/// Options of TimeMasking. p: the largest part of the frames that may be masked.
struct TimeMaskingOptions {
  TimeMaskingOptions(int64_t time_mask_param) : time_mask_param_(time_mask_param) {}
  HEARTH_ARG(int64_t, time_mask_param);
  HEARTH_ARG(bool, iid_masks) = false;
  HEARTH_ARG(double, p) = 1.0;
};

/// Masks up to time_mask_param - 1 neighbouring frames of spectrograms [..., freq, time].
class HEARTH_API TimeMaskingImpl : public nn::Cloneable<TimeMaskingImpl> {
 public:
  explicit TimeMaskingImpl(const TimeMaskingOptions& options_);
  void reset() override {}
  Tensor forward(const Tensor& specgram, double mask_value = 0);

  TimeMaskingOptions options;
};
HEARTH_MODULE(TimeMasking);

/// Options of SpecAugment. p: the largest part of an axis that a mask may cover; zero_masking:
/// masks are 0, and not the mean of the spectrograms.
struct SpecAugmentOptions {
  SpecAugmentOptions(int64_t n_time_masks, int64_t time_mask_param, int64_t n_freq_masks,
                     int64_t freq_mask_param)
      : n_time_masks_(n_time_masks),
        time_mask_param_(time_mask_param),
        n_freq_masks_(n_freq_masks),
        freq_mask_param_(freq_mask_param) {}
  HEARTH_ARG(int64_t, n_time_masks);
  HEARTH_ARG(int64_t, time_mask_param);
  HEARTH_ARG(int64_t, n_freq_masks);
  HEARTH_ARG(int64_t, freq_mask_param);
  HEARTH_ARG(bool, iid_masks) = true;
  HEARTH_ARG(double, p) = 1.0;
  HEARTH_ARG(bool, zero_masking) = false;
};

/// Several masks of time and of frequency over spectrograms [..., freq, time] (Park et al.,
/// "SpecAugment", 2019; without its time warping).
class HEARTH_API SpecAugmentImpl : public nn::Cloneable<SpecAugmentImpl> {
 public:
  explicit SpecAugmentImpl(const SpecAugmentOptions& options_) : options(options_) {}
  void reset() override {}
  Tensor forward(const Tensor& specgram);

  SpecAugmentOptions options;
};
HEARTH_MODULE(SpecAugment);

/// Options of TimeStretch: those of the spectrum, and the rate, if it is always the same.
struct TimeStretchOptions {
  HEARTH_ARG(std::optional<int64_t>, hop_length) = std::nullopt;  ///< n_freq - 1
  HEARTH_ARG(int64_t, n_freq) = 201;
  HEARTH_ARG(std::optional<double>, fixed_rate) = std::nullopt;
};

/// functional::phase_vocoder of complex spectra [..., freq, time].
class HEARTH_API TimeStretchImpl : public nn::Cloneable<TimeStretchImpl> {
 public:
  explicit TimeStretchImpl(const TimeStretchOptions& options_ = {});
  void reset() override;
  Tensor forward(const Tensor& complex_specgrams,
                 std::optional<double> overriding_rate = std::nullopt);

  TimeStretchOptions options;
  Tensor phase_advance;  ///< [n_freq, 1]
};
HEARTH_MODULE(TimeStretch);

}  // namespace hearth::audio::transforms
