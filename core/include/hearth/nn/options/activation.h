// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "hearth/base/arg.h"
#include "hearth/base/dtype.h"

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

}  // namespace functional
}  // namespace hearth::nn
