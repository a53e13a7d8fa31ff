// SPDX-License-Identifier: Apache-2.0
#include "hearth/nn/modules/activation.h"

#include "hearth/nn/init.h"
#include "hearth/ops/activation.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/softmax.h"
#include "hearth/ops/view.h"

#include "nn/builtin.h"

namespace hearth::nn {

namespace functional {

Tensor elu(const Tensor& input, const ELUFuncOptions& options) {
  Tensor self = input;
  return options.inplace() ? elu_(self, options.alpha()) : hearth::elu(self, options.alpha());
}
Tensor celu(const Tensor& input, const CELUFuncOptions& options) {
  Tensor self = input;
  return options.inplace() ? celu_(self, options.alpha()) : hearth::celu(self, options.alpha());
}

// Activations that have an in-place op of their own.
#define HEARTH_INPLACE_ACTIVATION(name, Options)                   \
  Tensor name(const Tensor& input, const Options& options) {       \
    Tensor self = input;                                           \
    return options.inplace() ? name##_(self) : hearth::name(self); \
  }
HEARTH_INPLACE_ACTIVATION(relu, ReLUFuncOptions)
HEARTH_INPLACE_ACTIVATION(relu6, ReLU6FuncOptions)
HEARTH_INPLACE_ACTIVATION(selu, SELUFuncOptions)
HEARTH_INPLACE_ACTIVATION(silu, SiLUFuncOptions)
HEARTH_INPLACE_ACTIVATION(hardswish, HardswishFuncOptions)
HEARTH_INPLACE_ACTIVATION(hardsigmoid, HardsigmoidFuncOptions)
#undef HEARTH_INPLACE_ACTIVATION

Tensor leaky_relu(const Tensor& input, const LeakyReLUFuncOptions& options) {
  Tensor self = input;
  return options.inplace() ? leaky_relu_(self, options.negative_slope())
                           : hearth::leaky_relu(self, options.negative_slope());
}

Tensor rrelu(const Tensor& input, const RReLUFuncOptions& options) {
  HEARTH_CHECK_AS(ValueError, options.lower() <= options.upper(),
                  "[rrelu] Lower bound should be less than or equal to the upper bound, got ",
                  options.lower(), " and ", options.upper());
  if (!options.training())
    return leaky_relu(input, LeakyReLUFuncOptions()
                                 .negative_slope((options.lower() + options.upper()) / 2)
                                 .inplace(options.inplace()));
  const Tensor drawn = empty_like(input.detach()).uniform_(options.lower(), options.upper());
  const Tensor slope = where(input.detach() > 0, 1, drawn);
  return options.inplace() ? input.mul_(slope) : input * slope;
}

Tensor prelu(const Tensor& input, const Tensor& weight) { return hearth::prelu(input, weight); }

Tensor gelu(const Tensor& input, const GELUFuncOptions& options) {
  return hearth::gelu(input, options.approximate());
}

Tensor mish(const Tensor& input) { return hearth::mish(input); }

Tensor hardtanh(const Tensor& input, const HardtanhFuncOptions& options) {
  Tensor self = input;
  return options.inplace() ? hardtanh_(self, options.min_val(), options.max_val())
                           : hearth::hardtanh(self, options.min_val(), options.max_val());
}

Tensor hardshrink(const Tensor& input, const HardshrinkFuncOptions& options) {
  return hearth::hardshrink(input, options.lambda());
}

Tensor softshrink(const Tensor& input, const SoftshrinkFuncOptions& options) {
  return hearth::softshrink(input, options.lambda());
}

Tensor softplus(const Tensor& input, const SoftplusFuncOptions& options) {
  return hearth::softplus(input, options.beta(), options.threshold());
}
Tensor softsign(const Tensor& input) { return input / (input.abs() + 1); }
Tensor tanhshrink(const Tensor& input) { return input - input.tanh(); }
Tensor logsigmoid(const Tensor& input) { return hearth::log_sigmoid(input); }

Tensor threshold(const Tensor& input, const ThresholdFuncOptions& options) {
  if (options.inplace()) return input.masked_fill_(input <= options.threshold(), options.value());
  return hearth::threshold(input, options.threshold(), options.value());
}

Tensor glu(const Tensor& input, const GLUFuncOptions& options) {
  return hearth::glu(input, options.dim());
}

Tensor softmax(const Tensor& input, const SoftmaxFuncOptions& options) {
  return hearth::softmax(input, options.dim(), options.dtype());
}
Tensor softmin(const Tensor& input, const SoftminFuncOptions& options) {
  return hearth::softmax(-input, options.dim(), options.dtype());
}
Tensor log_softmax(const Tensor& input, const LogSoftmaxFuncOptions& options) {
  return hearth::log_softmax(input, options.dim(), options.dtype());
}

Tensor gumbel_softmax(const Tensor& logits, const GumbelSoftmaxFuncOptions& options) {
  // Exponential samples are never 0, as a logarithm of uniform ones is now and then.
  const Tensor gumbels = -empty_like(logits).exponential_().log();
  const Tensor soft = hearth::softmax((logits + gumbels) / options.tau(), options.dim());
  if (!options.hard()) return soft;
  const Tensor index = std::get<1>(soft.max(options.dim(), /*keepdim=*/true));
  const Tensor hard = zeros_like(soft.detach()).scatter_(options.dim(), index, 1.0);
  return hard - soft.detach() + soft;
}

}  // namespace functional

namespace F = functional;

// One activation: what forward computes, and PrintStyle's fields.
#define HEARTH_RULES(Name, result, ...)                              \
  void Name##Impl::reset() {}                                        \
  Tensor Name##Impl::forward(const Tensor& input) { return result; } \
  HEARTH_DEFINE_MODULE(Name, __VA_ARGS__)
#define HEARTH_ACTIVATION(Name, function, ...)                                 \
  Name##Impl::Name##Impl(const Name##Options& options_) : options(options_) {} \
  HEARTH_RULES(Name, F::function(input, options), __VA_ARGS__)
#define HEARTH_PLAIN_ACTIVATION(Name, result) \
  Name##Impl::Name##Impl() = default;         \
  HEARTH_RULES(Name, result)

HEARTH_ACTIVATION(ELU, elu)
HEARTH_ACTIVATION(SELU, selu)
HEARTH_ACTIVATION(CELU, celu)
HEARTH_ACTIVATION(ReLU, relu)
HEARTH_ACTIVATION(ReLU6, relu6)
HEARTH_ACTIVATION(LeakyReLU, leaky_relu)
HEARTH_ACTIVATION(GELU, gelu, .shown = 0)

static F::RReLUFuncOptions rrelu_options(const RReLUOptions& options, bool training) {
  return F::RReLUFuncOptions()
      .lower(options.lower())
      .upper(options.upper())
      .training(training)
      .inplace(options.inplace());
}
RReLUImpl::RReLUImpl(const RReLUOptions& options_) : options(options_) {}
HEARTH_RULES(RReLU, F::rrelu(input, rrelu_options(options, is_training())))

HEARTH_ACTIVATION(SiLU, silu)
HEARTH_ACTIVATION(Hardswish, hardswish)
HEARTH_ACTIVATION(Hardsigmoid, hardsigmoid)
HEARTH_ACTIVATION(Hardshrink, hardshrink, .unnamed = 1)
HEARTH_ACTIVATION(Softshrink, softshrink, .unnamed = 1)
HEARTH_ACTIVATION(Softplus, softplus)
HEARTH_ACTIVATION(GLU, glu)
HEARTH_ACTIVATION(Softmax, softmax)
HEARTH_ACTIVATION(Softmin, softmin)
HEARTH_ACTIVATION(LogSoftmax, log_softmax)
HEARTH_ACTIVATION(Threshold, threshold)
HEARTH_PLAIN_ACTIVATION(Sigmoid, input.sigmoid())
HEARTH_PLAIN_ACTIVATION(Tanh, input.tanh())
HEARTH_PLAIN_ACTIVATION(LogSigmoid, F::logsigmoid(input))
HEARTH_PLAIN_ACTIVATION(Mish, F::mish(input))
HEARTH_PLAIN_ACTIVATION(Softsign, F::softsign(input))
HEARTH_PLAIN_ACTIVATION(Tanhshrink, F::tanhshrink(input))

static Tensor softmax2d(const Tensor& input) {
  HEARTH_CHECK_AS(ShapeError, input.dim() == 3 || input.dim() == 4,
                  "[Softmax2d] requires a 3D or 4D tensor as input, got ", input.dim(), "D");
  return input.softmax(-3);
}
HEARTH_PLAIN_ACTIVATION(Softmax2d, softmax2d(input))

HardtanhImpl::HardtanhImpl(const HardtanhOptions& options_) : options(options_) {
  HardtanhImpl::reset();
}
void HardtanhImpl::reset() {
  HEARTH_CHECK_AS(ValueError, options.max_val() > options.min_val(),
                  "[Hardtanh] max_val must be greater than min_val, got ", options.max_val(),
                  " and ", options.min_val());
}
Tensor HardtanhImpl::forward(const Tensor& input) { return F::hardtanh(input, options); }
HEARTH_DEFINE_MODULE(Hardtanh)

ThresholdImpl::ThresholdImpl(double threshold, double value)
    : ThresholdImpl(ThresholdOptions(threshold, value)) {}

PReLUImpl::PReLUImpl(const PReLUOptions& options_) : options(options_) { PReLUImpl::reset(); }
void PReLUImpl::reset() {
  weight = register_parameter(
      "weight", full({options.num_parameters()}, options.init(), get_default_dtype()));
}
Tensor PReLUImpl::forward(const Tensor& input) { return F::prelu(input, weight); }
HEARTH_DEFINE_MODULE(PReLU, .shown = 1)

}  // namespace hearth::nn
