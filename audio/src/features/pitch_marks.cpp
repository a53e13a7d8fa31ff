// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

#include "hearth/audio/features/voice.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/view.h"

#include "features/framed.h"

namespace hearth::audio::features {

namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

std::vector<double> samples_of(const Tensor& waveform, const char* op) {
  check_waveform(waveform, op);
  HEARTH_CHECK_AS(ShapeError, waveform.dim() == 1, "[", op,
                  "] expected a waveform [time] of one channel, got ", waveform.sizes());
  const Tensor values = waveform.detach().to(kCPU, kDouble).contiguous();
  const auto* x = values.const_data_ptr<double>();
  return {x, x + values.numel()};
}

/// Frames in a row that have a voice.
struct Stretch {
  int64_t first, last;
};

/// Goes from period to period.
class Marker {
 public:
  Marker(std::vector<double> samples, const VoiceOptions& o, const Tensor& waveform)
      : x_(std::move(samples)), rate_(o.sample_rate()) {
    // Only where the signal is all around, so no voice goes on past its ends.
    const auto length = static_cast<int64_t>(std::ceil(3 * rate_ / o.fmin()));
    hop_ = std::max<int64_t>(static_cast<int64_t>(std::nearbyint(0.01 * rate_)), 1);
    first_ = static_cast<double>(length) / 2;
    if (static_cast<int64_t>(x_.size()) < length) return;
    const Pyin p = pyin(waveform.detach().to(kCPU, kDouble), YinOptions(rate_)
                                                                 .fmin(o.fmin())
                                                                 .fmax(o.fmax())
                                                                 .frame_length(length)
                                                                 .hop_length(hop_)
                                                                 .center(false));
    const auto* f0 = p.f0.const_data_ptr<double>();
    pitch_.assign(f0, f0 + p.f0.numel());
  }

  std::vector<Stretch> stretches() const {
    std::vector<Stretch> found;
    bool within = false;
    for (int64_t t = 0; t < static_cast<int64_t>(pitch_.size()); ++t) {
      const bool voiced = !std::isnan(pitch_[static_cast<size_t>(t)]);
      if (voiced && !within) found.push_back({t, t});
      if (voiced) found.back().last = t;
      within = voiced;
    }
    return found;
  }

  /// Appends the marks of a stretch, in samples.
  void mark(const Stretch& s, std::vector<double>& marks) const {
    const double begin = sample_of(static_cast<double>(s.first) - 0.5);
    const double end = sample_of(static_cast<double>(s.last) + 0.5);
    const double start = extremum((begin + end) / 2);
    std::vector<double> found = {start};
    for (double at = start; (at = next(at, -1)) >= begin;) found.push_back(at);
    std::reverse(found.begin(), found.end());
    for (double at = start; (at = next(at, 1)) <= end;) found.push_back(at);
    marks.insert(marks.end(), found.begin(), found.end());
  }

 private:
  double sample_of(double frame) const { return first_ + frame * static_cast<double>(hop_); }

  /// Samples of a period around a sample, between those of frames; 0 where there is no voice.
  double period(double at) const {
    const double frame = std::max((at - first_) / static_cast<double>(hop_), 0.0);
    const auto before = static_cast<size_t>(frame);
    if (before >= pitch_.size()) return 0;
    const double share = frame - static_cast<double>(before);
    double hz = pitch_[before], next = before + 1 < pitch_.size() ? pitch_[before + 1] : kNan;
    if (std::isnan(hz) && share > 0.5) hz = next;
    if (std::isnan(next) && share < 0.5) next = hz;
    const double between = hz + (next - hz) * share;
    return std::isnan(between) ? 0 : rate_ / between;
  }

  double extremum(double middle) const {
    const double half = period(middle) / 2;
    const auto last = static_cast<int64_t>(x_.size()) - 1;
    const auto first = std::clamp<int64_t>(static_cast<int64_t>(middle - half), 0, last);
    int64_t best = first;
    for (int64_t i = first; i <= std::min(static_cast<int64_t>(middle + half), last); ++i)
      if (std::abs(x_[static_cast<size_t>(i)]) > std::abs(x_[static_cast<size_t>(best)])) best = i;
    return static_cast<double>(best);
  }

  /// Where the period at `at` comes again in a direction; NaN where it does not.
  double next(double at, int direction) const {
    const double length = period(at);
    if (length == 0) return kNan;
    const auto width = static_cast<int64_t>(std::nearbyint(length));
    const auto begin = static_cast<int64_t>(std::nearbyint(at - length / 2));
    const auto least = static_cast<int64_t>(std::floor(0.8 * length));
    const auto most = static_cast<int64_t>(std::ceil(1.25 * length));
    std::vector<double> alike;
    for (int64_t lag = least; lag <= most; ++lag)
      alike.push_back(resemblance(begin, begin + direction * lag, width));
    const auto best = std::max_element(alike.begin(), alike.end());
    if (!(*best > 0.3)) return kNan;
    double lag = static_cast<double>(least + (best - alike.begin()));
    if (best != alike.begin() && best + 1 != alike.end()) {
      const double bend = best[1] + best[-1] - 2 * best[0];
      if (bend < 0) lag -= (best[1] - best[-1]) / 2 / bend;
    }
    return at + direction * lag;
  }

  /// The normalized correlation of two pieces; -1 beyond the signal's ends.
  double resemblance(int64_t a, int64_t b, int64_t width) const {
    if (std::min(a, b) < 0 || std::max(a, b) + width > static_cast<int64_t>(x_.size())) return -1;
    double product = 0, first = 0, second = 0;
    for (int64_t i = 0; i < width; ++i) {
      const double u = x_[static_cast<size_t>(a + i)], v = x_[static_cast<size_t>(b + i)];
      product += u * v;
      first += u * u;
      second += v * v;
    }
    return product / std::sqrt(first * second + std::numeric_limits<double>::min());
  }

  std::vector<double> x_, pitch_;
  double rate_;
  int64_t hop_ = 1;
  double first_ = 0;  // the sample in the middle of the first frame
};

/// The mean of |values[i] - the mean of `width` values around it|, or with width 2 from one to the
/// next, over those that `together` says belong together.
template <typename F>
double mean_deviation(const std::vector<double>& values, size_t width, const F& together) {
  double sum = 0;
  int64_t count = 0;
  for (size_t first = 0; first + width <= values.size(); ++first) {
    bool counts = true;
    double mean = 0;
    for (size_t i = first; i < first + width; ++i) {
      if (i > first) counts = counts && together(i - 1);
      mean += values[i] / static_cast<double>(width);
    }
    if (!counts) continue;
    const double off =
        width == 2 ? values[first + 1] - values[first] : values[first + width / 2] - mean;
    sum += std::abs(off);
    ++count;
  }
  return count > 0 ? sum / static_cast<double>(count) : kNan;
}

bool within_factor(double a, double b, double factor) { return a <= factor * b && b <= factor * a; }

/// The times between marks, and which of them count.
struct Periods {
  Periods(const std::vector<double>& marks, const PeriodOptions& o) : options(o) {
    for (size_t i = 1; i < marks.size(); ++i) length.push_back(marks[i] - marks[i - 1]);
  }
  bool counts(size_t i) const {
    return length[i] >= options.least() && length[i] <= options.most();
  }
  /// Whether period i and the next one do.
  bool pair(size_t i) const {
    return counts(i) && counts(i + 1) && within_factor(length[i], length[i + 1], options.factor());
  }

  std::vector<double> length;
  PeriodOptions options;
};

/// The root of the mean square around a mark, weighted by a Hann window that reaches a fifth of the
/// periods before and after it.
double amplitude_at(const std::vector<double>& x, double rate, double mark, double before,
                    double after) {
  const double middle = mark * rate, left = 0.2 * before * rate, right = 0.2 * after * rate;
  double sum = 0, weights = 0;
  for (auto i = static_cast<int64_t>(std::ceil(std::max(middle - left, 0.0)));
       i < static_cast<int64_t>(x.size()) && static_cast<double>(i) <= middle + right; ++i) {
    const double away = static_cast<double>(i) - middle;
    const double w = 0.5 + 0.5 * std::cos(std::numbers::pi * away / (away < 0 ? left : right));
    sum += x[static_cast<size_t>(i)] * x[static_cast<size_t>(i)] * w * w;
    weights += w * w;
  }
  return weights > 0 ? std::sqrt(sum / weights) : 0;
}

}  // namespace

std::vector<double> pitch_marks(const Tensor& waveform, const VoiceOptions& o) {
  const Marker marker(samples_of(waveform, "pitch_marks"), o, waveform);
  std::vector<double> marks;
  for (const Stretch& s : marker.stretches()) marker.mark(s, marks);
  std::sort(marks.begin(), marks.end());
  for (double& m : marks) m /= o.sample_rate();
  return marks;
}

Jitter jitter(const std::vector<double>& marks, const PeriodOptions& o) {
  const Periods periods(marks, o);
  double mean = 0;
  int64_t count = 0;
  for (size_t i = 0; i < periods.length.size(); ++i) {
    if (!periods.counts(i)) continue;
    mean += periods.length[i];
    ++count;
  }
  mean = count > 0 ? mean / static_cast<double>(count) : kNan;
  const auto deviation = [&](size_t width) {
    return mean_deviation(periods.length, width, [&](size_t i) { return periods.pair(i); });
  };
  const double absolute = deviation(2);
  return {absolute / mean, absolute, deviation(3) / mean, deviation(5) / mean};
}

Shimmer shimmer(const Tensor& waveform, double sample_rate, const std::vector<double>& marks,
                const PeriodOptions& o) {
  HEARTH_CHECK_AS(ValueError, sample_rate > 0, "[shimmer] expected a sample rate in Hz, got ",
                  sample_rate);
  const std::vector<double> x = samples_of(waveform, "shimmer");
  const Periods periods(marks, o);
  // Of the marks between two periods that belong together.
  std::vector<double> amplitudes, decibels;
  std::vector<size_t> at;
  for (size_t i = 0; i + 1 < periods.length.size(); ++i) {
    if (!periods.pair(i)) continue;
    at.push_back(i);
    amplitudes.push_back(
        amplitude_at(x, sample_rate, marks[i + 1], periods.length[i], periods.length[i + 1]));
    decibels.push_back(20 * std::log10(amplitudes.back() + std::numeric_limits<double>::min()));
  }
  const auto together = [&](size_t i) {
    return at[i] + 1 == at[i + 1] &&
           within_factor(amplitudes[i], amplitudes[i + 1], o.amplitude_factor());
  };
  double mean = amplitudes.empty() ? kNan : 0;
  for (const double a : amplitudes) mean += a / static_cast<double>(amplitudes.size());
  const auto deviation = [&](size_t width) {
    return mean_deviation(amplitudes, width, together) / mean;
  };
  return {deviation(2), mean_deviation(decibels, 2, together), deviation(3), deviation(5),
          deviation(11)};
}

}  // namespace hearth::audio::features
