// SPDX-License-Identifier: Apache-2.0
#include "hearth/audio/classification/front_end.h"

#include "hearth/ops/pointwise.h"

namespace hearth::audio {
namespace {

constexpr double kLeast = 1e-6;
constexpr int64_t kLargestBank = 1 << 24;

}  // namespace

FrontEnd::FrontEnd(const FrontEndOptions& o) : options_(o) {
  const double f_max = o.f_max > 0 ? o.f_max : static_cast<double>(o.sample_rate) / 2;
  HEARTH_CHECK_AS(ValueError,
                  o.sample_rate > 0 && o.n_fft > 0 && o.win_length > 0 && o.win_length <= o.n_fft &&
                      o.hop_length > 0 && o.n_mels > 0,
                  "[FrontEnd] expected positive sizes and win_length up to n_fft, got sample_rate ",
                  o.sample_rate, ", n_fft ", o.n_fft, ", win_length ", o.win_length,
                  ", hop_length ", o.hop_length, ", n_mels ", o.n_mels);
  HEARTH_CHECK_AS(
      ValueError,
      o.f_min >= 0 && o.f_min < f_max && f_max <= static_cast<double>(o.sample_rate) / 2,
      "[FrontEnd] expected bands from 0 to ", o.sample_rate / 2, " Hz, got ", o.f_min, " to ",
      f_max);
  // Files may ask for any filter bank.
  HEARTH_CHECK_AS(ValueError, o.n_mels <= kLargestBank / o.n_fft, "[FrontEnd] ", o.n_mels,
                  " bands of windows of ", o.n_fft, " are too many");
  HEARTH_CHECK_AS(ValueError, o.stddev > 0, "[FrontEnd] expected a deviation above 0, got ",
                  o.stddev);
  if (o.n_mels == 1) return;
  mel_ = std::make_shared<transforms::MelSpectrogramImpl>(transforms::MelSpectrogramOptions()
                                                              .sample_rate(o.sample_rate)
                                                              .n_fft(o.n_fft)
                                                              .win_length(o.win_length)
                                                              .hop_length(o.hop_length)
                                                              .n_mels(o.n_mels)
                                                              .f_min(o.f_min)
                                                              .f_max(f_max));
}

models::ClipShape FrontEnd::shape(int64_t samples) const {
  HEARTH_CHECK_AS(ValueError, samples > (options_.n_mels == 1 ? 0 : options_.n_fft / 2),
                  "[FrontEnd] clips of ", samples, " samples are too short for windows of ",
                  options_.n_fft);
  return {options_.n_mels, options_.n_mels == 1 ? samples : samples / options_.hop_length + 1};
}

Tensor FrontEnd::operator()(const Tensor& clips) const {
  HEARTH_CHECK_AS(ShapeError, clips.dim() == 2 && is_floating_point(clips.scalar_type()),
                  "[FrontEnd] expected clips [N, samples] of floating numbers, got ",
                  clips.scalar_type(), " ", clips.sizes());
  const Tensor x = mel_ ? (mel_->forward(clips) + kLeast).log() : clips;
  return ((x - options_.mean) / options_.stddev).unsqueeze(1);
}

}  // namespace hearth::audio
