// SPDX-License-Identifier: Apache-2.0
#include "hearth/audio/features/segments.h"

#include <algorithm>
#include <cmath>

#include "hearth/audio/features/frames.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/view.h"

#include "features/framed.h"

namespace hearth::audio::features {

namespace {

/// The level in dB of each frame.
std::vector<double> levels_of(const Tensor& waveform, int64_t length, int64_t hop) {
  Tensor squares = waveform.detach().to(kCPU).to(kDouble).square();
  if (squares.dim() == 2) squares = squares.mean(0);
  const int64_t frames = 1 + (squares.size(0) - length) / hop;
  std::vector<double> levels;
  const Tensor contiguous = squares.contiguous();
  const auto* x = contiguous.const_data_ptr<double>();
  for (int64_t t = 0; t < frames; ++t) {
    double sum = 0;
    for (int64_t i = 0; i < length; ++i) sum += x[t * hop + i];
    levels.push_back(10 * std::log10(sum / static_cast<double>(length)));
  }
  return levels;
}

double noise_of(std::vector<double> levels, double most) {
  const auto tenth = levels.begin() + static_cast<int64_t>(levels.size() / 10);
  std::nth_element(levels.begin(), tenth, levels.end());
  return std::min(*tenth, most);
}

}  // namespace

std::vector<Segment> voice_segments(const Tensor& waveform, const SegmentOptions& o) {
  check_waveform(waveform, "voice_segments");
  HEARTH_CHECK_AS(ShapeError, waveform.dim() <= 2,
                  "[voice_segments] expected a waveform [time] or [channels, time], got ",
                  waveform.sizes());
  const double rate = o.sample_rate();
  const auto samples = [&](double seconds) {
    return static_cast<int64_t>(std::nearbyint(seconds * rate));
  };
  const int64_t length = samples(o.frame_time()), hop = samples(o.hop_time());
  HEARTH_CHECK_AS(ValueError, rate > 0 && length >= 1 && hop >= 1,
                  "[voice_segments] expected a sample rate, and a frame_time and a hop_time of at "
                  "least one sample, got ",
                  rate, " Hz, ", o.frame_time(), " s and ", o.hop_time(), " s");
  HEARTH_CHECK_AS(ValueError,
                  o.end_above() <= o.begin_above() && o.hangover() >= 0 && o.min_duration() >= 0 &&
                      o.padding() >= 0,
                  "[voice_segments] expected end_above <= begin_above and times that are not "
                  "negative, got ",
                  o.end_above(), " and ", o.begin_above(), " dB, hangover=", o.hangover(),
                  ", min_duration=", o.min_duration(), " and padding=", o.padding());
  const int64_t time = waveform.size(-1);
  if (time < length || waveform.numel() == 0) return {};
  const std::vector<double> levels = levels_of(waveform, length, hop);
  const double noise = o.noise_level() ? *o.noise_level() : noise_of(levels, o.max_noise_level());
  const double begins = std::max(noise + o.begin_above(), o.min_level());
  const double goes_on = std::max(noise + o.end_above(), o.min_level());

  std::vector<Segment> loud;
  bool within = false;
  for (size_t t = 0; t < levels.size(); ++t) {
    const int64_t begin = static_cast<int64_t>(t) * hop, end = begin + length;
    if (within && begin - loud.back().end >= samples(o.hangover())) within = false;
    if (levels[t] >= (within ? goes_on : begins)) {
      if (within) {
        loud.back().end = end;
      } else {
        loud.push_back({begin, end});
        within = true;
      }
    }
  }
  std::vector<Segment> segments;
  const int64_t around = samples(o.padding());
  for (const Segment& s : loud) {
    if (s.end - s.begin < samples(o.min_duration())) continue;
    const Segment padded{std::max<int64_t>(s.begin - around, 0), std::min(s.end + around, time)};
    if (!segments.empty() && segments.back().end >= padded.begin) {
      segments.back().end = padded.end;
    } else {
      segments.push_back(padded);
    }
  }
  return segments;
}

}  // namespace hearth::audio::features
