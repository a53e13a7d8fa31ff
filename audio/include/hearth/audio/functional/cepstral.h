// SPDX-License-Identifier: Apache-2.0
// What is done to spectrograms on the way to features. Names, arguments and numbers are
// torchaudio's.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "hearth/tensor/tensor.h"

namespace hearth::audio::functional {

/// multiplier * (log10(max(x, amin)) - db_multiplier): decibels, with multiplier 10 for powers and
/// 20 for amplitudes, and db_multiplier the log10 of the reference. `top_db` raises what is further
/// below the maximum to maximum - top_db; the maximum is that of all of x [frequency, time] or
/// [channel, frequency, time], and of each [channel, frequency, time] where there are more dims. So
/// with top_db a whole recording is needed.
HEARTH_API Tensor amplitude_to_DB(const Tensor& x, double multiplier, double amin,
                                  double db_multiplier,
                                  std::optional<double> top_db = std::nullopt);

/// ref * (10^(x / 10))^power: power 1 gives powers of decibels, 0.5 amplitudes.
HEARTH_API Tensor DB_to_amplitude(const Tensor& x, double ref, double power);

/// Slopes along the last dim by least squares over win_length frames, win_length >= 3, an even one
/// counting as one less: sum(n (x[t + n] - x[t - n])) / (2 sum(n^2)). `mode` is how pad makes up
/// what is beyond the ends. Looks (win_length - 1) / 2 frames ahead.
HEARTH_API Tensor compute_deltas(const Tensor& specgram, int64_t win_length = 5,
                                 std::string_view mode = "replicate");

/// specgram [..., time, frequency] without its mean over a window of frames that moves along, and
/// with norm_vars also divided by the standard deviation in it, whose square counts as at least
/// 1e-10 as in Kaldi. `center`: cmn_window frames around each; else up to cmn_window before it, and
/// at the beginning the first min_cmn_window.
HEARTH_API Tensor sliding_window_cmn(const Tensor& specgram, int64_t cmn_window = 600,
                                     int64_t min_cmn_window = 100, bool center = false,
                                     bool norm_vars = false);

}  // namespace hearth::audio::functional
