// SPDX-License-Identifier: Apache-2.0
#include "hearth/nn/modules/dropout.h"

#include "hearth/base/warning.h"
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

namespace {

/// Zeroes channels of [N, C, ...] of so many dims, or one fewer without N.
Tensor dropout_channels(const Tensor& input, const DropoutFuncOptions& options, int64_t dims,
                        const char* name) {
  check_probability(options.p(), name);
  // An unbatched image is a view of a batch of one: in place works on it as well.
  Tensor batch = input.dim() == dims ? input : input.unsqueeze(0);
  if (options.inplace()) {
    hearth::feature_dropout_(batch, options.p(), options.training());
    return input;
  }
  const Tensor result = hearth::feature_dropout(batch, options.p(), options.training());
  return input.dim() == dims ? result : result.squeeze(0);
}

}  // namespace

Tensor dropout1d(const Tensor& input, const Dropout1dFuncOptions& options) {
  HEARTH_CHECK_AS(ShapeError, input.dim() == 2 || input.dim() == 3,
                  "[dropout1d] expected 3D input [N, C, L] or 2D input [C, L], got ",
                  input.sizes());
  return dropout_channels(input, options, 3, "dropout1d");
}
Tensor dropout2d(const Tensor& input, const Dropout2dFuncOptions& options) {
  check_probability(options.p(), "dropout2d");
  // As PyTorch: 3-d input is [N, C, L], not one image.
  if (input.dim() != 4)
    HEARTH_WARN("dropout2d expects 4-D input; of ", input.dim(),
                "-D input the first two dims are taken for N and C");
  Tensor self = input;
  return options.inplace() ? hearth::feature_dropout_(self, options.p(), options.training())
                           : hearth::feature_dropout(input, options.p(), options.training());
}
Tensor dropout3d(const Tensor& input, const Dropout3dFuncOptions& options) {
  if (input.dim() != 4 && input.dim() != 5)
    HEARTH_WARN("dropout3d expects 5-D or 4-D input; of ", input.dim(),
                "-D input the first dim is taken for C");
  return dropout_channels(input, options, 5, "dropout3d");
}

Tensor alpha_dropout(const Tensor& input, const AlphaDropoutFuncOptions& options) {
  check_probability(options.p(), "alpha_dropout");
  Tensor self = input;
  return options.inplace() ? hearth::alpha_dropout_(self, options.p(), options.training())
                           : hearth::alpha_dropout(self, options.p(), options.training());
}
Tensor feature_alpha_dropout(const Tensor& input, const FeatureAlphaDropoutFuncOptions& options) {
  check_probability(options.p(), "feature_alpha_dropout");
  Tensor self = input;
  return options.inplace() ? hearth::feature_alpha_dropout_(self, options.p(), options.training())
                           : hearth::feature_alpha_dropout(self, options.p(), options.training());
}

}  // namespace functional

namespace F = functional;

// LibTorch's alpha dropouts leave their input alone, whatever their options say.
#define HEARTH_DROPOUT(Name, function, in_place)                                                 \
  Name##Impl::Name##Impl(const DropoutOptions& options_) : options(options_) {                   \
    Name##Impl::reset();                                                                         \
  }                                                                                              \
  void Name##Impl::reset() {                                                                     \
    HEARTH_CHECK_AS(ValueError, options.p() >= 0 && options.p() <= 1,                            \
                    "[" #Name "] dropout probability has to be between 0 and 1, but got ",       \
                    options.p());                                                                \
  }                                                                                              \
  Tensor Name##Impl::forward(const Tensor& input) {                                              \
    return F::function(                                                                          \
        input, F::Name##FuncOptions().p(options.p()).training(is_training()).inplace(in_place)); \
  }                                                                                              \
  HEARTH_DEFINE_MODULE(Name, .inplace = true)
HEARTH_DROPOUT(Dropout, dropout, options.inplace())
HEARTH_DROPOUT(Dropout1d, dropout1d, options.inplace())
HEARTH_DROPOUT(Dropout2d, dropout2d, options.inplace())
HEARTH_DROPOUT(Dropout3d, dropout3d, options.inplace())
HEARTH_DROPOUT(AlphaDropout, alpha_dropout, false)
HEARTH_DROPOUT(FeatureAlphaDropout, feature_alpha_dropout, false)

}  // namespace hearth::nn
