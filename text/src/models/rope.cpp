// SPDX-License-Identifier: Apache-2.0
#include "models/rope.h"

#include <algorithm>
#include <cmath>
#include <mutex>
#include <numbers>
#include <utility>
#include <vector>

#include "hearth/autograd/grad_mode.h"
#include "hearth/cuda/device.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/factory.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/view.h"
#include "hearth/tensor/tensor_literal.h"
#include "hearth/text/models/decoder_config.h"

namespace hearth::text {
namespace {

/// Llama 3: low frequencies divided by the factor, high ones as they are, a ramp between.
Tensor llama3(const Tensor& frequencies, const RopeParameters& rope, double context) {
  const double low = context / rope.low_freq_factor(), high = context / rope.high_freq_factor();
  const Tensor length = 2 * std::numbers::pi / frequencies;
  const Tensor divided = frequencies / rope.factor();
  const Tensor smooth = (context / length - rope.low_freq_factor()) /
                        (rope.high_freq_factor() - rope.low_freq_factor());
  const Tensor mixed = (1 - smooth) * divided + smooth * frequencies;
  return where(length.gt(low), divided, where(length.lt(high), frequencies, mixed));
}

/// YaRN (Peng et al., 2023): a ramp over dims, between those that turn often and seldom within the
/// context that the model was trained on.
Tensor yarn(const Tensor& frequencies, const RopeParameters& rope, int64_t dim, double context) {
  const auto dim_of = [&](double turns) {
    return static_cast<double>(dim) * std::log(context / (turns * 2 * std::numbers::pi)) /
           (2 * std::log(rope.rope_theta()));
  };
  double low = dim_of(rope.beta_fast()), high = dim_of(rope.beta_slow());
  if (rope.truncate()) {
    low = std::floor(low);
    high = std::ceil(high);
  }
  low = std::max(low, 0.0);
  high = std::min(high, static_cast<double>(dim - 1));
  if (low == high) high += 0.001;
  const Tensor ramp = ((arange(dim / 2, kFloat) - low) / (high - low)).clamp(0, 1);
  return frequencies / rope.factor() * ramp + frequencies * (1 - ramp);
}

double yarn_scale(const RopeParameters& rope) {
  if (rope.attention_factor()) return *rope.attention_factor();
  const auto scale = [&](double m) {
    return rope.factor() <= 1 ? 1.0 : 0.1 * m * std::log(rope.factor()) + 1;
  };
  return rope.mscale() != 0 && rope.mscale_all_dim() != 0
             ? scale(rope.mscale()) / scale(rope.mscale_all_dim())
             : scale(1);
}

/// LongRoPE (Ding et al., 2024).
double longrope_scale(const RopeParameters& rope, double context) {
  if (rope.attention_factor()) return *rope.attention_factor();
  return rope.factor() <= 1 ? 1 : std::sqrt(1 + std::log(rope.factor()) / std::log(context));
}

}  // namespace

struct RotaryEmbedding::Copies {
  std::mutex mutex;
  std::vector<std::pair<Tensor, Tensor>> all;  ///< what stays, and the same on another device
};

Tensor RotaryEmbedding::on_device(const Tensor& frequencies, Device device) const {
  const bool stays = frequencies.is_same(frequencies_) || frequencies.is_same(long_frequencies_);
  if (!stays || frequencies.device() == device) return frequencies.to(device);
  const std::lock_guard lock(copies_->mutex);
  for (const auto& [original, copy] : copies_->all)
    if (original.is_same(frequencies) && copy.device() == device) return copy;
  const Tensor copy = frequencies.to(device);
  // Other streams shall find it there.
  if (device.is_cuda()) cuda::synchronize(device.index());
  return copies_->all.emplace_back(frequencies, copy).second;
}

Tensor RotaryEmbedding::frequencies(double theta) const {
  const Tensor exponents = arange(0, head_dim_, 2, kFloat) / static_cast<double>(head_dim_);
  return 1 / hearth::pow(Scalar(theta), exponents);
}

RotaryEmbedding::RotaryEmbedding(const RopeParameters& rope, int64_t head_dim,
                                 int64_t max_position_embeddings)
    : dynamic_(rope.rope_type() == "dynamic"),
      theta_(rope.rope_theta()),
      factor_(rope.factor()),
      head_dim_(head_dim),
      max_position_embeddings_(max_position_embeddings),
      copies_(std::make_shared<Copies>()) {
  const NoGradGuard no_grad;
  frequencies_ = frequencies(theta_);
  const auto context = static_cast<double>(rope.original_max_position_embeddings() > 0
                                               ? rope.original_max_position_embeddings()
                                               : max_position_embeddings);
  if (rope.rope_type() == "linear") frequencies_ = frequencies_ / factor_;
  if (rope.rope_type() == "llama3") frequencies_ = llama3(frequencies_, rope, context);
  if (rope.rope_type() == "yarn") {
    frequencies_ = yarn(frequencies_, rope, head_dim, context);
    scale_ = yarn_scale(rope);
  }
  if (rope.rope_type() == "longrope") {
    long_frequencies_ = frequencies_ / tensor(rope.long_factor(), kFloat);
    frequencies_ = frequencies_ / tensor(rope.short_factor(), kFloat);
    original_length_ = static_cast<int64_t>(context);
    scale_ = longrope_scale(rope, context);
  }
}

Tensor RotaryEmbedding::frequencies_up_to(int64_t last) const {
  if (long_frequencies_.defined())
    return last >= original_length_ ? long_frequencies_ : frequencies_;
  if (!dynamic_ || last < max_position_embeddings_ || head_dim_ <= 2) return frequencies_;
  // A longer sequence than trained on: a larger base, as far as it goes beyond.
  const auto dim = static_cast<double>(head_dim_);
  const auto length = static_cast<double>(last + 1);
  const double stretch =
      factor_ * length / static_cast<double>(max_position_embeddings_) - (factor_ - 1);
  return frequencies(theta_ * std::pow(stretch, dim / (dim - 2)));
}

Angles RotaryEmbedding::angles(const Tensor& positions, ScalarType dtype) const {
  const NoGradGuard no_grad;
  const bool by_length = (dynamic_ || long_frequencies_.defined()) && positions.numel() > 0;
  const Tensor f = frequencies_up_to(by_length ? positions.max().item<int64_t>() : 0);
  const Tensor half = positions.unsqueeze(-1).to(kFloat) * on_device(f, positions.device());
  const Tensor both = cat({half, half}, -1);
  return {(both.cos() * scale_).to(dtype), (both.sin() * scale_).to(dtype)};
}

Tensor rotate(const Tensor& x, const Angles& angles) {
  const int64_t half = x.size(-1) / 2;
  const Tensor turned = cat({-x.narrow(-1, half, half), x.narrow(-1, 0, half)}, -1);
  return x * angles.cos.unsqueeze(1) + turned * angles.sin.unsqueeze(1);
}

}  // namespace hearth::text
