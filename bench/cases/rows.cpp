// SPDX-License-Identifier: Apache-2.0
// Elementwise and row-wise functions on 1 MB and 100 MB of float32.
#include "cases/cases.h"

namespace hearth::bench {

void add_rows(Cases& cases) {
  for (const auto& [label, rows] : {std::pair("1 MB", 256), std::pair("100 MB", 25600)}) {
    const auto add = [&cases, label = std::string("/") + label, rows = rows](
                         const char* name, std::function<Tensor(const Tensor&)> fn) {
      cases[name + label] = [=] { return forward_backward(fn, randn({rows, 1024}).to(device())); };
    };
    cases[std::string("add/") + label] = [rows = rows] {
      const Tensor x = randn({rows, 1024}).to(device()), y = randn({rows, 1024}).to(device());
      return [=] { const Tensor sum = x + y; };
    };
    add("chain", [](const Tensor& x) { return tanh(x * 2 + 1) * sigmoid(x) - x; });
    add("gelu", [](const Tensor& x) { return gelu(x); });
    add("softmax", [](const Tensor& x) { return softmax(x, -1); });
    add("dropout", [](const Tensor& x) { return dropout(x, 0.5, /*train=*/true); });
    cases[std::string("layer_norm/") + label] = [rows = rows] {
      const Tensor w = ones({1024}).to(device()).requires_grad_();
      const Tensor b = zeros({1024}).to(device()).requires_grad_();
      return forward_backward([=](const Tensor& x) { return layer_norm(x, {1024}, w, b); },
                              randn({rows, 1024}).to(device()), {w, b});
    };
  }
  cases["cross_entropy/4096x1000"] = [] {
    const Tensor target = randint(0, 1000, {4096}).to(device());
    return forward_backward(
        [=](const Tensor& x) { return nn::functional::cross_entropy(x, target); },
        randn({4096, 1000}).to(device()));
  };
}

}  // namespace hearth::bench
