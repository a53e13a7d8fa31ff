// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <limits>

#include "hearth/audio/features/rhythm.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/factory.h"
#include "hearth/ops/fft.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/view.h"
#include "hearth/tensor/tensor_literal.h"

#include "features/course.h"

namespace hearth::audio::features {

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

void check(const TempoOptions& o) {
  HEARTH_CHECK_AS(ValueError,
                  o.start_bpm() > 0 && o.std_bpm() > 0 && o.max_tempo() > 0 && o.ac_size() > 0 &&
                      o.tightness() > 0,
                  "[tempo] expected options above 0, got start_bpm=", o.start_bpm(),
                  ", std_bpm=", o.std_bpm(), ", max_tempo=", o.max_tempo(),
                  ", ac_size=", o.ac_size(), " and tightness=", o.tightness());
}

/// x with `n` values on either side that lead to it from zero in a line.
std::vector<double> with_ramps(const std::vector<double>& x, size_t n) {
  std::vector<double> longer(x.size() + 2 * n);
  std::copy(x.begin(), x.end(), longer.begin() + static_cast<int64_t>(n));
  for (size_t i = 0; i < n; ++i) {
    const double share = static_cast<double>(i) / static_cast<double>(n);
    longer[i] = x.front() * share;
    longer[longer.size() - 1 - i] = x.back() * share;
  }
  return longer;
}

/// How alike a window of `width` values is to itself so many values later, relative to no later,
/// averaged over windows around all values.
std::vector<double> self_similarity(const std::vector<double>& x, int64_t width) {
  const Tensor signal = tensor(with_ramps(x, static_cast<size_t>(width / 2)), kDouble);
  const Tensor frames = signal.unfold(0, width, 1).slice(0, 0, static_cast<int64_t>(x.size()));
  const Tensor window = hann_window(width, kDouble);
  int64_t n_fft = 1;
  while (n_fft < 2 * width - 1) n_fft *= 2;
  Tensor sum = zeros({width}, kDouble);
  constexpr int64_t kBlock = 256;
  for (int64_t t = 0; t < frames.size(0); t += kBlock) {
    const Tensor parts =
        view_as_real(fft_rfft(frames.slice(0, t, t + kBlock) * window, n_fft)).square();
    const Tensor power = parts.sum(-1);
    const Tensor alike = fft_irfft(complex(power, zeros_like(power)), n_fft).slice(1, 0, width);
    const Tensor most = alike.abs().amax(1, true);
    sum += (alike / where(most < std::numeric_limits<double>::min(), 1, most)).sum(0);
  }
  return course_of(sum / static_cast<double>(frames.size(0)), 1, "tempo");
}

/// Strengths against those that a beat would have around it.
std::vector<double> local_score(const std::vector<double>& strength, int64_t period) {
  const auto n = static_cast<int64_t>(strength.size());
  std::vector<double> bell, score(strength.size());
  for (int64_t k = -period; k <= period; ++k)
    bell.push_back(
        std::exp(-0.5 * std::pow(32 * static_cast<double>(k) / static_cast<double>(period), 2)));
  for (int64_t t = 0; t < n; ++t)
    for (int64_t k = std::max<int64_t>(0, t + period - n + 1);
         k < std::min(t + period, 2 * period + 1); ++k)
      score[static_cast<size_t>(t)] +=
          bell[static_cast<size_t>(k)] * strength[static_cast<size_t>(t + period - k)];
  return score;
}

/// The best score of beats that end at each frame, and the beat before.
struct Chains {
  std::vector<double> score;
  std::vector<int64_t> before;
};

Chains chains_of(const std::vector<double>& local, int64_t period, double tightness) {
  const auto n = static_cast<int64_t>(local.size());
  const double wanted = std::log(static_cast<double>(period));
  const double weak = 0.01 * *std::max_element(local.begin(), local.end());
  Chains chains{local, std::vector<int64_t>(local.size(), -1)};
  bool begun = false;
  const auto half = static_cast<int64_t>(std::nearbyint(static_cast<double>(period) / 2));
  for (int64_t t = 0; t < n; ++t) {
    double best = -kInfinity;
    int64_t from = -1;
    for (int64_t s = t - half; s >= std::max<int64_t>(t - 2 * period, 0); --s) {
      if (s >= t) continue;
      const double off = std::log(static_cast<double>(t - s)) - wanted;
      const double score = chains.score[static_cast<size_t>(s)] - tightness * off * off;
      if (score > best) {
        best = score;
        from = s;
      }
    }
    const auto at = static_cast<size_t>(t);
    if (from >= 0) chains.score[at] += best;
    if (!begun && local[at] < weak) continue;
    chains.before[at] = from;
    begun = true;
  }
  return chains;
}

/// The last frame whose chain scores at least half the median of those at local maxima.
int64_t last_beat(const std::vector<double>& score) {
  const auto n = static_cast<int64_t>(score.size());
  const auto peak = [&](int64_t t) {
    const auto at = score.begin() + t;
    return t > 0 && at[0] > at[-1] && (t + 1 == n || at[0] >= at[1]);
  };
  std::vector<double> peaks;
  for (int64_t t = 0; t < n; ++t)
    if (peak(t)) peaks.push_back(score[static_cast<size_t>(t)]);
  if (peaks.empty()) return n - 1;
  std::sort(peaks.begin(), peaks.end());
  const double median = (peaks[(peaks.size() - 1) / 2] + peaks[peaks.size() / 2]) / 2;
  for (int64_t t = n - 1; t >= 0; --t)
    if (peak(t) && score[static_cast<size_t>(t)] >= median / 2) return t;
  return n - 1;
}

/// Half of how strong beats are on the whole.
double half_strength(const std::vector<int64_t>& beats, const std::vector<double>& local) {
  const auto n = static_cast<int64_t>(beats.size());
  const auto strength = [&](int64_t i) {
    return i < 0 || i >= n ? 0 : local[static_cast<size_t>(beats[static_cast<size_t>(i)])];
  };
  // Smoothed by (1/2, 1, 1/2); one value past the end counts, and another that is 0.
  const int64_t values = std::min(n + 2, static_cast<int64_t>(local.size()));
  double squares = 0;
  for (int64_t i = 0; i < values; ++i) {
    const double smooth = strength(i - 1) / 2 + strength(i) + strength(i + 1) / 2;
    squares += smooth * smooth;
  }
  return 0.5 * std::sqrt(squares / static_cast<double>(values));
}

/// Takes off beats before the first and after the last frame that is stronger than `least`.
void trim(std::vector<int64_t>& beats, const std::vector<double>& local, double least) {
  const auto weak = [&](double score) { return !(score > least); };
  const auto first = std::find_if_not(local.begin(), local.end(), weak) - local.begin();
  const auto last = local.rend() - std::find_if_not(local.rbegin(), local.rend(), weak) - 1;
  std::erase_if(beats, [&](int64_t t) { return t < first || t > last; });
}

}  // namespace

double tempo(const Tensor& strength, double hop, const TempoOptions& o) {
  check(o);
  const std::vector<double> x = course_of(strength, hop, "tempo");
  const auto width = static_cast<int64_t>(std::floor(o.ac_size() / hop + 1e-6));
  HEARTH_CHECK_AS(ValueError, width >= 2, "[tempo] ", o.ac_size(),
                  " s hold no two frames that are ", hop, " s apart");
  if (std::all_of(x.begin(), x.end(), [](double v) { return v == 0; })) return 0;
  const std::vector<double> alike = self_similarity(x, width);
  double best = -kInfinity, found = 0;
  for (int64_t lag = 1; lag < width; ++lag) {
    const double bpm = 60 / (hop * static_cast<double>(lag));
    if (bpm >= o.max_tempo()) continue;
    const double octaves = std::log2(bpm / o.start_bpm()) / o.std_bpm();
    const double score =
        std::log1p(1e6 * alike[static_cast<size_t>(lag)]) - 0.5 * octaves * octaves;
    if (score > best) {
      best = score;
      found = bpm;
    }
  }
  return found;
}

Beats beat_track(const Tensor& strength, double hop, const TempoOptions& o) {
  Beats beats{tempo(strength, hop, o), {}};
  if (beats.tempo == 0) return beats;
  std::vector<double> x = course_of(strength, hop, "beat_track");
  const double mean = [&] {
    double sum = 0;
    for (const double v : x) sum += v;
    return sum / static_cast<double>(x.size());
  }();
  double spread = 0;
  for (const double v : x) spread += (v - mean) * (v - mean);
  spread = std::sqrt(spread / std::max<double>(static_cast<double>(x.size()) - 1, 1));
  for (double& v : x) v /= spread + std::numeric_limits<double>::min();
  const auto period =
      std::max<int64_t>(static_cast<int64_t>(std::nearbyint(60 / (beats.tempo * hop))), 1);
  const std::vector<double> local = local_score(x, period);
  const Chains chains = chains_of(local, period, o.tightness());
  for (int64_t t = last_beat(chains.score); t >= 0; t = chains.before[static_cast<size_t>(t)])
    beats.frames.push_back(t);
  std::reverse(beats.frames.begin(), beats.frames.end());
  trim(beats.frames, local, o.trim() ? half_strength(beats.frames, local) : 0);
  return beats;
}

Beats beat_track(const Tensor& waveform, const SpectralOptions& spectrum,
                 const TempoOptions& options) {
  HEARTH_CHECK_AS(ShapeError, waveform.dim() == 1,
                  "[beat_track] expected a waveform [time] of one channel, got ", waveform.sizes());
  const double hop = static_cast<double>(spectrum.hop_length()) / spectrum.sample_rate();
  return beat_track(onset_strength(waveform, OnsetOptions(spectrum).median(true)), hop, options);
}

}  // namespace hearth::audio::features
