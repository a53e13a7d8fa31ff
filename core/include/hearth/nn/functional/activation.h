// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hearth/nn/options/activation.h"
#include "hearth/tensor/tensor.h"

namespace hearth::nn::functional {

HEARTH_API Tensor elu(const Tensor& input, const ELUFuncOptions& options = {});
HEARTH_API Tensor selu(const Tensor& input, const SELUFuncOptions& options = {});
HEARTH_API Tensor celu(const Tensor& input, const CELUFuncOptions& options = {});
HEARTH_API Tensor relu(const Tensor& input, const ReLUFuncOptions& options = {});
HEARTH_API Tensor relu6(const Tensor& input, const ReLU6FuncOptions& options = {});
HEARTH_API Tensor leaky_relu(const Tensor& input, const LeakyReLUFuncOptions& options = {});
HEARTH_API Tensor prelu(const Tensor& input, const Tensor& weight);
HEARTH_API Tensor gelu(const Tensor& input, const GELUFuncOptions& options = {});
HEARTH_API Tensor silu(const Tensor& input, const SiLUFuncOptions& options = {});
/// x * tanh(softplus(x)).
HEARTH_API Tensor mish(const Tensor& input);
HEARTH_API Tensor hardswish(const Tensor& input, const HardswishFuncOptions& options = {});
HEARTH_API Tensor hardsigmoid(const Tensor& input, const HardsigmoidFuncOptions& options = {});
HEARTH_API Tensor hardtanh(const Tensor& input, const HardtanhFuncOptions& options = {});
HEARTH_API Tensor hardshrink(const Tensor& input, const HardshrinkFuncOptions& options = {});
HEARTH_API Tensor softshrink(const Tensor& input, const SoftshrinkFuncOptions& options = {});
HEARTH_API Tensor softplus(const Tensor& input, const SoftplusFuncOptions& options = {});
/// x / (1 + |x|).
HEARTH_API Tensor softsign(const Tensor& input);
/// x - tanh(x).
HEARTH_API Tensor tanhshrink(const Tensor& input);
HEARTH_API Tensor logsigmoid(const Tensor& input);
HEARTH_API Tensor threshold(const Tensor& input, const ThresholdFuncOptions& options);
/// The first half along a dim times the sigmoid of the second.
HEARTH_API Tensor glu(const Tensor& input, const GLUFuncOptions& options = {});
HEARTH_API Tensor softmax(const Tensor& input, const SoftmaxFuncOptions& options);
HEARTH_API Tensor softmin(const Tensor& input, const SoftminFuncOptions& options);
HEARTH_API Tensor log_softmax(const Tensor& input, const LogSoftmaxFuncOptions& options);
/// A sample of the relaxed categorical distribution with these logits. With `hard` it is one-hot,
/// with the gradient of the relaxed sample.
HEARTH_API Tensor gumbel_softmax(const Tensor& logits,
                                 const GumbelSoftmaxFuncOptions& options = {});

}  // namespace hearth::nn::functional
