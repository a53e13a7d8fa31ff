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
  cases["door/product 16x16"] = [] {
    const Tensor x = ones({16, 16}).to(device());
    return [=] { const Tensor y = mm(x, x); };
  };
  cases["door/view"] = [] {
    const Tensor x = ones({16, 16}).to(device());
    return [=] { const Tensor y = x.view({8, 32}); };
  };
  cases["door/view with gradient"] = [] {
    const Tensor p = ones({1}).to(device()).requires_grad_();
    return [=] { const Tensor y = p.view({1, 1}); };
  };
  cases["door/empty"] = [] {
    return [options = TensorOptions(device())] { const Tensor y = empty({16, 16}, options); };
  };
  cases["door/backward of 10 ops"] = [] {
    const Tensor p = ones({1}).to(device()).requires_grad_(), b = ones({1}).to(device());
    Tensor chain = p;
    for (int i = 0; i < 10; ++i) chain = chain * b;
    return [=] { chain.backward({}, /*retain_graph=*/true); };
  };
}

}  // namespace hearth::bench
