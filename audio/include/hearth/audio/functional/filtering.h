// SPDX-License-Identifier: Apache-2.0
// Recursive filters of waveforms [..., time]. Names and defaults are torchaudio's, and so sox's.
#pragma once

#include <cstdint>
#include <utility>

#include "hearth/ops/creation.h"

namespace hearth::audio::functional {

/// The filter of a difference equation,
///   a[0] y[n] = b[0] x[n] + ... + b[p] x[n - p] - a[1] y[n - 1] - ... - a[p] y[n - p],
/// at rest before the beginning. a_coeffs and b_coeffs are both [p + 1], or [num_filters, p + 1].
/// In the latter case filter i runs over channel i of `waveform` [..., num_filters, time], or
/// without `batching` all of them run over all of it, with a result of [..., num_filters, time].
/// `clamp` cuts the result off at -1 and 1, outside of which it has no gradient. Differentiable in
/// all three. Outputs are fed back in double, whatever the dtype.
HEARTH_API Tensor lfilter(const Tensor& waveform, const Tensor& a_coeffs, const Tensor& b_coeffs,
                          bool clamp = true, bool batching = true);

/// lfilter forwards, then backwards, so that no phase is shifted; only the result is clamped.
HEARTH_API Tensor filtfilt(const Tensor& waveform, const Tensor& a_coeffs, const Tensor& b_coeffs,
                           bool clamp = true);

/// A number, or a tensor with one element that a gradient may flow to.
class ScalarOrTensor {
 public:
  ScalarOrTensor(double value) : tensor_(scalar_tensor(value, TensorOptions(kDouble))) {}
  ScalarOrTensor(Tensor value) : tensor_(std::move(value)) {}
  const Tensor& tensor() const { return tensor_; }

 private:
  Tensor tensor_;
};

/// lfilter of order two, clamped. Computed in double, whatever the waveform's dtype: low and narrow
/// filters are differences of nearly equal numbers.
HEARTH_API Tensor biquad(const Tensor& waveform, const ScalarOrTensor& b0, const ScalarOrTensor& b1,
                         const ScalarOrTensor& b2, const ScalarOrTensor& a0,
                         const ScalarOrTensor& a1, const ScalarOrTensor& a2);

// Biquads of R. Bristow-Johnson's "Cookbook formulae for audio equalizer biquad filter
// coefficients". Frequencies are in Hz, gains in dB. torchaudio computes in the waveform's dtype;
// in float, its results of low frequencies differ.

/// Passes what is below `cutoff_freq`, 12 dB less for each octave above.
HEARTH_API Tensor lowpass_biquad(const Tensor& waveform, int64_t sample_rate,
                                 const ScalarOrTensor& cutoff_freq,
                                 const ScalarOrTensor& Q = 0.707);
HEARTH_API Tensor highpass_biquad(const Tensor& waveform, int64_t sample_rate,
                                  const ScalarOrTensor& cutoff_freq,
                                  const ScalarOrTensor& Q = 0.707);
/// Changes phases alone.
HEARTH_API Tensor allpass_biquad(const Tensor& waveform, int64_t sample_rate,
                                 const ScalarOrTensor& central_freq,
                                 const ScalarOrTensor& Q = 0.707);
/// const_skirt_gain: the gain at central_freq is Q, not 1.
HEARTH_API Tensor bandpass_biquad(const Tensor& waveform, int64_t sample_rate,
                                  const ScalarOrTensor& central_freq,
                                  const ScalarOrTensor& Q = 0.707, bool const_skirt_gain = false);
HEARTH_API Tensor bandreject_biquad(const Tensor& waveform, int64_t sample_rate,
                                    const ScalarOrTensor& central_freq,
                                    const ScalarOrTensor& Q = 0.707);
/// sox's band: a resonance of two poles; `noise`: for sounds without pitch.
HEARTH_API Tensor band_biquad(const Tensor& waveform, int64_t sample_rate,
                              const ScalarOrTensor& central_freq, const ScalarOrTensor& Q = 0.707,
                              bool noise = false);
/// Raises what is below central_freq by `gain`.
HEARTH_API Tensor bass_biquad(const Tensor& waveform, int64_t sample_rate,
                              const ScalarOrTensor& gain, const ScalarOrTensor& central_freq = 100,
                              const ScalarOrTensor& Q = 0.707);
/// Raises what is above central_freq by `gain`.
HEARTH_API Tensor treble_biquad(const Tensor& waveform, int64_t sample_rate,
                                const ScalarOrTensor& gain,
                                const ScalarOrTensor& central_freq = 3000,
                                const ScalarOrTensor& Q = 0.707);
/// Raises what is around center_freq by `gain`.
HEARTH_API Tensor equalizer_biquad(const Tensor& waveform, int64_t sample_rate,
                                   const ScalarOrTensor& center_freq, const ScalarOrTensor& gain,
                                   const ScalarOrTensor& Q = 0.707);
/// Undoes the emphasis of compact discs (ISO 908). sample_rate: 44100 or 48000.
HEARTH_API Tensor deemph_biquad(const Tensor& waveform, int64_t sample_rate);
/// Undoes that of gramophone records (RIAA). sample_rate: 44100, 48000, 88200 or 96000.
HEARTH_API Tensor riaa_biquad(const Tensor& waveform, int64_t sample_rate);

/// y[n] = x[n] - coeff x[n - 1], and y[0] = x[0].
HEARTH_API Tensor preemphasis(const Tensor& waveform, double coeff = 0.97);
/// The inverse, clamped to [-1, 1] as in torchaudio: y[n] = x[n] + coeff y[n - 1].
HEARTH_API Tensor deemphasis(const Tensor& waveform, double coeff = 0.97);

}  // namespace hearth::audio::functional
