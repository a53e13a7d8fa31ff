// SPDX-License-Identifier: Apache-2.0
#include "hearth/audio/features/segments.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"

#include "features/framed.h"

namespace hearth::audio::features {

namespace {

int64_t samples_in(double seconds, const SegmentOptions& o) {
  return static_cast<int64_t>(std::nearbyint(seconds * o.sample_rate()));
}

double noise_of(std::vector<double> levels, double most) {
  const auto tenth = levels.begin() + static_cast<int64_t>(levels.size() / 10);
  std::nth_element(levels.begin(), tenth, levels.end());
  return std::min(*tenth, most);
}

}  // namespace

std::vector<Segment> voice_segments(const Tensor& waveform, const SegmentOptions& options) {
  VoiceSegmenter segmenter(options);
  segmenter.accept(waveform);
  return segmenter.segments();
}

VoiceSegmenter::VoiceSegmenter(const SegmentOptions& options)
    : options_(options),
      length_(samples_in(options.frame_time(), options)),
      hop_(samples_in(options.hop_time(), options)) {
  const SegmentOptions& o = options_;
  HEARTH_CHECK_AS(ValueError, o.sample_rate() > 0 && length_ >= 1 && hop_ >= 1 && hop_ <= length_,
                  "[voice_segments] expected a sample rate, and a hop_time of at least one sample "
                  "and at most frame_time, got ",
                  o.sample_rate(), " Hz, ", o.hop_time(), " s and ", o.frame_time(), " s");
  HEARTH_CHECK_AS(ValueError,
                  o.end_above() <= o.begin_above() && o.hangover() >= 0 && o.min_duration() >= 0 &&
                      o.padding() >= 0,
                  "[voice_segments] expected end_above <= begin_above and times that are not "
                  "negative, got ",
                  o.end_above(), " and ", o.begin_above(), " dB, hangover=", o.hangover(),
                  ", min_duration=", o.min_duration(), " and padding=", o.padding());
}

void VoiceSegmenter::accept(const Tensor& waveform) {
  check_waveform(waveform, "voice_segments");
  HEARTH_CHECK_AS(ShapeError, waveform.dim() <= 2,
                  "[voice_segments] expected a waveform [time] or [channels, time], got ",
                  waveform.sizes());
  if (waveform.numel() == 0) return;
  time_ += waveform.size(-1);
  Tensor squares = waveform.detach().to(kCPU).to(kDouble).square();
  if (squares.dim() == 2) squares = squares.mean(0);
  squares = squares.contiguous();
  const auto* x = squares.const_data_ptr<double>();
  tail_.insert(tail_.end(), x, x + squares.numel());
  auto at = tail_.cbegin();
  for (; tail_.cend() - at >= length_; at += hop_) {
    double sum = 0;
    for (auto v = at; v != at + length_; ++v) sum += *v;
    // What is no number is no voice.
    const double level = 10 * std::log10(sum / static_cast<double>(length_));
    levels_.push_back(std::isnan(level) ? -std::numeric_limits<double>::infinity() : level);
  }
  tail_.erase(tail_.cbegin(), at);
}

std::vector<Segment> VoiceSegmenter::segments() const {
  if (levels_.empty()) return {};
  const SegmentOptions& o = options_;
  const double noise = o.noise_level() ? *o.noise_level() : noise_of(levels_, o.max_noise_level());
  const double begins = std::max(noise + o.begin_above(), o.min_level());
  const double goes_on = std::max(noise + o.end_above(), o.min_level());
  const int64_t hangover = samples_in(o.hangover(), o), around = samples_in(o.padding(), o);

  std::vector<Segment> loud;
  bool within = false;
  for (size_t t = 0; t < levels_.size(); ++t) {
    const int64_t begin = static_cast<int64_t>(t) * hop_, end = begin + length_;
    if (within && begin - loud.back().end >= hangover) within = false;
    if (!(levels_[t] >= (within ? goes_on : begins))) continue;
    if (within) {
      loud.back().end = end;
    } else {
      loud.push_back({begin, end});
      within = true;
    }
  }
  std::vector<Segment> segments;
  for (const Segment& s : loud) {
    if (s.end - s.begin < samples_in(o.min_duration(), o)) continue;
    const Segment padded{std::max<int64_t>(s.begin - around, 0), std::min(s.end + around, time_)};
    if (!segments.empty() && segments.back().end >= padded.begin) {
      segments.back().end = padded.end;
    } else {
      segments.push_back(padded);
    }
  }
  return segments;
}

}  // namespace hearth::audio::features
