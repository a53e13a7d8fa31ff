// SPDX-License-Identifier: Apache-2.0
#include "hearth/nn/modules/dropout.h"

#include "hearth/ops/random.h"

#include "nn/builtin.h"

namespace hearth::nn {

namespace functional {

namespace {

void check_probability(double p, const char* name) {
  HEARTH_CHECK_AS(ValueError, p >= 0 && p <= 1, "[", name,
                  "] dropout probability has to be between 0 and 1, but got ", p);
}

}  // namespace

Tensor dropout(const Tensor& input, const DropoutFuncOptions& options) {
  check_probability(options.p(), "dropout");
  Tensor self = input;
  return options.inplace() ? hearth::dropout_(self, options.p(), options.training())
                           : hearth::dropout(self, options.p(), options.training());
}

Tensor dropout2d(const Tensor& input, const Dropout2dFuncOptions& options) {
  check_probability(options.p(), "dropout2d");
  HEARTH_CHECK_AS(ShapeError, input.dim() == 3 || input.dim() == 4,
                  "[dropout2d] expected [N, C, H, W] or [C, H, W], got ", input.sizes());
  // An unbatched image is a view of a batch of one: in place works on it as well.
  Tensor batch = input.dim() == 4 ? input : input.unsqueeze(0);
  if (options.inplace()) {
    hearth::feature_dropout_(batch, options.p(), options.training());
    return input;
  }
  const Tensor result = hearth::feature_dropout(batch, options.p(), options.training());
  return input.dim() == 4 ? result : result.squeeze(0);
}

}  // namespace functional

namespace F = functional;

#define HEARTH_DROPOUT(Name, function)                                                     \
  Name##Impl::Name##Impl(const DropoutOptions& options_) : options(options_) {             \
    Name##Impl::reset();                                                                   \
  }                                                                                        \
  void Name##Impl::reset() {                                                               \
    HEARTH_CHECK_AS(ValueError, options.p() >= 0 && options.p() <= 1,                      \
                    "[" #Name "] dropout probability has to be between 0 and 1, but got ", \
                    options.p());                                                          \
  }                                                                                        \
  Tensor Name##Impl::forward(const Tensor& input) {                                        \
    return F::function(input, F::DropoutFuncOptions()                                      \
                                  .p(options.p())                                          \
                                  .training(is_training())                                 \
                                  .inplace(options.inplace()));                            \
  }                                                                                        \
  HEARTH_DEFINE_MODULE(Name, .inplace = true)
HEARTH_DROPOUT(Dropout, dropout)
HEARTH_DROPOUT(Dropout2d, dropout2d)

}  // namespace hearth::nn
