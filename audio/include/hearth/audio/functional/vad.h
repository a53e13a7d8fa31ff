// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "hearth/base/arg.h"
#include "hearth/tensor/tensor.h"

namespace hearth::audio::functional {

/// What vad goes by. Times are in seconds, frequencies in Hz.
struct VadOptions {
  /// How strong a measurement has to be for speech; depends on noise and level.
  HEARTH_ARG(double, trigger_level) = 7;
  /// Time constant that measurements are averaged with, against short bursts.
  HEARTH_ARG(double, trigger_time) = 0.25;
  /// How far before the trigger to look for quieter speech that belongs to it ...
  HEARTH_ARG(double, search_time) = 1;
  /// ... with no longer gaps in it than this.
  HEARTH_ARG(double, allowed_gap) = 0.25;
  /// How much to keep before what was found.
  HEARTH_ARG(double, pre_trigger_time) = 0;
  /// How long the noise is taken for all there is.
  HEARTH_ARG(double, boot_time) = 0.35;
  /// Time constants of the noise estimate while it grows and shrinks.
  HEARTH_ARG(double, noise_up_time) = 0.1;
  HEARTH_ARG(double, noise_down_time) = 0.01;
  /// How many times the noise is taken off.
  HEARTH_ARG(double, noise_reduction_amount) = 1.35;
  /// Measurements per second.
  HEARTH_ARG(double, measure_freq) = 20;
  /// Length of a measurement; twice their distance unless given.
  HEARTH_ARG(std::optional<double>, measure_duration) = std::nullopt;
  /// Time constant that spectra are smoothed with.
  HEARTH_ARG(double, measure_smooth_time) = 0.4;
  /// What counts of spectra, and of the spectra of spectra.
  HEARTH_ARG(double, hp_filter_freq) = 50;
  HEARTH_ARG(double, lp_filter_freq) = 6000;
  HEARTH_ARG(double, hp_lifter_freq) = 150;
  HEARTH_ARG(double, lp_lifter_freq) = 2000;
};

/// waveform [time] or [channels, time] from where somebody speaks in any of the channels: what
/// sox's effect `vad` does, by the power of cepstra, so music passes for speech as well. Nothing is
/// left (but pre_trigger_time) where nobody speaks. Trims the front only; flip, call and flip for
/// the end. torchaudio's numbers; features::voice_segments gives segments. Throws ValueError for
/// settings that leave no frequencies to measure.
HEARTH_API Tensor vad(const Tensor& waveform, int64_t sample_rate, const VadOptions& options = {});

}  // namespace hearth::audio::functional
