// SPDX-License-Identifier: Apache-2.0
// Changing the sampling rate by band-limited interpolation. Names and defaults are torchaudio's.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <tuple>

#include "hearth/tensor/tensor.h"

namespace hearth::audio::functional {

/// The filters of resample: [new, 2 width], with both rates divided by their greatest common
/// divisor; what hearth::polyphase_resample(waveform, filters, orig) takes. A filter is a sinc,
/// cut off at `rolloff` times the lower Nyquist frequency, in a window that reaches over
/// lowpass_filter_width zero crossings on each side: "sinc_interp_hann" or "sinc_interp_kaiser",
/// whose shape is beta (14.769656459379492). Computed in double whatever `dtype` is, as in
/// torchaudio.transforms.Resample(dtype=torch.float64): computed in float, as torchaudio does
/// otherwise, filters are off by 1e-5. (J. O. Smith, "Digital Audio Resampling Home Page".)
HEARTH_API Tensor sinc_filters(int64_t orig_freq, int64_t new_freq,
                               int64_t lowpass_filter_width = 6, double rolloff = 0.99,
                               std::string_view resampling_method = "sinc_interp_hann",
                               std::optional<double> beta = std::nullopt,
                               ScalarType dtype = kFloat);

/// `waveform` [..., time] at another rate: ceil(new time / orig) samples. The rates are whole
/// numbers; only their ratio counts. Filters are made anew in every call; transforms::Resample
/// keeps them, and StreamResampler takes a long signal in blocks. Differentiable.
HEARTH_API Tensor resample(const Tensor& waveform, int64_t orig_freq, int64_t new_freq,
                           int64_t lowpass_filter_width = 6, double rolloff = 0.99,
                           std::string_view resampling_method = "sinc_interp_hann",
                           std::optional<double> beta = std::nullopt);

/// A waveform played `factor` times as fast, with its pitch: resampled from factor * orig_freq,
/// rounded down, to orig_freq. Also the lengths [...] that belong to it, rounded up; undefined
/// where none are given.
HEARTH_API std::tuple<Tensor, Tensor> speed(const Tensor& waveform, int64_t orig_freq,
                                            double factor, const Tensor& lengths = {});

/// A spectrum [..., freq, time] (complex) played `rate` times as fast without a change of pitch:
/// ceil(time / rate) frames. phase_advance [freq, 1] is what the phase of each bin advances by from
/// frame to frame, in radians. (Flanagan and Golden, "Phase Vocoder", 1966.)
HEARTH_API Tensor phase_vocoder(const Tensor& complex_specgrams, double rate,
                                const Tensor& phase_advance);

/// A waveform [..., time] with its pitch moved by n_steps of an octave's bins_per_octave; length
/// and tempo stay. By default win_length is n_fft, hop_length n_fft / 4 and `window` Hann's.
HEARTH_API Tensor pitch_shift(const Tensor& waveform, int64_t sample_rate, double n_steps,
                              int64_t bins_per_octave = 12, int64_t n_fft = 512,
                              std::optional<int64_t> win_length = std::nullopt,
                              std::optional<int64_t> hop_length = std::nullopt,
                              const Tensor& window = {});

}  // namespace hearth::audio::functional
