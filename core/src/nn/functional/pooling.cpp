// SPDX-License-Identifier: Apache-2.0
#include "hearth/nn/functional/pooling.h"

#include "hearth/ops/pool.h"

namespace hearth::nn::functional {

namespace {

/// Open sizes replaced by the input's.
std::vector<int64_t> closed(const ExpandingArrayWithOptionalElem<2>& sizes, const Tensor& input) {
  HEARTH_CHECK_AS(ShapeError, input.dim() >= 2,
                  "[adaptive_pool] expected [N, C, H, W] or "
                  "[C, H, W], got ",
                  input.sizes());
  return {(*sizes)[0].value_or(input.size(-2)), (*sizes)[1].value_or(input.size(-1))};
}

}  // namespace

Tensor max_pool1d(const Tensor& input, const MaxPool1dFuncOptions& o) {
  return hearth::max_pool1d(input, o.kernel_size(), o.stride(), o.padding(), o.dilation(),
                            o.ceil_mode());
}
Tensor max_pool2d(const Tensor& input, const MaxPool2dFuncOptions& o) {
  return hearth::max_pool2d(input, o.kernel_size(), o.stride(), o.padding(), o.dilation(),
                            o.ceil_mode());
}
std::tuple<Tensor, Tensor> max_pool1d_with_indices(const Tensor& input,
                                                   const MaxPool1dFuncOptions& o) {
  return hearth::max_pool1d_with_indices(input, o.kernel_size(), o.stride(), o.padding(),
                                         o.dilation(), o.ceil_mode());
}
std::tuple<Tensor, Tensor> max_pool2d_with_indices(const Tensor& input,
                                                   const MaxPool2dFuncOptions& o) {
  return hearth::max_pool2d_with_indices(input, o.kernel_size(), o.stride(), o.padding(),
                                         o.dilation(), o.ceil_mode());
}
Tensor avg_pool1d(const Tensor& input, const AvgPool1dFuncOptions& o) {
  return hearth::avg_pool1d(input, o.kernel_size(), o.stride(), o.padding(), o.ceil_mode(),
                            o.count_include_pad());
}
Tensor avg_pool2d(const Tensor& input, const AvgPool2dFuncOptions& o) {
  return hearth::avg_pool2d(input, o.kernel_size(), o.stride(), o.padding(), o.ceil_mode(),
                            o.count_include_pad(), o.divisor_override());
}
Tensor adaptive_avg_pool1d(const Tensor& input, const AdaptiveAvgPool1dFuncOptions& o) {
  return hearth::adaptive_avg_pool1d(input, o.output_size());
}
Tensor adaptive_avg_pool2d(const Tensor& input, const AdaptiveAvgPool2dFuncOptions& o) {
  return hearth::adaptive_avg_pool2d(input, closed(o.output_size(), input));
}
std::tuple<Tensor, Tensor> adaptive_max_pool1d_with_indices(const Tensor& input,
                                                            const AdaptiveMaxPool1dFuncOptions& o) {
  return hearth::adaptive_max_pool1d(input, o.output_size());
}
std::tuple<Tensor, Tensor> adaptive_max_pool2d_with_indices(const Tensor& input,
                                                            const AdaptiveMaxPool2dFuncOptions& o) {
  return hearth::adaptive_max_pool2d(input, closed(o.output_size(), input));
}
Tensor adaptive_max_pool1d(const Tensor& input, const AdaptiveMaxPool1dFuncOptions& o) {
  return std::get<0>(adaptive_max_pool1d_with_indices(input, o));
}
Tensor adaptive_max_pool2d(const Tensor& input, const AdaptiveMaxPool2dFuncOptions& o) {
  return std::get<0>(adaptive_max_pool2d_with_indices(input, o));
}

}  // namespace hearth::nn::functional
