// SPDX-License-Identifier: Apache-2.0
// Activations, element-wise functions and the softmax family, as functions and modules.
#pragma once

#include <optional>
#include <string>

#include "hearth/base/arg.h"
#include "hearth/base/dtype.h"
#include "hearth/nn/pimpl.h"

namespace hearth::nn {

/// Options of activations that have nothing but `inplace`: whether to overwrite the input.
#define HEARTH_INPLACE_OPTIONS(Name)                           \
  struct Name##Options {                                       \
    Name##Options(bool inplace = false) : inplace_(inplace) {} \
    HEARTH_ARG(bool, inplace);                                 \
  };
HEARTH_INPLACE_OPTIONS(ReLU)
HEARTH_INPLACE_OPTIONS(ReLU6)
HEARTH_INPLACE_OPTIONS(SELU)
HEARTH_INPLACE_OPTIONS(SiLU)
HEARTH_INPLACE_OPTIONS(Hardswish)
HEARTH_INPLACE_OPTIONS(Hardsigmoid)
#undef HEARTH_INPLACE_OPTIONS

/// Options of ELU: x below 0 becomes alpha * (exp(x) - 1).
struct ELUOptions {
  HEARTH_ARG(double, alpha) = 1.0;
  HEARTH_ARG(bool, inplace) = false;
};

/// Options of CELU: x below 0 becomes alpha * (exp(x / alpha) - 1).
struct CELUOptions {
  HEARTH_ARG(double, alpha) = 1.0;
  HEARTH_ARG(bool, inplace) = false;
};

/// Options of LeakyReLU.
struct LeakyReLUOptions {
  HEARTH_ARG(double, negative_slope) = 1e-2;
  HEARTH_ARG(bool, inplace) = false;
};

/// Options of RReLU: the range of the slopes below 0.
struct RReLUOptions {
  HEARTH_ARG(double, lower) = 1.0 / 8.0;
  HEARTH_ARG(double, upper) = 1.0 / 3.0;
  HEARTH_ARG(bool, inplace) = false;
};

/// Options of GELU: approximate is "none" (with erf) or "tanh".
struct GELUOptions {
  HEARTH_ARG(std::string, approximate) = "none";
};

/// Options of Hardshrink: values within [-lambda, lambda] become 0.
struct HardshrinkOptions {
  HardshrinkOptions(double lambda = 0.5) : lambda_(lambda) {}
  HEARTH_ARG(double, lambda);
};

/// Options of Softshrink: values move towards 0 by lambda and stop there.
struct SoftshrinkOptions {
  SoftshrinkOptions(double lambda = 0.5) : lambda_(lambda) {}
  HEARTH_ARG(double, lambda);
};

/// Options of Hardtanh.
struct HardtanhOptions {
  HEARTH_ARG(double, min_val) = -1.0;
  HEARTH_ARG(double, max_val) = 1.0;
  HEARTH_ARG(bool, inplace) = false;
};

/// Options of Softplus: log(1 + exp(beta * x)) / beta, and x itself where beta * x > threshold.
struct SoftplusOptions {
  HEARTH_ARG(double, beta) = 1.0;
  HEARTH_ARG(double, threshold) = 20.0;
};

/// Options of Threshold: x where x > threshold, else value.
struct ThresholdOptions {
  ThresholdOptions(double threshold, double value) : threshold_(threshold), value_(value) {}
  HEARTH_ARG(double, threshold);
  HEARTH_ARG(double, value);
  HEARTH_ARG(bool, inplace) = false;
};

/// Options of PReLU: one learned slope, or one per channel (dim 1).
struct PReLUOptions {
  HEARTH_ARG(int64_t, num_parameters) = 1;
  HEARTH_ARG(double, init) = 0.25;
};

/// Options of GLU: the dim that is halved.
struct GLUOptions {
  GLUOptions(int64_t dim = -1) : dim_(dim) {}
  HEARTH_ARG(int64_t, dim);
};

/// Options of the softmax family: the dim whose values are normalised.
struct SoftmaxOptions {
  SoftmaxOptions(int64_t dim) : dim_(dim) {}
  HEARTH_ARG(int64_t, dim);
};
using SoftminOptions = SoftmaxOptions;
using LogSoftmaxOptions = SoftmaxOptions;

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
HEARTH_ACTIVATION(RReLU, = {})
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

namespace functional {

using ELUFuncOptions = ELUOptions;
using SELUFuncOptions = SELUOptions;
using CELUFuncOptions = CELUOptions;
using ReLUFuncOptions = ReLUOptions;
using ReLU6FuncOptions = ReLU6Options;
using SiLUFuncOptions = SiLUOptions;
using HardswishFuncOptions = HardswishOptions;
using HardsigmoidFuncOptions = HardsigmoidOptions;
using LeakyReLUFuncOptions = LeakyReLUOptions;
using GELUFuncOptions = GELUOptions;
using HardshrinkFuncOptions = HardshrinkOptions;
using SoftshrinkFuncOptions = SoftshrinkOptions;
using HardtanhFuncOptions = HardtanhOptions;
using SoftplusFuncOptions = SoftplusOptions;
using ThresholdFuncOptions = ThresholdOptions;
using GLUFuncOptions = GLUOptions;

/// Options of F::rrelu: as RReLUOptions, and whether slopes are drawn.
struct RReLUFuncOptions {
  HEARTH_ARG(double, lower) = 1.0 / 8.0;
  HEARTH_ARG(double, upper) = 1.0 / 3.0;
  HEARTH_ARG(bool, training) = false;
  HEARTH_ARG(bool, inplace) = false;
};

/// Options of F::softmax: the dim, and a dtype to convert the input to first.
struct SoftmaxFuncOptions {
  SoftmaxFuncOptions(int64_t dim) : dim_(dim) {}
  SoftmaxFuncOptions(const SoftmaxOptions& options) : dim_(options.dim()) {}
  HEARTH_ARG(int64_t, dim);
  HEARTH_ARG(std::optional<Dtype>, dtype) = std::nullopt;
};
using SoftminFuncOptions = SoftmaxFuncOptions;
using LogSoftmaxFuncOptions = SoftmaxFuncOptions;

/// Options of F::gumbel_softmax: temperature, and whether the result is one-hot.
struct GumbelSoftmaxFuncOptions {
  HEARTH_ARG(double, tau) = 1.0;
  HEARTH_ARG(bool, hard) = false;
  HEARTH_ARG(int, dim) = -1;
};

/// x above 0, alpha (exp(x) - 1) below.
HEARTH_API Tensor elu(const Tensor& input, const ELUFuncOptions& options = {});
/// elu with the constants of self-normalising networks (Klambauer et al. 2017).
HEARTH_API Tensor selu(const Tensor& input, const SELUFuncOptions& options = {});
/// max(0, x) + min(0, alpha (exp(x / alpha) - 1)).
HEARTH_API Tensor celu(const Tensor& input, const CELUFuncOptions& options = {});
/// max(0, x).
HEARTH_API Tensor relu(const Tensor& input, const ReLUFuncOptions& options = {});
/// min(max(0, x), 6).
HEARTH_API Tensor relu6(const Tensor& input, const ReLU6FuncOptions& options = {});
/// x above 0, negative_slope x below.
HEARTH_API Tensor leaky_relu(const Tensor& input, const LeakyReLUFuncOptions& options = {});
/// leaky_relu with a slope drawn for each element in training, and their mean otherwise.
HEARTH_API Tensor rrelu(const Tensor& input, const RReLUFuncOptions& options = {});
/// leaky_relu with a learned slope: one, or one for each channel (dim 1).
HEARTH_API Tensor prelu(const Tensor& input, const Tensor& weight);
/// x times the normal distribution function of x, exact or by tanh.
HEARTH_API Tensor gelu(const Tensor& input, const GELUFuncOptions& options = {});
/// x sigmoid(x).
HEARTH_API Tensor silu(const Tensor& input, const SiLUFuncOptions& options = {});
/// x * tanh(softplus(x)).
HEARTH_API Tensor mish(const Tensor& input);
/// x min(max(0, x + 3), 6) / 6.
HEARTH_API Tensor hardswish(const Tensor& input, const HardswishFuncOptions& options = {});
/// min(max(0, x + 3), 6) / 6.
HEARTH_API Tensor hardsigmoid(const Tensor& input, const HardsigmoidFuncOptions& options = {});
/// x within [min_val, max_val].
HEARTH_API Tensor hardtanh(const Tensor& input, const HardtanhFuncOptions& options = {});
/// x, but 0 within [-lambda, lambda].
HEARTH_API Tensor hardshrink(const Tensor& input, const HardshrinkFuncOptions& options = {});
/// x moved towards 0 by lambda, as far as 0.
HEARTH_API Tensor softshrink(const Tensor& input, const SoftshrinkFuncOptions& options = {});
/// log(1 + exp(beta x)) / beta, and x where beta x is above threshold.
HEARTH_API Tensor softplus(const Tensor& input, const SoftplusFuncOptions& options = {});
/// x / (1 + |x|).
HEARTH_API Tensor softsign(const Tensor& input);
/// x - tanh(x).
HEARTH_API Tensor tanhshrink(const Tensor& input);
/// log(sigmoid(x)).
HEARTH_API Tensor logsigmoid(const Tensor& input);
/// x above threshold, else value.
HEARTH_API Tensor threshold(const Tensor& input, const ThresholdFuncOptions& options);
/// The first half along a dim times the sigmoid of the second.
HEARTH_API Tensor glu(const Tensor& input, const GLUFuncOptions& options = {});
/// exp(x) over its sum along a dim.
HEARTH_API Tensor softmax(const Tensor& input, const SoftmaxFuncOptions& options);
/// softmax(-x).
HEARTH_API Tensor softmin(const Tensor& input, const SoftminFuncOptions& options);
/// log(softmax(x)), exact for large x too.
HEARTH_API Tensor log_softmax(const Tensor& input, const LogSoftmaxFuncOptions& options);
/// A sample of the relaxed categorical distribution with these logits. With `hard` it is one-hot,
/// with the gradient of the relaxed sample.
HEARTH_API Tensor gumbel_softmax(const Tensor& logits,
                                 const GumbelSoftmaxFuncOptions& options = {});

}  // namespace functional
}  // namespace hearth::nn
