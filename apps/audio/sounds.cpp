// SPDX-License-Identifier: Apache-2.0
#include "audio/sounds.h"

#include <cmath>
#include <cstdint>

#include <fmt/format.h>

void Reading::declare(OptionList& options) {
  options
      .add("--raw", raw,
           "Samples without a header: their encoding, rate and channels, such as s16le:16000:1")
      .value("SPEC");
  options.flag("--partial", partial, "Take what is there of files that are cut short or damaged");
}

std::string clock_time(double seconds) {
  if (!(seconds >= 0)) return "?";
  const auto ms = static_cast<int64_t>(std::llround(seconds * 1000));
  const int64_t s = ms / 1000, minutes = s / 60;
  const std::string rest = fmt::format("{:02}.{:03}", s % 60, ms % 1000);
  if (minutes < 60) return fmt::format("{}:{}", minutes, rest);
  return fmt::format("{}:{:02}:{}", minutes / 60, minutes % 60, rest);
}
