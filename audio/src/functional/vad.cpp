// SPDX-License-Identifier: Apache-2.0
#include "hearth/audio/functional/vad.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "hearth/autograd/grad_mode.h"
#include "hearth/base/warning.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/factory.h"
#include "hearth/ops/fft.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/view.h"

namespace hearth::audio::functional {

namespace {

int64_t rounded(double x) { return static_cast<int64_t>(x + 0.5); }

/// The share of the old value that a smoother of this time constant keeps.
double kept(double seconds, double measures_per_second) {
  return std::exp(-1 / (seconds * measures_per_second));
}

/// A Hann window whose squares sum to about 3/2 at any length.
Tensor scaled_hann(int64_t n) { return hann_window(n) * (2 / std::sqrt(static_cast<double>(n))); }

/// What a measurement is made of, the same in all channels.
struct Measure {
  Measure(int64_t sample_rate, const VadOptions& o)
      : noise_reduction(o.noise_reduction_amount()),
        smooth(kept(o.measure_smooth_time(), o.measure_freq())),
        noise_up(kept(o.noise_up_time(), o.measure_freq())),
        noise_down(kept(o.noise_down_time(), o.measure_freq())) {
    const auto rate = static_cast<double>(sample_rate);
    length = rounded(rate * o.measure_duration().value_or(2 / o.measure_freq()));
    while (n_fft < length) n_fft *= 2;
    const auto points = static_cast<double>(n_fft);
    first = std::max<int64_t>(rounded(o.hp_filter_freq() / rate * points), 1);
    last = std::min(rounded(o.lp_filter_freq() / rate * points), n_fft / 2);
    cepstrum_first = static_cast<int64_t>(std::ceil(rate * 0.5 / o.lp_lifter_freq()));
    cepstrum_last =
        std::min(static_cast<int64_t>(std::floor(rate * 0.5 / o.hp_lifter_freq())), n_fft / 4);
    HEARTH_CHECK_AS(
        ValueError, length >= 1 && first < last && cepstrum_first < cepstrum_last,
        "[vad] nothing is left to measure at ", sample_rate, " Hz: ", length, " samples, points ",
        first, " to ", last, " of their spectrum, ", cepstrum_first, " to ", cepstrum_last,
        " of its cepstrum; widen the filter's or the lifter's range, or measure_duration");
    window = scaled_hann(length);
    const Tensor weights = scaled_hann(last - first);
    const auto* w = weights.const_data_ptr<float>();
    cepstrum_window.assign(w, w + (last - first));
  }

  int64_t length, n_fft = 16, first, last, cepstrum_first, cepstrum_last;
  Tensor window;
  std::vector<float> cepstrum_window;
  double noise_reduction, smooth, noise_up, noise_down;
};

/// One channel's spectrum, noise, latest measurements and their mean.
class Detector {
 public:
  Detector(const Measure& measure, int64_t remembered)
      : m_(measure),
        spectrum_(measure.cepstrum_window.size()),
        noise_(measure.cepstrum_window.size()),
        measures_(static_cast<size_t>(remembered)) {}

  /// Takes `samples` in. `booted` counts measurements from 0 while all there is counts as noise.
  void measure(const Tensor& samples, int64_t booted, double trigger_kept) {
    const Tensor now = fft_rfft(samples * m_.window, m_.n_fft).abs();
    const auto* magnitudes = now.const_data_ptr<float>() + m_.first;
    Tensor cleaned = zeros({m_.n_fft / 2});
    auto* clean = cleaned.data_ptr<float>() + m_.first;
    const auto count = static_cast<double>(booted);
    const double keep = booted >= 0 ? count / (1 + count) : m_.smooth;
    for (size_t k = 0; k < spectrum_.size(); ++k) {
      spectrum_[k] = spectrum_[k] * keep + magnitudes[k] * (1 - keep);
      const double power = spectrum_[k] * spectrum_[k];
      const double noise_keep = booted >= 0 ? 0 : power > noise_[k] ? m_.noise_up : m_.noise_down;
      noise_[k] = noise_[k] * noise_keep + power * (1 - noise_keep);
      clean[k] =
          static_cast<float>(std::sqrt(std::max(0.0, power - m_.noise_reduction * noise_[k]))) *
          m_.cepstrum_window[k];
    }
    const double energy = fft_rfft(cleaned)
                              .slice(0, m_.cepstrum_first, m_.cepstrum_last)
                              .abs()
                              .square()
                              .sum()
                              .item<double>();
    const auto points = static_cast<double>(m_.cepstrum_last - m_.cepstrum_first);
    const double level = energy > 0 ? std::max(0.0, 21 + std::log(energy / points)) : 0;
    at_ = (at_ + 1) % measures_.size();
    measures_[at_] = level;
    mean_ = mean_ * trigger_kept + level * (1 - trigger_kept);
  }

  double mean() const { return mean_; }

  /// How many measurements back speech began, with gaps of up to `gap` measurements in it.
  int64_t since_beginning(double trigger_level, int64_t gap) const {
    const auto n = static_cast<int64_t>(measures_.size());
    int64_t speech = n, silence = n;
    for (int64_t back = 0; back < n; ++back) {
      const double level = measures_[(at_ + static_cast<size_t>(n - back)) % measures_.size()];
      if (level >= trigger_level && back <= speech + gap) {
        silence = speech = back;
      } else if (level == 0 && speech >= silence) {
        silence = back;
      }
    }
    return std::min(n - 1, silence);
  }

 private:
  const Measure& m_;
  std::vector<double> spectrum_, noise_, measures_;
  size_t at_ = static_cast<size_t>(-1);
  double mean_ = 0;
};

}  // namespace

Tensor vad(const Tensor& waveform, int64_t sample_rate, const VadOptions& options) {
  HEARTH_CHECK_AS(ShapeError, waveform.dim() >= 1 && waveform.is_floating_point(),
                  "[vad] expected a waveform [time] or [channels, time] of floating point numbers, "
                  "got ",
                  waveform.sizes(), " of ", waveform.scalar_type());
  if (waveform.dim() > 2)
    HEARTH_WARN("[vad] all items of a waveform of shape ", waveform.sizes(),
                " count as channels of one recording; call vad for each instead");
  HEARTH_CHECK_AS(ValueError,
                  sample_rate > 0 && options.measure_freq() > 0 && options.trigger_time() > 0 &&
                      options.search_time() > 0 && options.measure_smooth_time() > 0 &&
                      options.noise_up_time() > 0 && options.noise_down_time() > 0 &&
                      options.lp_lifter_freq() > 0 && options.hp_lifter_freq() > 0 &&
                      options.allowed_gap() >= 0 && options.pre_trigger_time() >= 0,
                  "[vad] expected a positive sample rate, measure_freq, times and frequencies");
  const NoGradGuard no_grad;
  const Measure measure(sample_rate, options);
  const double rate = static_cast<double>(sample_rate), per_second = options.measure_freq();
  const int64_t period = rounded(rate / per_second);
  HEARTH_CHECK_AS(ValueError, period >= 1, "[vad] measure_freq ", per_second,
                  " is above the sample rate ", sample_rate);
  const auto remembered = static_cast<int64_t>(std::ceil(options.search_time() * per_second));
  const int64_t gap = rounded(options.allowed_gap() * per_second);
  const int64_t before = rounded(options.pre_trigger_time() * rate);
  const auto boot_end = static_cast<int64_t>(options.boot_time() * per_second - 0.5);
  const double trigger_kept = kept(options.trigger_time(), per_second);

  const int64_t time = waveform.size(-1);
  const Tensor samples = waveform.reshape({-1, std::max<int64_t>(time, 1)}).to(kCPU, kFloat);
  const int64_t channels = time > 0 ? samples.size(0) : 0;
  std::vector<Detector> detectors(static_cast<size_t>(channels), Detector(measure, remembered));
  int64_t booted = 0, flushed = 0, position = 0;
  bool speech = false;
  for (int64_t end = measure.length; end < time && !speech; end += period) {
    position = end;
    int64_t begun = 0;
    for (int64_t c = 0; c < channels; ++c) {
      Detector& d = detectors[static_cast<size_t>(c)];
      d.measure(samples[c].slice(0, end - measure.length, end), booted, trigger_kept);
      speech = speech || d.mean() >= options.trigger_level();
      if (speech) begun = std::max(begun, d.since_beginning(options.trigger_level(), gap));
    }
    if (booted >= 0) booted = booted == boot_end ? -1 : booted + 1;
    if (speech) flushed = (remembered - begun) * period;
  }
  if (!speech && time >= before) return waveform.slice(-1, 0, before);
  const int64_t held = before + remembered * period + measure.length;
  return waveform.slice(-1, std::max<int64_t>(position - held + flushed, 0));
}

}  // namespace hearth::audio::functional
