// SPDX-License-Identifier: Apache-2.0
#include "hearth/audio/models/voice_encoder.h"

#include <algorithm>
#include <cmath>

#include "hearth/audio/functional/filterbanks.h"
#include "hearth/autograd/grad_mode.h"
#include "hearth/nn/load_weights.h"
#include "hearth/ops/factory.h"
#include "hearth/ops/fft.h"
#include "hearth/ops/linalg.h"
#include "hearth/ops/pad.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/view.h"

namespace hearth::audio::models {
namespace {

constexpr int64_t kWindow = VoiceEncoderImpl::kSampleRate / 40;  // 25 ms
constexpr int64_t kHop = VoiceEncoderImpl::kSampleRate / 100;    // 10 ms
constexpr const char* kCheckpoint = "model_state.";

Tensor unit_length(const Tensor& x, int64_t dim) { return x / x.norm(2, dim, /*keepdim=*/true); }

void check_waveform(const Tensor& waveform) {
  HEARTH_CHECK_AS(ShapeError, waveform.dim() == 1 && is_floating_point(waveform.scalar_type()),
                  "[VoiceEncoder] expected a waveform [time] of floating numbers, got ",
                  waveform.scalar_type(), " ", waveform.sizes());
}

}  // namespace

VoiceEncoderImpl::VoiceEncoderImpl()
    : lstm_(nn::LSTMOptions(kBands, kEmbedding).num_layers(3).batch_first(true)),
      linear_(kEmbedding, kEmbedding) {
  register_module("lstm", lstm_);
  register_module("linear", linear_);
}

VoiceEncoderImpl::~VoiceEncoderImpl() = default;

Tensor VoiceEncoderImpl::forward(const Tensor& mels) {
  const Tensor hidden = std::get<0>(std::get<1>(lstm_(mels)));
  return unit_length(linear_(hidden.select(0, -1)).relu(), 1);
}

Tensor VoiceEncoderImpl::mel_spectrogram(const Tensor& waveform) {
  check_waveform(waveform);
  const Tensor spectra =
      stft(waveform, kWindow, kHop, kWindow, hann_window(kWindow, waveform.options()),
           /*center=*/true, "constant", /*normalized=*/false,
           /*onesided=*/true, /*return_complex=*/true);
  const Tensor bank = functional::melscale_fbanks(kWindow / 2 + 1, 0, kSampleRate / 2.0, kBands,
                                                  kSampleRate, functional::FilterNorm::Slaney,
                                                  functional::MelScale::Slaney, kDouble)
                          .to(waveform.scalar_type())
                          .to(waveform.device());
  return spectra.abs().square().transpose(0, 1).matmul(bank);
}

std::vector<int64_t> VoiceEncoderImpl::first_frames(int64_t samples,
                                                    const UtteranceOptions& options) {
  HEARTH_CHECK_AS(ValueError, options.min_coverage() > 0 && options.min_coverage() <= 1,
                  "[VoiceEncoder] expected min_coverage above 0, up to 1, got ",
                  options.min_coverage());
  const double per_part = kSampleRate / options.rate() / kHop;
  const auto step = static_cast<int64_t>(
      std::isfinite(per_part) ? std::clamp(std::nearbyint(per_part), 0.0, 1e6) : 0.0);
  HEARTH_CHECK_AS(ValueError, step >= 1 && step <= kPartFrames,
                  "[VoiceEncoder] expected a rate of 0.625 to 200 parts a second, got ",
                  options.rate());
  const int64_t frames = samples / kHop + 1;
  std::vector<int64_t> parts;
  for (int64_t i = 0; i < std::max<int64_t>(1, frames - kPartFrames + step + 1); i += step)
    parts.push_back(i);
  const double covered = static_cast<double>(samples - parts.back() * kHop) / (kPartFrames * kHop);
  if (covered < options.min_coverage() && parts.size() > 1) parts.pop_back();
  return parts;
}

Tensor VoiceEncoderImpl::embed_partials(const Tensor& waveform, const UtteranceOptions& options) {
  check_waveform(waveform);
  const NoGradGuard no_grad;
  const std::vector<int64_t> parts = first_frames(waveform.size(0), options);
  const int64_t end = (parts.back() + kPartFrames) * kHop;
  const Tensor mel = mel_spectrogram(
      end > waveform.size(0) ? constant_pad_nd(waveform, {0, end - waveform.size(0)}) : waveform);
  std::vector<Tensor> mels;
  for (const int64_t first : parts) mels.push_back(mel.narrow(0, first, kPartFrames));
  return forward(stack(mels));
}

Tensor VoiceEncoderImpl::embed_utterance(const Tensor& waveform, const UtteranceOptions& options) {
  return unit_length(embed_partials(waveform, options).mean(0), 0);
}

Tensor VoiceEncoderImpl::embed_speaker(const std::vector<Tensor>& waveforms,
                                       const UtteranceOptions& options) {
  HEARTH_CHECK_AS(ValueError, !waveforms.empty(), "[VoiceEncoder] a speaker without a waveform");
  std::vector<Tensor> utterances;
  for (const Tensor& waveform : waveforms) utterances.push_back(embed_utterance(waveform, options));
  return unit_length(stack(utterances).mean(0), 0);
}

Tensor normalize_volume(const Tensor& waveform, double target_dbfs) {
  const double power = waveform.to(kDouble).square().mean().item<double>();
  const double change = target_dbfs - 10 * std::log10(power);
  // Silence stays what it is.
  if (!(change > 0) || !std::isfinite(change)) return waveform;
  return waveform * std::pow(10, change / 20);
}

bool holds_voice_encoder(const TensorFile& weights) {
  return weights.contains("lstm.weight_ih_l0") ||
         weights.contains(cat_str(kCheckpoint, "lstm.weight_ih_l0"));
}

VoiceEncoder load_voice_encoder(const TensorFile& weights) {
  HEARTH_CHECK_AS(FormatError, holds_voice_encoder(weights), "[", weights.source(),
                  "] holds no voice encoder: expected Resemblyzer's names (lstm.weight_ih_l0 ...)");
  VoiceEncoder model;
  const auto name = [](const std::string& key) -> std::string {
    const std::string own =
        key.starts_with(kCheckpoint) ? key.substr(std::string_view(kCheckpoint).size()) : key;
    // What the loss of its training learned, and the optimizer, are no part of the network.
    return own.starts_with("lstm.") || own.starts_with("linear.") ? own : "";
  };
  nn::load_weights(
      weights, "voice encoder", [&](int64_t) -> nn::Module& { return *model; }, name);
  model->eval();
  return model;
}

}  // namespace hearth::audio::models
