// SPDX-License-Identifier: Apache-2.0
#include "hearth/nn/modules/pooling.h"

#include "hearth/ops/pool.h"

#include "nn/builtin.h"

namespace hearth::nn {

namespace functional {

namespace {

/// Open sizes replaced by the input's.
template <size_t D>
std::vector<int64_t> closed(const ExpandingArrayWithOptionalElem<D>& sizes, const Tensor& input) {
  HEARTH_CHECK_AS(ShapeError, input.dim() >= static_cast<int64_t>(D),
                  "[adaptive_pool] expected [N, C, spatial...] or [C, spatial...] with ", D,
                  " spatial dims, got ", input.sizes());
  std::vector<int64_t> out;
  for (size_t d = 0; d < D; ++d)
    out.push_back(
        (*sizes)[d].value_or(input.size(static_cast<int64_t>(d) - static_cast<int64_t>(D))));
  return out;
}
IntArrayRef closed(const ExpandingArray<1>& sizes, const Tensor&) { return sizes; }

}  // namespace

#define HEARTH_POOL(D)                                                                             \
  Tensor max_pool##D##d(const Tensor& input, const MaxPool##D##dFuncOptions& o) {                  \
    return hearth::max_pool##D##d(input, o.kernel_size(), o.stride(), o.padding(), o.dilation(),   \
                                  o.ceil_mode());                                                  \
  }                                                                                                \
  std::tuple<Tensor, Tensor> max_pool##D##d_with_indices(const Tensor& input,                      \
                                                         const MaxPool##D##dFuncOptions& o) {      \
    return hearth::max_pool##D##d_with_indices(input, o.kernel_size(), o.stride(), o.padding(),    \
                                               o.dilation(), o.ceil_mode());                       \
  }                                                                                                \
  Tensor adaptive_avg_pool##D##d(const Tensor& input, const AdaptiveAvgPool##D##dFuncOptions& o) { \
    return hearth::adaptive_avg_pool##D##d(input, closed(o.output_size(), input));                 \
  }                                                                                                \
  std::tuple<Tensor, Tensor> adaptive_max_pool##D##d_with_indices(                                 \
      const Tensor& input, const AdaptiveMaxPool##D##dFuncOptions& o) {                            \
    return hearth::adaptive_max_pool##D##d(input, closed(o.output_size(), input));                 \
  }                                                                                                \
  Tensor adaptive_max_pool##D##d(const Tensor& input, const AdaptiveMaxPool##D##dFuncOptions& o) { \
    return std::get<0>(adaptive_max_pool##D##d_with_indices(input, o));                            \
  }
HEARTH_POOL(1)
HEARTH_POOL(2)
HEARTH_POOL(3)
#undef HEARTH_POOL

Tensor avg_pool1d(const Tensor& input, const AvgPool1dFuncOptions& o) {
  return hearth::avg_pool1d(input, o.kernel_size(), o.stride(), o.padding(), o.ceil_mode(),
                            o.count_include_pad());
}
Tensor avg_pool2d(const Tensor& input, const AvgPool2dFuncOptions& o) {
  return hearth::avg_pool2d(input, o.kernel_size(), o.stride(), o.padding(), o.ceil_mode(),
                            o.count_include_pad(), o.divisor_override());
}
Tensor avg_pool3d(const Tensor& input, const AvgPool3dFuncOptions& o) {
  return hearth::avg_pool3d(input, o.kernel_size(), o.stride(), o.padding(), o.ceil_mode(),
                            o.count_include_pad(), o.divisor_override());
}

}  // namespace functional

namespace F = functional;

// One pool: the function that computes it, and PrintStyle's fields.
#define HEARTH_POOL(Name, function, ...)                                                  \
  Name##Impl::Name##Impl(const Name##Options& options_) : options(options_) {}            \
  void Name##Impl::reset() {}                                                             \
  Tensor Name##Impl::forward(const Tensor& input) { return F::function(input, options); } \
  HEARTH_DEFINE_MODULE(Name, __VA_ARGS__)
#define HEARTH_MAX_POOL(Name, function)                                              \
  HEARTH_POOL(Name, function)                                                        \
  std::tuple<Tensor, Tensor> Name##Impl::forward_with_indices(const Tensor& input) { \
    return F::function##_with_indices(input, options);                               \
  }

HEARTH_MAX_POOL(MaxPool1d, max_pool1d)
HEARTH_MAX_POOL(MaxPool2d, max_pool2d)
HEARTH_MAX_POOL(MaxPool3d, max_pool3d)
HEARTH_POOL(AvgPool1d, avg_pool1d, .shown = 3)
HEARTH_POOL(AvgPool2d, avg_pool2d, .shown = 3)
HEARTH_POOL(AvgPool3d, avg_pool3d, .shown = 3)
HEARTH_POOL(AdaptiveAvgPool1d, adaptive_avg_pool1d)
HEARTH_POOL(AdaptiveAvgPool2d, adaptive_avg_pool2d)
HEARTH_POOL(AdaptiveAvgPool3d, adaptive_avg_pool3d)
HEARTH_MAX_POOL(AdaptiveMaxPool1d, adaptive_max_pool1d)
HEARTH_MAX_POOL(AdaptiveMaxPool2d, adaptive_max_pool2d)
HEARTH_MAX_POOL(AdaptiveMaxPool3d, adaptive_max_pool3d)

}  // namespace hearth::nn
