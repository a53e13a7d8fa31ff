// SPDX-License-Identifier: Apache-2.0
#include "hearth/nn/modules/pooling.h"

#include "hearth/nn/functional/pooling.h"

#include "nn/builtin.h"

namespace hearth::nn {

namespace F = functional;

// One pool: the function that computes it and what is printed.
#define HEARTH_POOL(Name, function, ...)                                                  \
  Name##Impl::Name##Impl(const Name##Options& options_) : options(options_) {}            \
  Name##Impl::~Name##Impl() = default;                                                    \
  void Name##Impl::reset() {}                                                             \
  Tensor Name##Impl::forward(const Tensor& input) { return F::function(input, options); } \
  void Name##Impl::pretty_print(std::ostream& stream) const {                             \
    Printer(stream, #Name) __VA_ARGS__;                                                   \
  }                                                                                       \
  HEARTH_DEFINE_CLONE(Name##Impl)
#define HEARTH_MAX_POOL(Name, function, ...)                                         \
  HEARTH_POOL(Name, function, __VA_ARGS__)                                           \
  std::tuple<Tensor, Tensor> Name##Impl::forward_with_indices(const Tensor& input) { \
    return F::function##_with_indices(input, options);                               \
  }
#define FIELD(name) .field(#name, options.name())
#define WINDOW FIELD(kernel_size) FIELD(stride) FIELD(padding)

HEARTH_MAX_POOL(MaxPool1d, max_pool1d, WINDOW FIELD(dilation) FIELD(ceil_mode))
HEARTH_MAX_POOL(MaxPool2d, max_pool2d, WINDOW FIELD(dilation) FIELD(ceil_mode))
HEARTH_POOL(AvgPool1d, avg_pool1d, WINDOW)
HEARTH_POOL(AvgPool2d, avg_pool2d, WINDOW)
HEARTH_POOL(AdaptiveAvgPool1d, adaptive_avg_pool1d, FIELD(output_size))
HEARTH_POOL(AdaptiveAvgPool2d, adaptive_avg_pool2d, FIELD(output_size))
HEARTH_MAX_POOL(AdaptiveMaxPool1d, adaptive_max_pool1d, FIELD(output_size))
HEARTH_MAX_POOL(AdaptiveMaxPool2d, adaptive_max_pool2d, FIELD(output_size))

}  // namespace hearth::nn
