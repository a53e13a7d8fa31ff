// SPDX-License-Identifier: Apache-2.0
#include "hearth/nn/modules/dropout.h"

#include "hearth/nn/functional/dropout.h"

#include "nn/builtin.h"

namespace hearth::nn {

namespace F = functional;

#define HEARTH_DROPOUT(Name, function)                                                     \
  Name##Impl::Name##Impl(const DropoutOptions& options_) : options(options_) {             \
    Name##Impl::reset();                                                                   \
  }                                                                                        \
  Name##Impl::~Name##Impl() = default;                                                     \
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
  void Name##Impl::pretty_print(std::ostream& stream) const {                              \
    Printer(stream, #Name).field("p", options.p()).field("inplace", options.inplace());    \
  }                                                                                        \
  HEARTH_DEFINE_CLONE(Name##Impl)
HEARTH_DROPOUT(Dropout, dropout)
HEARTH_DROPOUT(Dropout2d, dropout2d)

}  // namespace hearth::nn
