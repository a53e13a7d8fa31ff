// SPDX-License-Identifier: Apache-2.0
#include "hearth/nn/modules/conv_norm.h"

#include <variant>

#include "hearth/autograd/grad_mode.h"
#include "hearth/interceptors/autocast.h"
#include "hearth/nn/modules/activation.h"
#include "hearth/ops/pointwise.h"

#include "nn/modules/join_layers.h"

namespace hearth::nn {
namespace {

std::vector<int64_t> list(const ExpandingArray<2>& of) { return {(*of)[0], (*of)[1]}; }

Tensor activate(Tensor x, ConvActivation activation) {
  switch (activation) {
    case ConvActivation::ReLU:
      return x.relu_();
    case ConvActivation::ReLU6:
      return relu6(x);
    case ConvActivation::SiLU:
      return silu(x);
    case ConvActivation::Hardswish:
      return hardswish(x);
    default:
      return x;
  }
}

/// The layer as one that has no hooks; null for another.
template <typename Layer>
Layer* as(const AnyModule& layer) {
  if (layer.type_info() != typeid(Layer)) return nullptr;
  const auto module = layer.ptr();
  return module->has_forward_hooks() ? nullptr : static_cast<Layer*>(module.get());
}

ConvActivation activation_of(const AnyModule& layer) {
  if (as<ReLUImpl>(layer)) return ConvActivation::ReLU;
  if (as<ReLU6Impl>(layer)) return ConvActivation::ReLU6;
  if (as<SiLUImpl>(layer)) return ConvActivation::SiLU;
  if (as<HardswishImpl>(layer)) return ConvActivation::Hardswish;
  return ConvActivation::None;
}

/// The one pass; norm may be null.
Tensor joined_conv_norm(const Conv2dImpl& conv, const BatchNorm2dImpl* norm, const Tensor& input,
                        ConvActivation activation, const Tensor& residual = {}) {
  const auto& options = conv.options;
  ConvNormStatistics statistics;
  if (norm) statistics = {norm->running_mean, norm->running_var, norm->weight, norm->bias};
  return hearth::conv_norm(input, conv.weight, conv.bias, statistics, residual,
                           ConvNormOptions()
                               .stride(list(options.stride()))
                               .padding(list(std::get<ExpandingArray<2>>(options.padding())))
                               .dilation(list(options.dilation()))
                               .groups(options.groups())
                               .eps(norm ? norm->options.eps() : 1e-5)
                               .activation(activation));
}

}  // namespace

size_t join_layers(ArrayRef<AnyModule> layers, Tensor& x) {
  if (!x.defined()) return 0;
  if (auto* norm = as<BatchNorm2dImpl>(layers[0]); norm && layers.size() > 1) {
    const auto activation = activation_of(layers[1]);
    if (activation == ConvActivation::None || !joins_norm_act(*norm, x, {})) return 0;
    x = norm_act(*norm, x, activation, {});
    return 2;
  }
  const auto* conv = as<Conv2dImpl>(layers[0]);
  if (!conv) return 0;
  size_t n = 1;
  const auto* norm = n < layers.size() ? as<BatchNorm2dImpl>(layers[n]) : nullptr;
  if (norm) ++n;
  const auto activation = n < layers.size() ? activation_of(layers[n]) : ConvActivation::None;
  if (activation != ConvActivation::None) ++n;
  if (n == 1 || !joins_conv_norm(*conv, norm, x)) return 0;
  x = joined_conv_norm(*conv, norm, x, activation);
  return n;
}

bool joins_conv_norm(const Conv2dImpl& conv, const BatchNorm2dImpl* norm, const Tensor& input) {
  if (GradMode::is_enabled() || is_autocast_enabled() || conv.has_forward_hooks() ||
      input.dim() != 4 || input.scalar_type() != kFloat || conv.weight.scalar_type() != kFloat)
    return false;
  if (!std::holds_alternative<enumtype::kZeros>(conv.options.padding_mode()) ||
      !std::holds_alternative<ExpandingArray<2>>(conv.options.padding()))
    return false;
  // Without eps, the variance may be 0, where the order of operations matters.
  return !norm ||
         (!norm->is_training() && !norm->has_forward_hooks() && norm->running_mean.defined() &&
          norm->running_mean.scalar_type() == kFloat && norm->options.eps() > 0);
}

Tensor conv_norm(Conv2d& conv, BatchNorm2d& norm, const Tensor& input, ConvActivation activation,
                 const Tensor& residual) {
  if (joins_conv_norm(*conv, norm ? norm.get() : nullptr, input))
    return joined_conv_norm(*conv, norm ? norm.get() : nullptr, input, activation, residual);
  Tensor x = conv(input);
  if (norm && joins_norm_act(*norm, x, residual)) return norm_act(*norm, x, activation, residual);
  if (norm) x = norm(x);
  if (residual.defined()) x = x.add_(residual);
  return activate(x, activation);
}

}  // namespace hearth::nn
