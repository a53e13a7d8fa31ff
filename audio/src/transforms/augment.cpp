// SPDX-License-Identifier: Apache-2.0
#include "hearth/audio/transforms/augment.h"

#include <numbers>

#include "hearth/audio/functional/masking.h"
#include "hearth/audio/functional/resample.h"
#include "hearth/audio/functional/waveform.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/view.h"

#include "functional/pitch_shift.h"

namespace hearth::audio::transforms {

namespace F = functional;

Tensor AddNoiseImpl::forward(const Tensor& waveform, const Tensor& noise, const Tensor& snr,
                             const Tensor& lengths) {
  return F::add_noise(waveform, noise, snr, lengths);
}

SpeedImpl::SpeedImpl(const SpeedOptions& options_) : options(options_) { SpeedImpl::reset(); }
void SpeedImpl::reset() {
  const F::SpeedRates rates(options.orig_freq(), options.factor());
  resampler = register_module("resampler", Resample(ResampleOptions(rates.source, rates.target)));
}
std::tuple<Tensor, Tensor> SpeedImpl::forward(const Tensor& waveform, const Tensor& lengths) {
  const F::SpeedRates rates(options.orig_freq(), options.factor());
  return {resampler(waveform), rates.lengths(lengths)};
}

SpeedPerturbationImpl::SpeedPerturbationImpl(const SpeedPerturbationOptions& options_)
    : options(options_) {
  HEARTH_CHECK_AS(ValueError, !options.factors().empty(),
                  "[SpeedPerturbation] expected at least one factor");
  SpeedPerturbationImpl::reset();
}
void SpeedPerturbationImpl::reset() {
  speeders = register_module("speeders", nn::ModuleList());
  for (const double factor : options.factors())
    speeders->push_back(Speed(SpeedOptions(options.orig_freq(), factor)));
}
std::tuple<Tensor, Tensor> SpeedPerturbationImpl::forward(const Tensor& waveform,
                                                          const Tensor& lengths) {
  const int64_t chosen =
      randint(static_cast<int64_t>(speeders->size()), {}, TensorOptions(kLong)).item<int64_t>();
  return speeders->at<SpeedImpl>(static_cast<size_t>(chosen)).forward(waveform, lengths);
}

namespace {

/// A mask over axis -2 or -1.
template <class Value>
Tensor masked(const Tensor& specgram, bool iid, int64_t param, const Value& value, int64_t axis,
              double p) {
  const int64_t at = specgram.dim() + axis;
  return iid ? F::mask_along_axis_iid(specgram, param, value, at, p)
             : F::mask_along_axis(specgram, param, value, at, p);
}

}  // namespace

Tensor FrequencyMaskingImpl::forward(const Tensor& specgram, double mask_value) {
  return masked(specgram, options.iid_masks(), options.freq_mask_param(), Scalar(mask_value), -2,
                1);
}

TimeMaskingImpl::TimeMaskingImpl(const TimeMaskingOptions& options_) : options(options_) {
  HEARTH_CHECK_AS(ValueError, options.p() >= 0 && options.p() <= 1,
                  "[TimeMasking] expected p from 0 to 1, got ", options.p());
}
Tensor TimeMaskingImpl::forward(const Tensor& specgram, double mask_value) {
  return masked(specgram, options.iid_masks(), options.time_mask_param(), Scalar(mask_value), -1,
                options.p());
}

Tensor SpecAugmentImpl::forward(const Tensor& specgram) {
  const SpecAugmentOptions& o = options;
  const bool iid = o.iid_masks() && specgram.dim() > 2;
  const Tensor value = o.zero_masking() ? zeros({}, specgram.options()) : specgram.mean();
  Tensor y = specgram;
  for (int64_t i = 0; i < o.n_time_masks(); ++i)
    y = masked(y, iid, o.time_mask_param(), value, -1, o.p());
  for (int64_t i = 0; i < o.n_freq_masks(); ++i)
    y = masked(y, iid, o.freq_mask_param(), value, -2, o.p());
  return y;
}

TimeStretchImpl::TimeStretchImpl(const TimeStretchOptions& options_) : options(options_) {
  HEARTH_CHECK_AS(ValueError, options.n_freq() >= 2 && options.hop_length().value_or(1) >= 1,
                  "[TimeStretch] expected n_freq >= 2 and hop_length >= 1, got ", options.n_freq(),
                  " and ", options.hop_length().value_or(1));
  TimeStretchImpl::reset();
}
void TimeStretchImpl::reset() {
  const auto hop = static_cast<double>(options.hop_length().value_or(options.n_freq() - 1));
  phase_advance = register_buffer(
      "phase_advance", linspace(0, std::numbers::pi * hop, options.n_freq()).unsqueeze(1));
}
Tensor TimeStretchImpl::forward(const Tensor& complex_specgrams,
                                std::optional<double> overriding_rate) {
  const std::optional<double> rate = overriding_rate ? overriding_rate : options.fixed_rate();
  HEARTH_CHECK_AS(ValueError, rate,
                  "[TimeStretch] expected a rate: give forward one, or set fixed_rate");
  return F::phase_vocoder(complex_specgrams, *rate, phase_advance);
}

}  // namespace hearth::audio::transforms
