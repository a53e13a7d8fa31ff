// SPDX-License-Identifier: Apache-2.0
// What may be wrong with a sound, found by decoding all of it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "hearth/tensor/tensor.h"

/// What was found, of which kind: "broken", "nan" ...; a warning is no reason to fail.
struct Problem {
  std::string where, kind, message;
  bool warning = false;
};

/// Looks at the samples of a sound, a block at a time.
class SoundCheck {
 public:
  /// `rate` is only needed to say when.
  explicit SoundCheck(int64_t rate) : rate_(rate) {}
  /// float [channels, frames].
  void add(const hearth::Tensor& block);
  int64_t frames() const { return frames_; }
  int64_t channels() const { return static_cast<int64_t>(of_.size()); }
  /// Silence is below `silence` dB of full scale.
  std::vector<Problem> problems(const std::string& where, double silence) const;

 private:
  /// Samples at full scale that follow each other are clipped, when there are as many.
  static constexpr int64_t kRun = 3;
  struct Channel {
    int64_t bad = 0, first_bad = 0;  ///< NaN or infinite
    int64_t run = 0, runs = 0, clipped = 0, first_clipped = 0;
    float peak = 0, last = 0;
  };
  std::string time_of(int64_t frame) const;

  int64_t rate_, frames_ = 0;
  std::vector<Channel> of_;
};
