// SPDX-License-Identifier: Apache-2.0
// torchaudio.compliance.kaldi: Kaldi's features under torchaudio's names and defaults.
#pragma once

#include <string>

#include "hearth/base/arg.h"
#include "hearth/tensor/tensor.h"

namespace hearth::audio::compliance::kaldi {

/// What fbank, mfcc and spectrogram do. Defaults are torchaudio's, which differ from Kaldi's in
/// dither (1), energy_floor (0) and mfcc's use_energy (true).
struct HEARTH_API KaldiOptions {
  HEARTH_ARG(double, blackman_coeff) = 0.42;
  /// Of the waveform's; negative: the first.
  HEARTH_ARG(int64_t, channel) = -1;
  /// The deviation of normal noise added to frames, drawn from the default generator.
  HEARTH_ARG(double, dither) = 0;
  HEARTH_ARG(double, energy_floor) = 1;
  /// In milliseconds, as frame_shift.
  HEARTH_ARG(double, frame_length) = 25;
  HEARTH_ARG(double, frame_shift) = 10;
  /// 0 or less: so much below half the sample rate.
  HEARTH_ARG(double, high_freq) = 0;
  HEARTH_ARG(bool, htk_compat) = false;
  HEARTH_ARG(double, low_freq) = 20;
  /// Waveforms of fewer seconds have no frames.
  HEARTH_ARG(double, min_duration) = 0;
  HEARTH_ARG(int64_t, num_mel_bins) = 23;
  HEARTH_ARG(double, preemphasis_coefficient) = 0.97;
  HEARTH_ARG(bool, raw_energy) = true;
  HEARTH_ARG(bool, remove_dc_offset) = true;
  HEARTH_ARG(bool, round_to_power_of_two) = true;
  HEARTH_ARG(double, sample_frequency) = 16000;
  HEARTH_ARG(bool, snip_edges) = true;
  HEARTH_ARG(bool, subtract_mean) = false;
  /// fbank and mfcc.
  HEARTH_ARG(bool, use_energy) = false;
  HEARTH_ARG(double, vtln_high) = -500;
  HEARTH_ARG(double, vtln_low) = 100;
  HEARTH_ARG(double, vtln_warp) = 1;
  /// "povey", "hanning", "hamming", "blackman" or "rectangular".
  HEARTH_ARG(std::string, window_type) = "povey";
  /// fbank only.
  HEARTH_ARG(bool, use_log_fbank) = true;
  HEARTH_ARG(bool, use_power) = true;
  /// mfcc only.
  HEARTH_ARG(double, cepstral_lifter) = 22;
  HEARTH_ARG(int64_t, num_ceps) = 13;
};

/// Log mel energies [frames, num_mel_bins] (and one more with use_energy) of a waveform [channels,
/// time], whose samples Kaldi expects in the range of 16-bit integers. A waveform shorter than a
/// frame has none (torchaudio throws). Differentiable. Throws ValueError for options that make no
/// sense.
HEARTH_API Tensor fbank(const Tensor& waveform, const KaldiOptions& options = {});
/// Cepstra [frames, num_ceps].
HEARTH_API Tensor mfcc(const Tensor& waveform, const KaldiOptions& options = {});
/// Log energies of points [frames, n_fft / 2 + 1], the first replaced by the frame's energy.
HEARTH_API Tensor spectrogram(const Tensor& waveform, const KaldiOptions& options = {});

}  // namespace hearth::audio::compliance::kaldi
