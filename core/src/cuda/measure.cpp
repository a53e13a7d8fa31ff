// SPDX-License-Identifier: Apache-2.0
#include "cuda/measure.h"

#include <algorithm>
#include <limits>

#include "hearth/base/error.h"
#include "hearth/cuda/device.h"
#include "hearth/cuda/event.h"

namespace hearth::cuda {

namespace {

constexpr float kNever = std::numeric_limits<float>::infinity();

/// The least time of a few runs after one that does not count, for it may load code.
float milliseconds(const Callable<bool(size_t)>& attempt, size_t candidate) {
  constexpr int kRuns = 3;
  CUDAEvent from(kEventDefault), to(kEventDefault);
  float least = kNever;
  try {
    if (!attempt(candidate)) return kNever;
    for (int run = 0; run < kRuns; ++run) {
      from.record();
      if (!attempt(candidate)) return kNever;
      to.record();
      to.synchronize();
      least = std::min(least, from.elapsed_time(to));
    }
  } catch (const OutOfMemory&) {
    return kNever;
  }
  return least;
}

}  // namespace

std::string hex_text(const void* bytes, size_t count) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  text.reserve(2 * count);
  for (size_t i = 0; i < count; ++i) {
    const unsigned byte = static_cast<const unsigned char*>(bytes)[i];
    text += kDigits[byte / 16];
    text += kDigits[byte % 16];
  }
  return text;
}

std::string problem_text(std::string_view library, size_t version, const void* key, size_t bytes) {
  return cat_str(library, ' ', version, ", ", get_device_name(), ", ", hex_text(key, bytes));
}

size_t measured_choice(const std::string& problem, const std::vector<std::string>& candidates,
                       const Callable<bool(size_t)>& attempt) {
  if (candidates.size() < 2) return 0;
  const auto kept = std::find(candidates.begin(), candidates.end(), kept_choice(problem));
  if (kept != candidates.end()) return static_cast<size_t>(kept - candidates.begin());
  size_t best = 0;
  float least = kNever;
  for (size_t i = 0; i < candidates.size(); ++i) {
    const float ms = milliseconds(attempt, i);
    if (ms >= least) continue;
    least = ms;
    best = i;
  }
  if (least < kNever) keep_choice(problem, candidates[best]);
  return best;
}

}  // namespace hearth::cuda
