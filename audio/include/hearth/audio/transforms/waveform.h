// SPDX-License-Identifier: Apache-2.0
// Modules that change waveforms [..., time]. Names, defaults and buffers are torchaudio's; what
// they compute stands at the functions of the same names.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "hearth/audio/transforms/spectrogram.h"
#include "hearth/base/arg.h"
#include "hearth/nn/cloneable.h"
#include "hearth/nn/pimpl.h"

namespace hearth::audio::transforms {

/// Options of Resample and StreamResampler; functional::sinc_filters says what they do.
struct ResampleOptions {
  ResampleOptions(int64_t orig_freq = 16000, int64_t new_freq = 16000)
      : orig_freq_(orig_freq), new_freq_(new_freq) {}
  HEARTH_ARG(int64_t, orig_freq);
  HEARTH_ARG(int64_t, new_freq);
  HEARTH_ARG(std::string, resampling_method) = "sinc_interp_hann";
  HEARTH_ARG(int64_t, lowpass_filter_width) = 6;
  HEARTH_ARG(double, rolloff) = 0.99;
  HEARTH_ARG(std::optional<double>, beta) = std::nullopt;
  /// Of the filters; they are computed in double.
  HEARTH_ARG(ScalarType, dtype) = kFloat;
};

/// functional::resample with filters that are made once. They are no part of the state dict, which
/// holds nothing that the options do not say; torchaudio's "kernel" there is passed over.
class HEARTH_API ResampleImpl : public nn::Cloneable<ResampleImpl> {
 public:
  explicit ResampleImpl(const ResampleOptions& options_ = {});
  void reset() override;
  Tensor forward(const Tensor& waveform);

  ResampleOptions options;
  Tensor kernel;  ///< [new, 2 width]; undefined where both rates are the same

 protected:
  void upgrade_state(OrderedDict<std::string, Tensor>& state, const std::string& prefix,
                     std::optional<int64_t> version) const override;
};
HEARTH_MODULE(Resample);

/// Options of Fade: lengths in samples; fade_shape: "linear", "exponential", "logarithmic",
/// "quarter_sine" or "half_sine".
struct FadeOptions {
  HEARTH_ARG(int64_t, fade_in_len) = 0;
  HEARTH_ARG(int64_t, fade_out_len) = 0;
  HEARTH_ARG(std::string, fade_shape) = "linear";
};

/// Lets a waveform begin and end softly.
class HEARTH_API FadeImpl : public nn::Cloneable<FadeImpl> {
 public:
  explicit FadeImpl(const FadeOptions& options_ = {});
  void reset() override {}
  Tensor forward(const Tensor& waveform);

  FadeOptions options;
};
HEARTH_MODULE(Fade);

/// Options of Vol. gain_type: "amplitude", "power" (both of a gain that is not negative) or "db".
struct VolOptions {
  VolOptions(double gain) : gain_(gain) {}
  HEARTH_ARG(double, gain);
  HEARTH_ARG(std::string, gain_type) = "amplitude";
};

/// Multiplies by a gain and cuts off at -1 and 1.
class HEARTH_API VolImpl : public nn::Cloneable<VolImpl> {
 public:
  explicit VolImpl(const VolOptions& options_);
  void reset() override {}
  Tensor forward(const Tensor& waveform);

  VolOptions options;
};
HEARTH_MODULE(Vol);

/// Options of Preemphasis and Deemphasis.
struct EmphasisOptions {
  EmphasisOptions(double coeff = 0.97) : coeff_(coeff) {}
  HEARTH_ARG(double, coeff);
};
using PreemphasisOptions = EmphasisOptions;
using DeemphasisOptions = EmphasisOptions;

/// functional::preemphasis.
class HEARTH_API PreemphasisImpl : public nn::Cloneable<PreemphasisImpl> {
 public:
  explicit PreemphasisImpl(const PreemphasisOptions& options_ = {}) : options(options_) {}
  void reset() override {}
  Tensor forward(const Tensor& waveform);

  PreemphasisOptions options;
};
HEARTH_MODULE(Preemphasis);

/// functional::deemphasis.
class HEARTH_API DeemphasisImpl : public nn::Cloneable<DeemphasisImpl> {
 public:
  explicit DeemphasisImpl(const DeemphasisOptions& options_ = {}) : options(options_) {}
  void reset() override {}
  Tensor forward(const Tensor& waveform);

  DeemphasisOptions options;
};
HEARTH_MODULE(Deemphasis);

/// Options of MuLawEncoding and MuLawDecoding.
struct MuLawOptions {
  MuLawOptions(int64_t quantization_channels = 256)
      : quantization_channels_(quantization_channels) {}
  HEARTH_ARG(int64_t, quantization_channels);
};
using MuLawEncodingOptions = MuLawOptions;
using MuLawDecodingOptions = MuLawOptions;

/// functional::mu_law_encoding.
class HEARTH_API MuLawEncodingImpl : public nn::Cloneable<MuLawEncodingImpl> {
 public:
  explicit MuLawEncodingImpl(const MuLawEncodingOptions& options_ = {}) : options(options_) {}
  void reset() override {}
  Tensor forward(const Tensor& x);

  MuLawEncodingOptions options;
};
HEARTH_MODULE(MuLawEncoding);

/// functional::mu_law_decoding.
class HEARTH_API MuLawDecodingImpl : public nn::Cloneable<MuLawDecodingImpl> {
 public:
  explicit MuLawDecodingImpl(const MuLawDecodingOptions& options_ = {}) : options(options_) {}
  void reset() override {}
  Tensor forward(const Tensor& x_mu);

  MuLawDecodingOptions options;
};
HEARTH_MODULE(MuLawDecoding);

/// Options of Convolve and FFTConvolve: "full", "valid" or "same".
struct ConvolveOptions {
  ConvolveOptions(std::string mode = "full") : mode_(std::move(mode)) {}
  HEARTH_ARG(std::string, mode);
};
using FFTConvolveOptions = ConvolveOptions;

/// functional::convolve.
class HEARTH_API ConvolveImpl : public nn::Cloneable<ConvolveImpl> {
 public:
  explicit ConvolveImpl(const ConvolveOptions& options_ = {}) : options(options_) {}
  void reset() override {}
  Tensor forward(const Tensor& x, const Tensor& y);

  ConvolveOptions options;
};
HEARTH_MODULE(Convolve);

/// functional::fftconvolve.
class HEARTH_API FFTConvolveImpl : public nn::Cloneable<FFTConvolveImpl> {
 public:
  explicit FFTConvolveImpl(const FFTConvolveOptions& options_ = {}) : options(options_) {}
  void reset() override {}
  Tensor forward(const Tensor& x, const Tensor& y);

  FFTConvolveOptions options;
};
HEARTH_MODULE(FFTConvolve);

/// Options of PitchShift; functional::pitch_shift says what they do.
struct PitchShiftOptions {
  PitchShiftOptions(int64_t sample_rate, double n_steps)
      : sample_rate_(sample_rate), n_steps_(n_steps) {}
  HEARTH_ARG(int64_t, sample_rate);
  HEARTH_ARG(double, n_steps);
  HEARTH_ARG(int64_t, bins_per_octave) = 12;
  HEARTH_ARG(int64_t, n_fft) = 512;
  HEARTH_ARG(std::optional<int64_t>, win_length) = std::nullopt;  ///< n_fft
  HEARTH_ARG(std::optional<int64_t>, hop_length) = std::nullopt;  ///< a quarter of win_length
  /// Makes a window of so many samples; Hann's if not set.
  HEARTH_ARG(WindowFunction, window_fn) = {};
};

/// functional::pitch_shift with filters that are made once, and are no part of the state dict.
class HEARTH_API PitchShiftImpl : public nn::Cloneable<PitchShiftImpl> {
 public:
  explicit PitchShiftImpl(const PitchShiftOptions& options_);
  void reset() override;
  Tensor forward(const Tensor& waveform);

  PitchShiftOptions options;
  Tensor window;
  Resample resampler{nullptr};

 protected:
  void upgrade_state(OrderedDict<std::string, Tensor>& state, const std::string& prefix,
                     std::optional<int64_t> version) const override;
};
HEARTH_MODULE(PitchShift);

}  // namespace hearth::audio::transforms
