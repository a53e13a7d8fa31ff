// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "hearth/tensor/tensor.h"

namespace hearth::audio::functional {

/// The pitch in Hz of waveform [..., time], float [..., frames]: of each frame of frame_time
/// seconds the lag at which it resembles itself most (normalized cross-correlation), smoothed by
/// the median of win_length frames, of which (win_length - 1) / 2 come before. There are no values
/// for the last frames, whose windows would reach past the end: (win_length - 1) - (win_length - 1)
/// / 2 fewer than ceil(time / ceil(sample_rate * frame_time)). Lags lie between the periods of
/// freq_high and freq_low, rounded up. There is always a pitch; features::pyin tells where there is
/// none. torchaudio's numbers. Throws ValueError when there is no whole window of frames, or when
/// half of the lags are shorter than the period of freq_high.
HEARTH_API Tensor detect_pitch_frequency(const Tensor& waveform, int64_t sample_rate,
                                         double frame_time = 1e-2, int64_t win_length = 30,
                                         int64_t freq_low = 85, int64_t freq_high = 3400);

}  // namespace hearth::audio::functional
