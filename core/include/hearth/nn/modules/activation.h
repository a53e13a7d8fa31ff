// SPDX-License-Identifier: Apache-2.0
// Activations: element-wise functions and the softmax family, as modules. Each computes the
// function of nn::functional of the same name; see there and at its options.
#pragma once

#include "hearth/nn/options/activation.h"
#include "hearth/nn/pimpl.h"

namespace hearth::nn {

/// An activation with options; `...` is the options' default, if there is one.
#define HEARTH_ACTIVATION(Name, ...)                                \
  class HEARTH_API Name##Impl : public Module {                     \
   public:                                                          \
    explicit Name##Impl(const Name##Options& options_ __VA_ARGS__); \
    HEARTH_BUILTIN_MODULE(Name##Impl)                               \
    Tensor forward(const Tensor& input);                            \
    Name##Options options;                                          \
  };                                                                \
  HEARTH_MODULE(Name);
HEARTH_ACTIVATION(ELU, = {})
HEARTH_ACTIVATION(SELU, = {})
HEARTH_ACTIVATION(CELU, = {})
HEARTH_ACTIVATION(ReLU, = {})
HEARTH_ACTIVATION(ReLU6, = {})
HEARTH_ACTIVATION(LeakyReLU, = {})
HEARTH_ACTIVATION(GELU, = {})
HEARTH_ACTIVATION(SiLU, = {})
HEARTH_ACTIVATION(Hardswish, = {})
HEARTH_ACTIVATION(Hardsigmoid, = {})
HEARTH_ACTIVATION(Hardtanh, = {})
HEARTH_ACTIVATION(Hardshrink, = {})
HEARTH_ACTIVATION(Softshrink, = {})
HEARTH_ACTIVATION(Softplus, = {})
HEARTH_ACTIVATION(GLU, = {})
HEARTH_ACTIVATION(Softmax)
HEARTH_ACTIVATION(Softmin)
HEARTH_ACTIVATION(LogSoftmax)
#undef HEARTH_ACTIVATION

/// An activation without options.
#define HEARTH_ACTIVATION(Name)                 \
  class HEARTH_API Name##Impl : public Module { \
   public:                                      \
    Name##Impl();                               \
    HEARTH_BUILTIN_MODULE(Name##Impl)           \
    Tensor forward(const Tensor& input);        \
  };                                            \
  HEARTH_MODULE(Name);
HEARTH_ACTIVATION(Sigmoid)
HEARTH_ACTIVATION(Tanh)
HEARTH_ACTIVATION(LogSigmoid)
HEARTH_ACTIVATION(Mish)
HEARTH_ACTIVATION(Softsign)
HEARTH_ACTIVATION(Tanhshrink)
/// Softmax over the channels of images [N, C, H, W] or [C, H, W].
HEARTH_ACTIVATION(Softmax2d)
#undef HEARTH_ACTIVATION

/// x where x > threshold, else value.
class HEARTH_API ThresholdImpl : public Module {
 public:
  ThresholdImpl(double threshold, double value);
  explicit ThresholdImpl(const ThresholdOptions& options_);
  HEARTH_BUILTIN_MODULE(ThresholdImpl)
  Tensor forward(const Tensor& input);
  ThresholdOptions options;
};
HEARTH_MODULE(Threshold);

/// x above 0, weight * x below, with a learned weight.
class HEARTH_API PReLUImpl : public Module {
 public:
  explicit PReLUImpl(const PReLUOptions& options_ = {});
  HEARTH_BUILTIN_MODULE(PReLUImpl)
  Tensor forward(const Tensor& input);
  PReLUOptions options;
  Tensor weight;  ///< [num_parameters]
};
HEARTH_MODULE(PReLU);

}  // namespace hearth::nn
