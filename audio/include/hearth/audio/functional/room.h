// SPDX-License-Identifier: Apache-2.0
// Rooms: impulse responses, and what they make of a waveform.
#pragma once

#include <cstdint>
#include <optional>

#include "hearth/tensor/tensor.h"

namespace hearth::audio::functional {

/// `waveform` [..., time] as it sounds in a room of impulse response `rir` ([taps], or [channels,
/// taps] for a waveform [..., 1 or channels, time]): as long as before, with the direct path, the
/// largest number in `rir`, at once and with a gain of one. So a recording keeps its level, its
/// labels stay in time, and channels keep their differences. Differentiable in the waveform.
HEARTH_API Tensor reverberate(const Tensor& waveform, const Tensor& rir);

/// What simulate_rir_ism wants to know of an empty box of a room. Positions and sizes are in
/// metres, from a corner.
struct ShoeboxRoom {
  Tensor size;  ///< [3]
  Tensor
      absorption;  ///< of energy, 0 to 1: one number, or 6: walls at x = 0, x = size[0], y = 0 ...
};

/// The room whose walls absorb so much, all alike, that sound decays by 60 dB in rt60 seconds, by
/// Sabine's formula, rt60 = 24 ln(10) volume / (sound_speed * surface * absorption). Throws where
/// no absorption up to 1 does.
HEARTH_API ShoeboxRoom room_of_rt60(const Tensor& size, double rt60, double sound_speed = 343.0);
/// The other way round.
HEARTH_API double sabine_rt60(const ShoeboxRoom& room, double sound_speed = 343.0);

/// Impulse responses [mics, output_length] (float) from `source` [3] to microphones [mics, 3], by
/// the image method: every wall is a mirror that absorbs, and each mirrored source at a distance d
/// arrives after d / sound_speed with a pressure of 1 / (4 pi d) times what walls have left of it.
/// Arrivals between samples are sincs in a Hann window of delay_filter_length samples (odd).
/// max_order: the most reflections; all that arrive in time where it is not given. By default
/// output_length is sabine_rt60. As all reflections have one sign, the lowest frequencies add up:
/// take them away with highpass_biquad at 100 Hz or so. (Allen and Berkley, "Image Method for
/// Efficiently Simulating Small-Room Acoustics", 1979; Peterson, "Simulating the Response of
/// Multiple Microphones", 1986.)
HEARTH_API Tensor simulate_rir_ism(const ShoeboxRoom& room, const Tensor& source,
                                   const Tensor& mic_array, double sample_rate = 16000,
                                   std::optional<int64_t> max_order = std::nullopt,
                                   std::optional<int64_t> output_length = std::nullopt,
                                   int64_t delay_filter_length = 81, double sound_speed = 343.0);

}  // namespace hearth::audio::functional
