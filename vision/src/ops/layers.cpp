// SPDX-License-Identifier: Apache-2.0
#include "hearth/vision/ops/layers.h"

#include <ostream>

#include "hearth/nn/modules/activation.h"
#include "hearth/nn/modules/dropout.h"
#include "hearth/nn/modules/linear.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/normalization.h"
#include "hearth/ops/random.h"

namespace hearth::vision::ops {

nn::AnyModule make_activation(Activation activation) {
  switch (activation) {
    case Activation::ReLU:
      return nn::AnyModule(nn::ReLU(nn::ReLUOptions(true)));
    case Activation::ReLU6:
      return nn::AnyModule(nn::ReLU6(nn::ReLU6Options(true)));
    case Activation::SiLU:
      return nn::AnyModule(nn::SiLU(nn::SiLUOptions(true)));
    case Activation::GELU:
      return nn::AnyModule(nn::GELU());
    case Activation::Hardswish:
      return nn::AnyModule(nn::Hardswish(nn::HardswishOptions(true)));
    case Activation::Sigmoid:
      return nn::AnyModule(nn::Sigmoid());
    case Activation::Hardsigmoid:
      return nn::AnyModule(nn::Hardsigmoid(nn::HardsigmoidOptions(true)));
    case Activation::None:
      break;
  }
  throw ValueError("[make_activation] there is no module of none");
}

nn::AnyModule make_norm(const NormLayer& norm, int64_t channels) {
  switch (norm.kind) {
    case Norm::BatchNorm2d:
      return nn::AnyModule(
          nn::BatchNorm2d(nn::BatchNorm2dOptions(channels).eps(norm.eps).momentum(norm.momentum)));
    case Norm::FrozenBatchNorm2d:
      return nn::AnyModule(FrozenBatchNorm2d(channels, norm.eps));
    case Norm::LayerNorm2d:
      return nn::AnyModule(LayerNorm2d(channels, norm.eps));
    case Norm::None:
      break;
  }
  throw ValueError("[make_norm] there is no module of none");
}

namespace {

ExpandingArray<2> padding_of(const Conv2dNormActivationOptions& o) {
  if (o.padding()) return *o.padding();
  ExpandingArray<2> padding = 0;
  for (size_t d = 0; d < 2; ++d)
    (*padding)[d] = ((*o.kernel_size())[d] - 1) / 2 * (*o.dilation())[d];
  return padding;
}

}  // namespace

Conv2dNormActivationImpl::Conv2dNormActivationImpl(const Conv2dNormActivationOptions& options_)
    : options(options_) {
  const bool normalizes = options.norm_layer().kind != Norm::None;
  push_back(nn::Conv2d(
      nn::Conv2dOptions(options.in_channels(), options.out_channels(), options.kernel_size())
          .stride(options.stride())
          .padding(padding_of(options))
          .dilation(options.dilation())
          .groups(options.groups())
          .bias(options.bias().value_or(!normalizes))));
  if (normalizes) push_back(make_norm(options.norm_layer(), options.out_channels()));
  if (options.activation() != Activation::None) push_back(make_activation(options.activation()));
}
Conv2dNormActivationImpl::~Conv2dNormActivationImpl() = default;

SqueezeExcitationImpl::SqueezeExcitationImpl(int64_t input_channels, int64_t squeeze_channels,
                                             Activation activation, Activation scale_activation)
    : avgpool_(1),
      fc1_(nn::Conv2dOptions(input_channels, squeeze_channels, 1)),
      fc2_(nn::Conv2dOptions(squeeze_channels, input_channels, 1)),
      activation_(make_activation(activation)),
      scale_activation_(make_activation(scale_activation)) {
  register_module("avgpool", avgpool_);
  register_module("fc1", fc1_);
  register_module("fc2", fc2_);
  register_module("activation", activation_.ptr());
  register_module("scale_activation", scale_activation_.ptr());
}
SqueezeExcitationImpl::~SqueezeExcitationImpl() = default;

Tensor SqueezeExcitationImpl::forward(const Tensor& input) {
  const Tensor hidden = activation_.forward(fc1_(avgpool_(input)));
  return input * scale_activation_.forward(fc2_(hidden));
}

MLPImpl::MLPImpl(int64_t in_channels, const std::vector<int64_t>& hidden_channels,
                 Activation activation, double dropout, bool bias) {
  int64_t in = in_channels;
  for (size_t i = 0; i < hidden_channels.size(); ++i) {
    push_back(nn::Linear(nn::LinearOptions(in, hidden_channels[i]).bias(bias)));
    if (i + 1 < hidden_channels.size()) push_back(make_activation(activation));
    push_back(nn::Dropout(dropout));
    in = hidden_channels[i];
  }
}
MLPImpl::~MLPImpl() = default;

PermuteImpl::PermuteImpl(std::vector<int64_t> dims) : dims_(std::move(dims)) {}
PermuteImpl::~PermuteImpl() = default;
Tensor PermuteImpl::forward(const Tensor& input) { return input.permute(dims_); }
void PermuteImpl::pretty_print(std::ostream& stream) const {
  stream << "Permute(" << IntArrayRef(dims_) << ")";
}

Tensor stochastic_depth(const Tensor& input, double p, StochasticDepthMode mode, bool training) {
  HEARTH_CHECK_AS(ValueError, p >= 0 && p <= 1,
                  "[stochastic_depth] expected a probability of 0 to 1, got ", p);
  if (!training || p == 0) return input;
  std::vector<int64_t> sizes(static_cast<size_t>(input.dim()), 1);
  if (mode == StochasticDepthMode::Row) {
    HEARTH_CHECK_AS(ShapeError, input.dim() > 0,
                    "[stochastic_depth] expected samples in dim 0, got a 0-dim tensor");
    sizes[0] = input.size(0);
  }
  Tensor kept = empty(sizes, input.options()).bernoulli_(1 - p);
  if (p < 1) kept.div_(1 - p);
  return input * kept;
}

StochasticDepthImpl::StochasticDepthImpl(double p, StochasticDepthMode mode) : p_(p), mode_(mode) {}
StochasticDepthImpl::~StochasticDepthImpl() = default;
Tensor StochasticDepthImpl::forward(const Tensor& input) {
  return stochastic_depth(input, p_, mode_, is_training());
}
void StochasticDepthImpl::pretty_print(std::ostream& stream) const {
  stream << "StochasticDepth(p=" << p_
         << ", mode=" << (mode_ == StochasticDepthMode::Row ? "row" : "batch") << ")";
}

LayerNorm2dImpl::LayerNorm2dImpl(int64_t channels, double eps)
    : nn::LayerNormImpl(nn::LayerNormOptions({channels}).eps(eps)) {}
LayerNorm2dImpl::~LayerNorm2dImpl() = default;
Tensor LayerNorm2dImpl::forward(const Tensor& input) {
  return nn::LayerNormImpl::forward(input.permute({0, 2, 3, 1})).permute({0, 3, 1, 2});
}

FrozenBatchNorm2dImpl::FrozenBatchNorm2dImpl(int64_t num_features, double eps)
    : weight(register_buffer("weight", ones({num_features}))),
      bias(register_buffer("bias", zeros({num_features}))),
      running_mean(register_buffer("running_mean", zeros({num_features}))),
      running_var(register_buffer("running_var", ones({num_features}))),
      eps_(eps) {}
FrozenBatchNorm2dImpl::~FrozenBatchNorm2dImpl() = default;

Tensor FrozenBatchNorm2dImpl::forward(const Tensor& input) {
  const Tensor scale = weight * (running_var + eps_).rsqrt();
  const Tensor shift = bias - running_mean * scale;
  return input * scale.reshape({1, -1, 1, 1}) + shift.reshape({1, -1, 1, 1});
}

void FrozenBatchNorm2dImpl::pretty_print(std::ostream& stream) const {
  stream << "FrozenBatchNorm2d(" << weight.size(0) << ", eps=" << eps_ << ")";
}

void FrozenBatchNorm2dImpl::upgrade_state(OrderedDict<std::string, Tensor>& state,
                                          const std::string& prefix, std::optional<int64_t>) const {
  const std::string counter = prefix + "num_batches_tracked";
  if (state.contains(counter)) state.erase(counter);
}

}  // namespace hearth::vision::ops
