// SPDX-License-Identifier: Apache-2.0
// The derivatives that custom Functions of LibTorch programs call by name. Those of a result are
// formulas, the others what autograd makes of the function. All may be differentiated again.
#pragma once

#include <optional>
#include <utility>

#include "hearth/autograd/autograd.h"
#include "hearth/autograd/grad_mode.h"
#include "hearth/ops/activation.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/pool.h"
#include "hearth/ops/reduce.h"

namespace hearth {

namespace detail {
/// The gradient of function(self) along grad_output.
template <class F>
Tensor pull_back(const Tensor& grad_output, const Tensor& self, const F& function) {
  const bool again =
      GradMode::is_enabled() && (grad_output.requires_grad() || self.requires_grad());
  const AutoGradMode recording(true);
  const Tensor x =
      again && self.requires_grad() ? self.view_as(self) : self.detach().requires_grad_();
  return autograd::grad({function(x)}, {x}, {grad_output}, again, again)[0];
}
}  // namespace detail

inline Tensor sigmoid_backward(const Tensor& grad_output, const Tensor& output) {
  return grad_output * (output * (1 - output)).conj();
}
inline Tensor tanh_backward(const Tensor& grad_output, const Tensor& output) {
  return grad_output * (1 - output * output).conj();
}
inline Tensor threshold_backward(const Tensor& grad_output, const Tensor& self,
                                 const Scalar& threshold) {
  return grad_output.masked_fill(self <= threshold, 0);
}
inline Tensor _softmax_backward_data(const Tensor& grad_output, const Tensor& output, int64_t dim,
                                     ScalarType input_dtype) {
  const Tensor grad = output * (grad_output - (grad_output * output).sum(dim, true));
  return grad.to(input_dtype);
}
inline Tensor _log_softmax_backward_data(const Tensor& grad_output, const Tensor& output,
                                         int64_t dim, ScalarType input_dtype) {
  return (grad_output - output.exp() * grad_output.sum(dim, true)).to(input_dtype);
}
inline Tensor gelu_backward(const Tensor& grad_output, const Tensor& self,
                            std::string_view approximate = "none") {
  return detail::pull_back(grad_output, self,
                           [&](const Tensor& x) { return gelu(x, approximate); });
}
inline Tensor silu_backward(const Tensor& grad_output, const Tensor& self) {
  return detail::pull_back(grad_output, self, [](const Tensor& x) { return silu(x); });
}
inline Tensor leaky_relu_backward(const Tensor& grad_output, const Tensor& self,
                                  const Scalar& negative_slope, bool /*self_is_result*/) {
  return where(self > 0, grad_output, grad_output * negative_slope);
}

inline Tensor avg_pool2d_backward(const Tensor& grad_output, const Tensor& self,
                                  IntArrayRef kernel_size, IntArrayRef stride, IntArrayRef padding,
                                  bool ceil_mode, bool count_include_pad,
                                  std::optional<int64_t> divisor_override) {
  return detail::pull_back(grad_output, self, [&](const Tensor& x) {
    return avg_pool2d(x, kernel_size, stride, padding, ceil_mode, count_include_pad,
                      divisor_override);
  });
}
inline Tensor avg_pool3d_backward(const Tensor& grad_output, const Tensor& self,
                                  IntArrayRef kernel_size, IntArrayRef stride, IntArrayRef padding,
                                  bool ceil_mode, bool count_include_pad,
                                  std::optional<int64_t> divisor_override) {
  return detail::pull_back(grad_output, self, [&](const Tensor& x) {
    return avg_pool3d(x, kernel_size, stride, padding, ceil_mode, count_include_pad,
                      divisor_override);
  });
}
inline Tensor _adaptive_avg_pool2d_backward(const Tensor& grad_output, const Tensor& self) {
  return detail::pull_back(grad_output, self, [&](const Tensor& x) {
    return adaptive_avg_pool2d(x, grad_output.sizes().slice(grad_output.dim() - 2));
  });
}
inline Tensor _adaptive_avg_pool3d_backward(const Tensor& grad_output, const Tensor& self) {
  return detail::pull_back(grad_output, self, [&](const Tensor& x) {
    return adaptive_avg_pool3d(x, grad_output.sizes().slice(grad_output.dim() - 3));
  });
}

}  // namespace hearth
