// SPDX-License-Identifier: Apache-2.0
#include "audio/sound_check.h"

#include <cmath>

#include <fmt/format.h>

#include "audio/sounds.h"
#include "common/text.h"

void SoundCheck::add(const hearth::Tensor& block) {
  of_.resize(static_cast<size_t>(block.size(0)));
  const hearth::Tensor plain = block.contiguous();
  const float* x = plain.data_ptr<const float>();
  const int64_t n = plain.size(1);
  // The largest number of 16 bits, which 24 and 32 bits reach as well when they are cut off.
  constexpr float kFull = 32767.0f / 32768;
  for (Channel& c : of_)
    for (int64_t t = 0; t < n; ++t, ++x) {
      if (!std::isfinite(*x)) {
        if (c.bad++ == 0) c.first_bad = frames_ + t;
        continue;
      }
      const float size = std::fabs(*x);
      c.peak = std::max(c.peak, size);
      c.run = size >= kFull
                  ? (c.run > 0 && std::signbit(*x) == std::signbit(c.last) ? c.run + 1 : 1)
                  : 0;
      c.last = *x;
      if (c.run < kRun) continue;
      if (c.run == kRun && c.runs++ == 0) c.first_clipped = frames_ + t + 1 - kRun;
      c.clipped += c.run == kRun ? kRun : 1;
    }
  frames_ += n;
}

std::string SoundCheck::time_of(int64_t frame) const {
  return clock_time(static_cast<double>(frame) / static_cast<double>(rate_));
}

std::vector<Problem> SoundCheck::problems(const std::string& where, double silence) const {
  if (frames_ == 0) return {{where, "empty", "has no samples"}};
  std::vector<Problem> all;
  float peak = 0;
  int64_t bad = 0, clipped = 0, runs = 0, first_bad = frames_, first_clipped = frames_;
  for (const Channel& c : of_) {
    peak = std::max(peak, c.peak);
    bad += c.bad;
    clipped += c.clipped;
    runs += c.runs;
    if (c.bad > 0) first_bad = std::min(first_bad, c.first_bad);
    if (c.runs > 0) first_clipped = std::min(first_clipped, c.first_clipped);
  }
  if (bad > 0)
    all.push_back(
        {where, "nan",
         fmt::format("{} NaN or infinite, the first at {}",
                     counted(bad, "sample") + (bad == 1 ? " is" : " are"), time_of(first_bad))});
  const auto decibels = [](float x) {
    return x > 0 ? fmt::format("{:.1f} dB", 20 * std::log10(x)) : std::string("digital zero");
  };
  const auto limit = static_cast<float>(std::pow(10, silence / 20));
  if (peak < limit) {
    all.push_back({where, "silent", "its peak is " + decibels(peak), true});
  } else {
    for (size_t i = 0; i < of_.size(); ++i)
      if (of_[i].peak < limit)
        all.push_back({where, "silent",
                       fmt::format("channel {}: its peak is {}", i, decibels(of_[i].peak)), true});
  }
  if (clipped > 0)
    all.push_back(
        {where, "clipped",
         fmt::format("{} at full scale in {}, the first at {}", counted(clipped, "sample"),
                     counted(runs, "run"), time_of(first_clipped)),
         true});
  return all;
}
