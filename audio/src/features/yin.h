// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "hearth/audio/features/pitch.h"
#include "hearth/base/threads.h"

namespace hearth::audio::features {

/// Difference functions of the frames of signals, divided by their means up to each lag.
class DifferenceFunctions {
 public:
  DifferenceFunctions(const Tensor& waveform, const YinOptions& options, const char* op);

  int64_t signals() const { return frames_.size(0); }
  int64_t frames() const { return frames_.size(1); }
  int64_t min_period() const { return min_period_; }
  /// Lags from min_period() on.
  int64_t lags() const { return max_period_ - min_period_ + 1; }
  /// Calls f(frame, values), with values[0] ... values[lags() - 1], for every frame of a signal.
  template <typename F>
  void for_each(int64_t signal, const F& f) const {
    constexpr int64_t kBlock = 128;  // frames that are transformed together
    for (int64_t t = 0; t < frames(); t += kBlock) {
      const Tensor block = differences(signal, t, std::min(frames(), t + kBlock));
      const auto* values = block.const_data_ptr<double>();
      parallel_for(0, block.size(0), 8, [&](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; ++i) f(t + i, values + i * lags());
      });
    }
  }
  /// Results [signals, frames] with the waveform's leading dims, dtype and device.
  Tensor as_given(const Tensor& results, const Tensor& waveform) const;

 private:
  Tensor differences(int64_t signal, int64_t begin, int64_t end) const;

  Tensor frames_;
  int64_t min_period_, max_period_;
};

/// Whether values[i] is a trough: below the one before, not above the one after.
inline bool is_trough(const double* values, int64_t n, int64_t i) {
  if (i == 0) return n > 1 && values[0] < values[1];
  return values[i] < values[i - 1] && (i + 1 == n || values[i] <= values[i + 1]);
}

/// How far the vertex of the parabola through three values is from the middle one; 0 at the ends.
inline double parabolic_shift(const double* values, int64_t n, int64_t i) {
  if (i == 0 || i + 1 == n) return 0;
  const double bend = values[i + 1] + values[i - 1] - 2 * values[i];
  const double rise = (values[i + 1] - values[i - 1]) / 2;
  return std::abs(rise) >= std::abs(bend) ? 0 : -rise / bend;
}

}  // namespace hearth::audio::features
