// SPDX-License-Identifier: Apache-2.0
#include "hearth/nn/functional/conv.h"

#include "hearth/ops/conv.h"

namespace hearth::nn::functional {

namespace {

std::optional<Tensor> given(const Tensor& t) {
  return t.defined() ? std::optional<Tensor>(t) : std::nullopt;
}

template <size_t D>
Tensor conv(const Tensor& input, const Tensor& weight, const ConvFuncOptions<D>& o) {
  const auto* amounts = std::get_if<ExpandingArray<D>>(&o.padding());
  const char* name = std::holds_alternative<enumtype::kSame>(o.padding()) ? "same" : "valid";
  if constexpr (D == 1) {
    return amounts ? hearth::conv1d(input, weight, given(o.bias()), o.stride(), *amounts,
                                    o.dilation(), o.groups())
                   : hearth::conv1d(input, weight, given(o.bias()), o.stride(), name, o.dilation(),
                                    o.groups());
  } else {
    return amounts ? hearth::conv2d(input, weight, given(o.bias()), o.stride(), *amounts,
                                    o.dilation(), o.groups())
                   : hearth::conv2d(input, weight, given(o.bias()), o.stride(), name, o.dilation(),
                                    o.groups());
  }
}

}  // namespace

Tensor conv1d(const Tensor& input, const Tensor& weight, const Conv1dFuncOptions& options) {
  return conv<1>(input, weight, options);
}
Tensor conv2d(const Tensor& input, const Tensor& weight, const Conv2dFuncOptions& options) {
  return conv<2>(input, weight, options);
}
Tensor conv_transpose1d(const Tensor& input, const Tensor& weight,
                        const ConvTranspose1dFuncOptions& o) {
  return hearth::conv_transpose1d(input, weight, given(o.bias()), o.stride(), o.padding(),
                                  o.output_padding(), o.groups(), o.dilation());
}
Tensor conv_transpose2d(const Tensor& input, const Tensor& weight,
                        const ConvTranspose2dFuncOptions& o) {
  return hearth::conv_transpose2d(input, weight, given(o.bias()), o.stride(), o.padding(),
                                  o.output_padding(), o.groups(), o.dilation());
}

}  // namespace hearth::nn::functional
