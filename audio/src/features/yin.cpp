// SPDX-License-Identifier: Apache-2.0
#include "features/yin.h"

#include <limits>
#include <vector>

#include "hearth/base/warning.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/factory.h"
#include "hearth/ops/fft.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/view.h"

#include "features/framed.h"

namespace hearth::audio::features {

namespace {

void check(const YinOptions& o, const char* op) {
  const double rate = o.sample_rate();
  const auto length = static_cast<double>(o.frame_length());
  HEARTH_CHECK_AS(ValueError, 0 < o.fmin() && o.fmin() < o.fmax() && o.fmax() <= rate / 2, "[", op,
                  "] expected 0 < fmin < fmax <= half the sample rate, got fmin=", o.fmin(),
                  ", fmax=", o.fmax(), " and sample_rate=", rate);
  HEARTH_CHECK_AS(ValueError, rate / o.fmin() < length - 1, "[", op, "] frames of ",
                  o.frame_length(), " samples are no longer than the period of fmin=", o.fmin(),
                  " Hz at ", rate,
                  " Hz: take frame_length=", static_cast<int64_t>(std::ceil(rate / o.fmin())) + 2,
                  " or fmin=", std::ceil(rate / (length - 1)) + 1);
  if (rate / o.fmin() >= std::floor(length / 2))
    HEARTH_WARN("[", op, "] frames of ", o.frame_length(),
                " samples hold less than two periods of fmin=", o.fmin(), " Hz at ", rate,
                " Hz, so low pitches may be missed");
}

}  // namespace

DifferenceFunctions::DifferenceFunctions(const Tensor& waveform, const YinOptions& o,
                                         const char* op)
    : min_period_(0), max_period_(0) {
  check(o, op);
  const functional::Framing framing = o.framing();
  const Tensor frames = framed(waveform.detach().to(kCPU),
                               FrameOptions()
                                   .frame_length(framing.frame_length)
                                   .hop_length(framing.hop_length)
                                   .center(o.center())
                                   .pad_mode(o.pad_mode()),
                               op);
  frames_ = frames.dim() == 2   ? frames.unsqueeze(0)
            : frames.dim() == 3 ? frames
                                : frames.flatten(0, -3);
  min_period_ = static_cast<int64_t>(std::floor(o.sample_rate() / o.fmax()));
  max_period_ =
      std::min(static_cast<int64_t>(std::ceil(o.sample_rate() / o.fmin())), o.frame_length() - 1);
}

Tensor DifferenceFunctions::differences(int64_t signal, int64_t begin, int64_t end) const {
  const Tensor frames = frames_[signal].slice(0, begin, end).to(kDouble).contiguous();
  const int64_t count = frames.size(0), length = frames.size(1);
  int64_t n_fft = 1;
  while (n_fft < 2 * length - 1) n_fft *= 2;
  const Tensor spectrum = view_as_real(fft_rfft(frames, n_fft)).square();
  const Tensor power = spectrum.select(-1, 0) + spectrum.select(-1, 1);
  const Tensor correlations =
      fft_irfft(complex(power, zeros_like(power)), n_fft).slice(1, 0, max_period_ + 1).contiguous();

  Tensor out = empty({count, lags()}, kDouble);
  for (int64_t t = 0; t < count; ++t) {
    const double* x = frames.const_data_ptr<double>() + t * length;
    const double* r = correlations.const_data_ptr<double>() + t * (max_period_ + 1);
    auto* values = out.data_ptr<double>() + t * lags();
    // As in librosa, the end of the frame is not taken off the energy, nor for lag 1 its first
    // sample.
    double energy = x[0] * x[0], sum = 0;
    for (int64_t lag = 1; lag <= max_period_; ++lag) {
      double difference = 2 * (r[0] - r[lag]);
      if (lag > 1) {
        energy += x[lag - 1] * x[lag - 1];
        difference -= energy;
      }
      sum += difference;
      if (lag < min_period_) continue;
      const double mean = sum / static_cast<double>(lag);
      values[lag - min_period_] = difference / (mean + std::numeric_limits<double>::min());
    }
  }
  return out;
}

Tensor DifferenceFunctions::as_given(const Tensor& results, const Tensor& waveform) const {
  std::vector<int64_t> sizes = waveform.sizes().vec();
  sizes.back() = frames();
  return results.reshape(sizes).to(waveform.device());
}

Tensor yin(const Tensor& waveform, const YinOptions& options, double trough_threshold) {
  const DifferenceFunctions differences(waveform, options, "yin");
  const int64_t n = differences.lags();
  Tensor f0 = empty({differences.signals(), differences.frames()}, kDouble);
  for (int64_t signal = 0; signal < differences.signals(); ++signal) {
    auto* out = f0[signal].data_ptr<double>();
    differences.for_each(signal, [&](int64_t t, const double* values) {
      int64_t best = 0;
      while (best < n && !(values[best] < trough_threshold && is_trough(values, n, best))) ++best;
      if (best == n) best = std::min_element(values, values + n) - values;
      out[t] = options.sample_rate() / (static_cast<double>(differences.min_period() + best) +
                                        parabolic_shift(values, n, best));
    });
  }
  return differences.as_given(f0.to(waveform.scalar_type()), waveform);
}

}  // namespace hearth::audio::features
