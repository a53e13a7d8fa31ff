// SPDX-License-Identifier: Apache-2.0
// Spectrograms and back. Names, arguments and numbers are torchaudio's; everything here that gives
// a tensor is differentiable, and takes any number of dims before the last ones.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "hearth/tensor/tensor.h"

namespace hearth::audio::functional {

/// What spectra are divided by. Window (torchaudio's `true`): the square root of the sum of the
/// squared window. FrameLength: that of n_fft.
enum class SpecNorm : int8_t { None, Window, FrameLength };

/// `name` is "window" or "frame_length"; anything else throws ValueError.
HEARTH_API SpecNorm spec_norm_of(std::string_view name);

/// The spectrogram [..., frequencies, frames] of waveform [..., time], which is float or double.
/// `pad` zeros are put before and after it; `window` [win_length] lies in the middle of the n_fft
/// samples of a frame; frames begin every hop_length samples. `power` is the exponent of the
/// magnitude, nullopt gives the complex spectrum. `center`, `pad_mode` ("reflect", "constant",
/// "replicate", "circular"): frame t is around sample t * hop_length, for which n_fft / 2 samples
/// are made up at each end. `onesided`: n_fft / 2 + 1 frequencies instead of n_fft. Throws
/// ValueError when the signal is too short for its ends to be mirrored, or, without `center`, for
/// one frame. With a `bank` [frequencies, bands] (melscale_fbanks, say), magnitudes are multiplied
/// by it: [..., bands, frames]. Powers 1 and 2 take one pass from samples to these (frame_bands).
HEARTH_API Tensor spectrogram(const Tensor& waveform, int64_t pad, const Tensor& window,
                              int64_t n_fft, int64_t hop_length, int64_t win_length,
                              std::optional<double> power, SpecNorm normalized = SpecNorm::None,
                              bool center = true, std::string_view pad_mode = "reflect",
                              bool onesided = true, const Tensor& bank = {});

/// The waveform [..., time] whose spectrogram is closest to the complex one given, in the sense of
/// least squares. `length`: how many samples to give, without the `pad` ones at both ends;
/// otherwise as many as the frames tell, padding included. The other arguments are those that the
/// spectrogram was made with. Throws where the windows of all frames are zero.
HEARTH_API Tensor inverse_spectrogram(const Tensor& spectrogram, std::optional<int64_t> length,
                                      int64_t pad, const Tensor& window, int64_t n_fft,
                                      int64_t hop_length, int64_t win_length,
                                      SpecNorm normalized = SpecNorm::None, bool center = true,
                                      bool onesided = true);

/// A waveform [..., time] for magnitudes to the power of `power`, [..., n_fft / 2 + 1, frames]:
/// phases are found by going back and forth n_iter times (Griffin and Lim, "Signal estimation from
/// modified short-time Fourier transform", 1984), faster with a `momentum` in [0, 1) (Perraudin et
/// al., "A fast Griffin-Lim algorithm", 2013). They begin at random numbers of the default
/// generator, or all at zero.
HEARTH_API Tensor griffinlim(const Tensor& specgram, const Tensor& window, int64_t n_fft,
                             int64_t hop_length, int64_t win_length, double power, int64_t n_iter,
                             double momentum, std::optional<int64_t> length, bool rand_init);

/// The mean frequency in Hz of each frame, weighted by magnitudes: [..., frames]. NaN where a frame
/// is silent, as torchaudio's; features::spectral_centroid gives 0 there.
HEARTH_API Tensor spectral_centroid(const Tensor& waveform, int64_t sample_rate, int64_t pad,
                                    const Tensor& window, int64_t n_fft, int64_t hop_length,
                                    int64_t win_length);

}  // namespace hearth::audio::functional
