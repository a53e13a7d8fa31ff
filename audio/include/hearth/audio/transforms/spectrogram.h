// SPDX-License-Identifier: Apache-2.0
// Modules that make spectrograms of waveforms and waveforms of spectrograms. Names, defaults and
// buffers are torchaudio's.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "hearth/audio/functional/spectrogram.h"
#include "hearth/base/arg.h"
#include "hearth/base/callable.h"
#include "hearth/nn/cloneable.h"
#include "hearth/nn/pimpl.h"

namespace hearth::audio::transforms {

/// Makes a window of so many samples. An empty one makes hann_window's, whose period is its length.
using WindowFunction = Callable<Tensor(int64_t win_length)>;

/// Options of Spectrogram; functional::spectrogram says what they do.
struct SpectrogramOptions {
  HEARTH_ARG(int64_t, n_fft) = 400;
  HEARTH_ARG(std::optional<int64_t>, win_length) = std::nullopt;  ///< n_fft
  HEARTH_ARG(std::optional<int64_t>, hop_length) = std::nullopt;  ///< half of win_length
  HEARTH_ARG(int64_t, pad) = 0;
  HEARTH_ARG(WindowFunction, window_fn) = {};
  HEARTH_ARG(std::optional<double>, power) = 2.0;
  HEARTH_ARG(functional::SpecNorm, normalized) = functional::SpecNorm::None;
  HEARTH_ARG(bool, center) = true;
  HEARTH_ARG(std::string, pad_mode) = "reflect";
  HEARTH_ARG(bool, onesided) = true;
};

/// The spectrogram [..., frequencies, frames] of a waveform [..., time].
class HEARTH_API SpectrogramImpl : public nn::Cloneable<SpectrogramImpl> {
 public:
  explicit SpectrogramImpl(const SpectrogramOptions& options_ = {});
  void reset() override;
  Tensor forward(const Tensor& waveform) { return bands(waveform, {}); }
  /// Magnitudes times a bank [frequencies, bands]: [..., bands, frames].
  Tensor bands(const Tensor& waveform, const Tensor& bank);
  /// How many of a padded batch's frames belong to signals of these lengths in samples.
  Tensor frames(const Tensor& lengths) const;
  int64_t win_length() const;
  int64_t hop_length() const;

  SpectrogramOptions options;
  Tensor window;  ///< [win_length]
};
HEARTH_MODULE(Spectrogram);

/// Options of InverseSpectrogram: those that the spectrogram was made with.
struct InverseSpectrogramOptions {
  HEARTH_ARG(int64_t, n_fft) = 400;
  HEARTH_ARG(std::optional<int64_t>, win_length) = std::nullopt;  ///< n_fft
  HEARTH_ARG(std::optional<int64_t>, hop_length) = std::nullopt;  ///< half of win_length
  HEARTH_ARG(int64_t, pad) = 0;
  HEARTH_ARG(WindowFunction, window_fn) = {};
  HEARTH_ARG(functional::SpecNorm, normalized) = functional::SpecNorm::None;
  HEARTH_ARG(bool, center) = true;
  HEARTH_ARG(bool, onesided) = true;
};

/// The waveform [..., time] of a complex spectrogram [..., frequencies, frames].
class HEARTH_API InverseSpectrogramImpl : public nn::Cloneable<InverseSpectrogramImpl> {
 public:
  explicit InverseSpectrogramImpl(const InverseSpectrogramOptions& options_ = {});
  void reset() override;
  /// `length`: how many samples to give; otherwise as many as the frames tell.
  Tensor forward(const Tensor& spectrogram, std::optional<int64_t> length = std::nullopt);
  FORWARD_HAS_DEFAULT_ARGS({1, nn::AnyValue(std::optional<int64_t>())})

  InverseSpectrogramOptions options;
  Tensor window;  ///< [win_length]
};
HEARTH_MODULE(InverseSpectrogram);

/// Options of GriffinLim; functional::griffinlim says what they do.
struct GriffinLimOptions {
  HEARTH_ARG(int64_t, n_fft) = 400;
  HEARTH_ARG(int64_t, n_iter) = 32;
  HEARTH_ARG(std::optional<int64_t>, win_length) = std::nullopt;  ///< n_fft
  HEARTH_ARG(std::optional<int64_t>, hop_length) = std::nullopt;  ///< half of win_length
  HEARTH_ARG(WindowFunction, window_fn) = {};
  HEARTH_ARG(double, power) = 2;
  HEARTH_ARG(double, momentum) = 0.99;
  HEARTH_ARG(std::optional<int64_t>, length) = std::nullopt;
  HEARTH_ARG(bool, rand_init) = true;
};

/// A waveform [..., time] for magnitudes [..., n_fft / 2 + 1, frames].
class HEARTH_API GriffinLimImpl : public nn::Cloneable<GriffinLimImpl> {
 public:
  explicit GriffinLimImpl(const GriffinLimOptions& options_ = {});
  void reset() override;
  Tensor forward(const Tensor& specgram);

  GriffinLimOptions options;
  Tensor window;  ///< [win_length]
};
HEARTH_MODULE(GriffinLim);

/// Options of SpectralCentroid.
struct SpectralCentroidOptions {
  SpectralCentroidOptions(int64_t sample_rate) : sample_rate_(sample_rate) {}
  HEARTH_ARG(int64_t, sample_rate);
  HEARTH_ARG(int64_t, n_fft) = 400;
  HEARTH_ARG(std::optional<int64_t>, win_length) = std::nullopt;  ///< n_fft
  HEARTH_ARG(std::optional<int64_t>, hop_length) = std::nullopt;  ///< half of win_length
  HEARTH_ARG(int64_t, pad) = 0;
  HEARTH_ARG(WindowFunction, window_fn) = {};
};

/// The mean frequency in Hz, weighted by magnitudes, of each frame of a waveform [..., time]:
/// [..., frames].
class HEARTH_API SpectralCentroidImpl : public nn::Cloneable<SpectralCentroidImpl> {
 public:
  explicit SpectralCentroidImpl(const SpectralCentroidOptions& options_);
  void reset() override;
  Tensor forward(const Tensor& waveform);
  /// How many of a padded batch's frames belong to signals of these lengths in samples.
  Tensor frames(const Tensor& lengths) const;

  SpectralCentroidOptions options;
  Tensor window;  ///< [win_length]
};
HEARTH_MODULE(SpectralCentroid);

}  // namespace hearth::audio::transforms
