// SPDX-License-Identifier: Apache-2.0
// Matrices that bring spectra to fewer, wider bands. Names and defaults are torchaudio's.
#pragma once

#include <cstdint>
#include <string_view>

#include "hearth/base/arg.h"
#include "hearth/tensor/tensor.h"

namespace hearth::audio::functional {

/// Which curve tells how high a frequency sounds. Htk: 2595 log10(1 + f / 700). Slaney: linear
/// below 1 kHz, logarithmic above (the Auditory Toolbox; librosa's default).
enum class MelScale : int8_t { Htk, Slaney };

/// What the triangles of a filter bank are divided by. Slaney: half their width in Hz, so that all
/// have the same area.
enum class FilterNorm : int8_t { None, Slaney };

/// `name` is "htk" or "slaney"; anything else throws ValueError.
HEARTH_API MelScale mel_scale_of(std::string_view name);

HEARTH_API double hz_to_mel(double hz, MelScale scale = MelScale::Htk);
HEARTH_API double mel_to_hz(double mel, MelScale scale = MelScale::Htk);

/// Triangular filters [n_freqs, n_mels] for spectra whose n_freqs points lie evenly from 0 to
/// sample_rate / 2, rounded down to whole Hz as torchaudio does. The triangles' corners are evenly
/// spaced in mel from f_min to f_max (0: sample_rate / 2), their sides are straight in Hz. `dtype`
/// is also what they are computed in; torchaudio's are float, librosa's double. Warns when a filter
/// is so narrow that it holds no point.
HEARTH_API Tensor melscale_fbanks(int64_t n_freqs, double f_min, double f_max, int64_t n_mels,
                                  int64_t sample_rate, FilterNorm norm = FilterNorm::None,
                                  MelScale mel_scale = MelScale::Htk, ScalarType dtype = kFloat);

/// The same with corners evenly spaced in Hz, [n_freqs, n_filter].
HEARTH_API Tensor linear_fbanks(int64_t n_freqs, double f_min, double f_max, int64_t n_filter,
                                int64_t sample_rate);

/// How Kaldi imitates another vocal tract: frequencies are warped by `warp`, in three straight
/// pieces that meet at low and high (negative: so much below half the sample rate).
struct HEARTH_API VtlnOptions {
  HEARTH_ARG(double, warp) = 1;
  HEARTH_ARG(double, low) = 100;
  HEARTH_ARG(double, high) = -500;
};

/// Kaldi's triangles [n_fft / 2 + 1, num_bins], whose sides are straight in mel (1127 ln(1 + f /
/// 700)), of floats as Kaldi computes them. The point at half the sample rate counts for none.
/// high_freq is so much below half the sample rate where it is 0 or less.
HEARTH_API Tensor kaldi_fbanks(int64_t n_fft, double low_freq, double high_freq, int64_t num_bins,
                               double sample_rate, const VtlnOptions& vtln = {});

/// The norm of a cosine transform. None: rows are as the cosines are, times two. Ortho: all have
/// length one.
enum class DctNorm : int8_t { None, Ortho };

/// The type-II cosine transform [n_mels, n_mfcc] that makes cepstra of log spectra: x.matmul(it).
HEARTH_API Tensor create_dct(int64_t n_mfcc, int64_t n_mels, DctNorm norm = DctNorm::Ortho);

}  // namespace hearth::audio::functional
