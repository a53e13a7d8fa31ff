// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "hearth/tensor/tensor.h"

namespace hearth::audio::functional {

/// The loudness in LKFS (ITU-R BS.1770-4, "integrated") of waveforms [..., channels, time]: [...].
/// Up to 5 channels, in the order left, right, center, left and right surround. Needs the whole
/// recording. torchaudio's numbers: NaN where no block of 400 ms is louder than -70 LKFS, and the
/// filtered signal clipped to [-1, 1]; features::loudness does neither. Throws ValueError for what
/// is shorter than 400 ms.
HEARTH_API Tensor loudness(const Tensor& waveform, int64_t sample_rate);

}  // namespace hearth::audio::functional
