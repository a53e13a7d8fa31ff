// SPDX-License-Identifier: Apache-2.0
// Convolution, noise and companding of waveforms [..., time]. Names and defaults are torchaudio's.
#pragma once

#include <cstdint>
#include <string_view>

#include "hearth/tensor/tensor.h"

namespace hearth::audio::functional {

/// The convolution of x [..., N] and y [..., M], whose leading dims broadcast: mode "full" has
/// N + M - 1 samples, "valid" those where one lies wholly inside the other, max - min + 1, "same"
/// the N in the middle. Sums of products: for short operands. Differentiable.
HEARTH_API Tensor convolve(const Tensor& x, const Tensor& y, std::string_view mode = "full");
/// The same by Fourier transforms, for long ones.
HEARTH_API Tensor fftconvolve(const Tensor& x, const Tensor& y, std::string_view mode = "full");

/// Adds `noise`, as long as `waveform` [..., time], so scaled that the energies of both are `snr`
/// dB
/// [...] apart. Energies are those of the first `lengths` [...] samples where given; noise is added
/// to all. Leading dims broadcast; an snr with a single number is for all waveforms. Without a
/// signal nothing is added; silent noise gives NaN, as in torchaudio.
HEARTH_API Tensor add_noise(const Tensor& waveform, const Tensor& noise, const Tensor& snr,
                            const Tensor& lengths = {});

/// mu-law companding (ITU-T G.711's curve): a waveform in [-1, 1] as int64 from 0 to
/// quantization_channels - 1, finer near zero.
HEARTH_API Tensor mu_law_encoding(const Tensor& x, int64_t quantization_channels = 256);
/// The other way round; integers give float.
HEARTH_API Tensor mu_law_decoding(const Tensor& x_mu, int64_t quantization_channels = 256);

}  // namespace hearth::audio::functional
