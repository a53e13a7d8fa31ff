// SPDX-License-Identifier: Apache-2.0
#include "hearth/nn/functional/linear.h"

#include "hearth/ops/linalg.h"

namespace hearth::nn::functional {

Tensor linear(const Tensor& input, const Tensor& weight, const Tensor& bias) {
  return hearth::linear(input, weight, bias);
}

Tensor bilinear(const Tensor& input1, const Tensor& input2, const Tensor& weight,
                const Tensor& bias) {
  HEARTH_CHECK_AS(
      ShapeError,
      weight.dim() == 3 && input1.dim() > 0 && input1.dim() == input2.dim() &&
          input1.size(-1) == weight.size(1) && input2.size(-1) == weight.size(2),
      "[bilinear] expected inputs [..., in1] and [..., in2] for weight [out, in1, in2], "
      "got ",
      input1.sizes(), ", ", input2.sizes(), " and ", weight.sizes());
  // [..., 1, in1] @ [out, in1, in2] gives [..., out, in2] in one batched product.
  const Tensor left = input1.unsqueeze(-2).unsqueeze(-2).matmul(weight).squeeze(-2);
  const Tensor out = (left * input2.unsqueeze(-2)).sum(-1);
  return bias.defined() ? out + bias : out;
}

}  // namespace hearth::nn::functional
