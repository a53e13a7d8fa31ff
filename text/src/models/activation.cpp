// SPDX-License-Identifier: Apache-2.0
#include "models/activation.h"

#include "hearth/base/error.h"
#include "hearth/ops/activation.h"
#include "hearth/ops/pointwise.h"

namespace hearth::text {

Activation activation_of(const std::string& name) {
  if (name == "silu" || name == "swish") return [](const Tensor& x) { return silu(x); };
  if (name == "gelu") return [](const Tensor& x) { return gelu(x); };
  if (name == "gelu_pytorch_tanh" || name == "gelu_new")
    return [](const Tensor& x) { return gelu(x, "tanh"); };
  if (name == "relu") return [](const Tensor& x) { return relu(x); };
  throw ValueError(cat_str(
      "[config.json] expected an activation silu, gelu, gelu_new, gelu_pytorch_tanh or relu, got ",
      name));
}

}  // namespace hearth::text
