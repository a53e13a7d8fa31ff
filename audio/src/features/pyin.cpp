// SPDX-License-Identifier: Apache-2.0
#include <limits>
#include <map>
#include <utility>
#include <vector>

#include "hearth/ops/creation.h"
#include "hearth/ops/view.h"

#include "features/beta.h"
#include "features/yin.h"

namespace hearth::audio::features {

namespace {

constexpr double kTiny = std::numeric_limits<double>::min();

/// How probable periods of a frame are, over all thresholds that may tell troughs.
class Believer {
 public:
  explicit Believer(const PyinOptions& o)
      : decay_(std::exp(-o.boltzmann_parameter())), no_trough_(o.no_trough_prob()) {
    const auto n = static_cast<double>(o.n_thresholds());
    double below = 0;
    for (int64_t i = 1; i <= o.n_thresholds(); ++i) {
      thresholds_.push_back(static_cast<double>(i) / n);
      const double to_here = beta_cdf(thresholds_.back(), o.beta_a(), o.beta_b());
      weights_.push_back(to_here - below);
      below = to_here;
    }
  }

  /// Calls f(index, probability) for each trough of the n values, in order.
  template <typename F>
  void troughs(const double* values, int64_t n, const F& f) const {
    std::vector<int64_t> at;
    for (int64_t i = 0; i < n; ++i)
      if (is_trough(values, n, i)) at.push_back(i);
    if (at.empty()) return;
    size_t deepest = 0;
    for (size_t i = 1; i < at.size(); ++i)
      if (values[at[i]] < values[at[deepest]]) deepest = i;
    std::vector<double> probability(at.size());
    for (size_t k = 0; k < thresholds_.size(); ++k) {
      size_t count = 0;
      for (const int64_t i : at) count += values[i] < thresholds_[k];
      if (count == 0) {
        probability[deepest] += no_trough_ * weights_[k];
        continue;
      }
      // The first of those below the threshold is the most probable.
      double prior = (1 - decay_) / (1 - std::pow(decay_, static_cast<double>(count)));
      for (size_t i = 0; i < at.size(); ++i) {
        if (!(values[at[i]] < thresholds_[k])) continue;
        probability[i] += prior * weights_[k];
        prior *= decay_;
      }
    }
    for (size_t i = 0; i < at.size(); ++i) f(at[i], probability[i]);
  }

 private:
  double decay_, no_trough_;
  std::vector<double> thresholds_, weights_;
};

/// What a frame by itself says: how probable bins of pitch are, in order, each once, and any voice.
struct Observed {
  std::vector<std::pair<int64_t, double>> voiced;
  double voice = 0;
};

/// Bins of pitch, each with and without a voice, and the likeliest way through them.
class Course {
 public:
  explicit Course(const PyinOptions& o) {
    const YinOptions& y = o.yin();
    per_semitone_ = static_cast<int64_t>(std::ceil(1 / o.resolution()));
    bins_ = static_cast<int64_t>(std::floor(12 * static_cast<double>(per_semitone_) *
                                            std::log2(y.fmax() / y.fmin()))) +
            1;
    const double semitones =
        std::nearbyint(o.max_transition_rate() * 12 * static_cast<double>(y.framing().hop_length) /
                       y.sample_rate());
    width_ = static_cast<int64_t>(semitones) * per_semitone_ + 1;
    HEARTH_CHECK_AS(ValueError, width_ <= bins_, "[pyin] within a frame pitch may change by ",
                    width_, " bins, and there are ", bins_,
                    ": give a shorter hop_length, a lower max_transition_rate or a wider range");
    fill_transitions(o.switch_prob());
  }

  int64_t bins() const { return bins_; }
  int64_t bin_of(double hz, double fmin) const {
    const double bin = 12 * static_cast<double>(per_semitone_) * std::log2(hz / fmin);
    return static_cast<int64_t>(std::clamp(std::nearbyint(bin), 0.0, static_cast<double>(bins_)));
  }
  double hz_of(int64_t bin, double fmin) const {
    return fmin * std::exp2(static_cast<double>(bin) / (12 * static_cast<double>(per_semitone_)));
  }

  /// A bin with or without a voice in each frame, the latter counted from bins() on.
  std::vector<int64_t> likeliest(const std::vector<Observed>& observed) const {
    const auto n = static_cast<size_t>(bins_), states = 2 * n;
    const size_t frames = observed.size();
    std::vector<double> before(states, std::log(1 / static_cast<double>(states) + kTiny));
    std::vector<double> best(states);
    std::vector<uint16_t> from(frames * states);
    for (size_t t = 0; t < frames; ++t) {
      if (t > 0) {
        step(before, best, from.data() + t * states);
        before.swap(best);
      }
      for (const auto& [bin, probability] : observed[t].voiced)
        before[static_cast<size_t>(bin)] += std::log(probability + kTiny) - std::log(kTiny);
      const double unvoiced = std::log((1 - observed[t].voice) / static_cast<double>(n) + kTiny);
      for (size_t s = 0; s < n; ++s) before[s] += std::log(kTiny);
      for (size_t s = n; s < states; ++s) before[s] += unvoiced;
    }
    std::vector<int64_t> way(frames);
    size_t state =
        static_cast<size_t>(std::max_element(before.begin(), before.end()) - before.begin());
    for (size_t t = frames; t-- > 0;) {
      way[t] = static_cast<int64_t>(state);
      state = from[t * states + state];
    }
    return way;
  }

 private:
  /// log_[voice changes][bin][step]: of going from a bin to `step - width_ / 2` bins higher.
  void fill_transitions(double switch_prob) {
    const int64_t half = width_ / 2, middle = bins_ / 2 + 1;
    const int64_t left = (bins_ - width_) / 2 + middle - bins_;
    const auto w = static_cast<double>(width_);
    for (auto& of_change : log_)
      of_change.assign(static_cast<size_t>(bins_ * (2 * half + 1)), std::log(kTiny));
    for (int64_t bin = 0; bin < bins_; ++bin) {
      std::vector<double> row(static_cast<size_t>(2 * half + 1));
      double sum = 0;
      for (int64_t k = 0; k < width_; ++k) {
        const int64_t offset = left + k, to = bin + offset;
        if (offset < -half || offset > half || to < 0 || to >= bins_) continue;
        const auto rank = static_cast<double>(std::min(k, width_ - 1 - k));
        const double weight = width_ % 2 == 1 ? 2 * (rank + 1) / (w + 1) : (2 * (rank + 1) - 1) / w;
        row[static_cast<size_t>(offset + half)] = weight;
        sum += weight;
      }
      for (size_t k = 0; k < row.size(); ++k) {
        const size_t at = static_cast<size_t>(bin) * row.size() + k;
        log_[0][at] = std::log((1 - switch_prob) * row[k] / sum + kTiny);
        log_[1][at] = std::log(switch_prob * row[k] / sum + kTiny);
      }
    }
  }

  void step(const std::vector<double>& before, std::vector<double>& best, uint16_t* source) const {
    const int64_t half = width_ / 2, steps = 2 * half + 1;
    // From anywhere to anywhere, as improbable as numbers can say.
    const auto top = std::max_element(before.begin(), before.end()) - before.begin();
    std::fill(best.begin(), best.end(), before[static_cast<size_t>(top)] + std::log(kTiny));
    std::fill(source, source + best.size(), static_cast<uint16_t>(top));
    for (int64_t state = 0; state < 2 * bins_; ++state) {
      const int64_t bin = state % bins_;
      const int64_t first = std::max<int64_t>(bin - half, 0);
      const int64_t last = std::min(bin + half, bins_ - 1);
      const double value = before[static_cast<size_t>(state)];
      for (int64_t voiceless = 0; voiceless < 2; ++voiceless) {
        const bool changes = (state >= bins_) != (voiceless == 1);
        const double* log = log_[changes ? 1 : 0].data() + bin * steps + (first - bin + half);
        double* to = best.data() + voiceless * bins_ + first;
        uint16_t* of = source + voiceless * bins_ + first;
        for (int64_t k = 0; k <= last - first; ++k) {
          const double now = value + log[k];
          of[k] = now > to[k] ? static_cast<uint16_t>(state) : of[k];
          to[k] = now > to[k] ? now : to[k];
        }
      }
    }
  }

  int64_t per_semitone_ = 0, bins_ = 0, width_ = 0;
  std::vector<double> log_[2];
};

}  // namespace

Pyin pyin(const Tensor& waveform, const PyinOptions& o) {
  HEARTH_CHECK_AS(ValueError,
                  o.n_thresholds() >= 1 && o.beta_a() > 0 && o.beta_b() > 0 &&
                      o.boltzmann_parameter() > 0 && o.resolution() > 0 && o.resolution() < 1 &&
                      o.max_transition_rate() > 0,
                  "[pyin] expected n_thresholds >= 1, parameters and max_transition_rate above 0, "
                  "and a resolution between 0 and 1");
  HEARTH_CHECK_AS(ValueError,
                  o.switch_prob() >= 0 && o.switch_prob() <= 1 && o.no_trough_prob() >= 0 &&
                      o.no_trough_prob() <= 1,
                  "[pyin] expected probabilities from 0 to 1, got switch_prob=", o.switch_prob(),
                  " and no_trough_prob=", o.no_trough_prob());
  const DifferenceFunctions differences(waveform, o.yin(), "pyin");
  const Course course(o);
  const Believer believer(o);
  HEARTH_CHECK_AS(ValueError, 2 * course.bins() <= 65536, "[pyin] ", course.bins(),
                  " bins of pitch are too many: give a larger resolution");
  const int64_t signals = differences.signals(), frames = differences.frames();
  const int64_t n = differences.lags(), bins = course.bins();
  const double rate = o.yin().sample_rate(), fmin = o.yin().fmin();
  Tensor f0 = empty({signals, frames}, kDouble), prob = empty({signals, frames}, kDouble);
  Tensor flag = empty({signals, frames}, kBool);
  for (int64_t signal = 0; signal < signals; ++signal) {
    std::vector<Observed> observed(static_cast<size_t>(frames));
    auto* probabilities = prob[signal].data_ptr<double>();
    differences.for_each(signal, [&](int64_t t, const double* values) {
      std::map<int64_t, double> found;  // of the troughs that share a bin, the last
      believer.troughs(values, n, [&](int64_t i, double probability) {
        const double period =
            static_cast<double>(differences.min_period() + i) + parabolic_shift(values, n, i);
        if (probability != 0) found[course.bin_of(rate / period, fmin)] = probability;
      });
      found.erase(bins);  // what is rounded up past the last
      Observed& frame = observed[static_cast<size_t>(t)];
      frame.voiced.assign(found.begin(), found.end());
      for (const auto& [bin, probability] : found) frame.voice += probability;
      probabilities[t] = frame.voice = std::clamp(frame.voice, 0.0, 1.0);
    });
    const std::vector<int64_t> way = course.likeliest(observed);
    auto* pitch = f0[signal].data_ptr<double>();
    auto* flags = flag[signal].data_ptr<bool>();
    for (int64_t t = 0; t < frames; ++t) {
      const int64_t state = way[static_cast<size_t>(t)];
      flags[t] = state < bins;
      pitch[t] = flags[t] ? course.hz_of(state, fmin) : std::numeric_limits<double>::quiet_NaN();
    }
  }
  const ScalarType dtype = waveform.scalar_type();
  return {differences.as_given(f0.to(dtype), waveform), differences.as_given(flag, waveform),
          differences.as_given(prob.to(dtype), waveform)};
}

}  // namespace hearth::audio::features
