// SPDX-License-Identifier: Apache-2.0
// sox's effects on waveforms [..., time]. Names and defaults are torchaudio's.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "hearth/base/generator.h"
#include "hearth/tensor/tensor.h"

namespace hearth::audio::functional {

/// The waveform times 10^(gain_db / 20).
HEARTH_API Tensor gain(const Tensor& waveform, double gain_db = 1.0);

/// Makes a sound louder by bending its waveform; enhancement_amount: 0 to 100, where 0 still does.
HEARTH_API Tensor contrast(const Tensor& waveform, double enhancement_amount = 75.0);

/// Adds `shift` (-2 to 2) and cuts off at -1 and 1. limiter_gain, much below 1 (0.02), rather
/// scales down the peaks that would be cut off. The waveform that is given stays as it is.
HEARTH_API Tensor dcshift(const Tensor& waveform, double shift,
                          std::optional<double> limiter_gain = std::nullopt);

/// Rounds to 16 bits after adding noise, which makes the error independent of the signal. The noise
/// in steps of 2^-15: "TPDF" triangular between -1 and 1, "RPDF" uniform between -0.5 and 0.5,
/// "GPDF" normal with a deviation of 0.5. noise_shaping moves the error to high frequencies: that
/// of each sample is taken off the next one before it is rounded. (torchaudio takes its noise from
/// a window or a sample of the waveform instead.) (S. P. Lipshitz et al., "Quantization and
/// Dither", 1992.)
HEARTH_API Tensor dither(const Tensor& waveform, std::string_view density_function = "TPDF",
                         bool noise_shaping = false, std::optional<Generator> generator = {});

/// A soft clipping of the waveform, raised by `gain` dB, whose even harmonics `colour` brings in;
/// both from 0 to 100. Differentiable.
HEARTH_API Tensor overdrive(const Tensor& waveform, double gain = 20, double colour = 20);

/// Adds the waveform to a copy of the result that comes up to delay_ms (above 0, to 5) late, by how
/// much swinging mod_speed times a second (0.1 to 2): as a sine, or as a triangle. gain_in: 0 to 1,
/// gain_out: 0 to 1e9, decay (of the copy): 0 to 0.99. Runs on the CPU; differentiable.
HEARTH_API Tensor phaser(const Tensor& waveform, int64_t sample_rate, double gain_in = 0.4,
                         double gain_out = 0.74, double delay_ms = 3.0, double decay = 0.4,
                         double mod_speed = 0.5, bool sinusoidal = true);

/// Adds to the waveform [..., channel, time], of up to 4 channels, a copy that comes delay ms (0 to
/// 30) late and up to `depth` ms (0 to 10) more, by how much swinging `speed` times a second (0.1
/// to 10), `phase` percent of a swing later in each channel. regen: how much of the copy is fed
/// back, width: how much of it is heard, in percent. modulation: "sinusoidal" or "triangular";
/// interpolation between samples: "linear" or "quadratic". Runs on the CPU; differentiable.
HEARTH_API Tensor flanger(const Tensor& waveform, int64_t sample_rate, double delay = 0.0,
                          double depth = 2.0, double regen = 0.0, double width = 71.0,
                          double speed = 0.5, double phase = 25.0,
                          std::string_view modulation = "sinusoidal",
                          std::string_view interpolation = "linear");

}  // namespace hearth::audio::functional
