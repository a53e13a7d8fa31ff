// SPDX-License-Identifier: Apache-2.0
// What one operator costs on tensors too small to matter. Each step is one call.
#include "cases/cases.h"

namespace hearth::bench {

void add_door(Cases& cases) {
  cases["door/add"] = [] {
    const Tensor a = ones({1}).to(device()), b = ones({1}).to(device());
    return [=] { const Tensor c = a + b; };
  };
  cases["door/add with gradient"] = [] {
    const Tensor a = ones({1}).to(device()).requires_grad_(), b = ones({1}).to(device());
    return [=] { const Tensor c = a + b; };
  };
  cases["door/linear 16x16"] = [] {
    nn::Linear linear(16, 16);
    linear->to(device());
    const Tensor x = ones({16, 16}).to(device());
    return [=]() mutable { const Tensor y = linear(x); };
  };
}

}  // namespace hearth::bench
