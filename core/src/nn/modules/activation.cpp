// SPDX-License-Identifier: Apache-2.0
#include "hearth/nn/modules/activation.h"

#include "hearth/nn/functional/activation.h"
#include "hearth/nn/init.h"
#include "hearth/ops/creation.h"

#include "nn/builtin.h"

namespace hearth::nn {

namespace F = functional;

// One activation: what forward computes and what is printed.
#define HEARTH_ACTIVATION_RULES(Name, result, ...)                   \
  Name##Impl::~Name##Impl() = default;                               \
  void Name##Impl::reset() {}                                        \
  Tensor Name##Impl::forward(const Tensor& input) { return result; } \
  void Name##Impl::pretty_print(std::ostream& stream) const {        \
    Printer(stream, #Name) __VA_ARGS__;                              \
  }                                                                  \
  HEARTH_DEFINE_CLONE(Name##Impl)
#define HEARTH_ACTIVATION(Name, function, ...)                                 \
  Name##Impl::Name##Impl(const Name##Options& options_) : options(options_) {} \
  HEARTH_ACTIVATION_RULES(Name, F::function(input, options), __VA_ARGS__)
#define HEARTH_PLAIN_ACTIVATION(Name, result) \
  Name##Impl::Name##Impl() = default;         \
  HEARTH_ACTIVATION_RULES(Name, result)
#define FIELD(name) .field(#name, options.name())
#define INPLACE .field_if(options.inplace(), "inplace", true)

HEARTH_ACTIVATION(ELU, elu, FIELD(alpha) INPLACE)
HEARTH_ACTIVATION(SELU, selu, INPLACE)
HEARTH_ACTIVATION(CELU, celu, FIELD(alpha) INPLACE)
HEARTH_ACTIVATION(ReLU, relu, INPLACE)
HEARTH_ACTIVATION(ReLU6, relu6, INPLACE)
HEARTH_ACTIVATION(LeakyReLU, leaky_relu, FIELD(negative_slope) INPLACE)
HEARTH_ACTIVATION(GELU, gelu, )
HEARTH_ACTIVATION(SiLU, silu, INPLACE)
HEARTH_ACTIVATION(Hardswish, hardswish, INPLACE)
HEARTH_ACTIVATION(Hardsigmoid, hardsigmoid, INPLACE)
HEARTH_ACTIVATION(Hardshrink, hardshrink, .value(options.lambda()))
HEARTH_ACTIVATION(Softshrink, softshrink, .value(options.lambda()))
HEARTH_ACTIVATION(Softplus, softplus, FIELD(beta) FIELD(threshold))
HEARTH_ACTIVATION(GLU, glu, FIELD(dim))
HEARTH_ACTIVATION(Softmax, softmax, FIELD(dim))
HEARTH_ACTIVATION(Softmin, softmin, FIELD(dim))
HEARTH_ACTIVATION(LogSoftmax, log_softmax, FIELD(dim))
HEARTH_ACTIVATION(Threshold, threshold, FIELD(threshold) FIELD(value) INPLACE)
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
HardtanhImpl::~HardtanhImpl() = default;
void HardtanhImpl::reset() {
  HEARTH_CHECK_AS(ValueError, options.max_val() > options.min_val(),
                  "[Hardtanh] max_val must be greater than min_val, got ", options.max_val(),
                  " and ", options.min_val());
}
Tensor HardtanhImpl::forward(const Tensor& input) { return F::hardtanh(input, options); }
void HardtanhImpl::pretty_print(std::ostream& stream) const {
  Printer(stream, "Hardtanh") FIELD(min_val) FIELD(max_val) INPLACE;
}
HEARTH_DEFINE_CLONE(HardtanhImpl)

ThresholdImpl::ThresholdImpl(double threshold, double value)
    : ThresholdImpl(ThresholdOptions(threshold, value)) {}

PReLUImpl::PReLUImpl(const PReLUOptions& options_) : options(options_) { PReLUImpl::reset(); }
PReLUImpl::~PReLUImpl() = default;
void PReLUImpl::reset() {
  weight = register_parameter(
      "weight", full({options.num_parameters()}, options.init(), get_default_dtype()));
}
Tensor PReLUImpl::forward(const Tensor& input) { return F::prelu(input, weight); }
void PReLUImpl::pretty_print(std::ostream& stream) const {
  Printer(stream, "PReLU") FIELD(num_parameters);
}
HEARTH_DEFINE_CLONE(PReLUImpl)

}  // namespace hearth::nn
