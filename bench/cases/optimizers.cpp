// SPDX-License-Identifier: Apache-2.0
// Optimizer steps over 10 M parameters in 60 tensors.
#include <memory>

#include "cases/cases.h"

namespace hearth::bench {

namespace {

std::vector<Tensor> parameters() {
  std::vector<Tensor> out;
  for (int i = 0; i < 30; ++i) {
    for (const std::vector<int64_t>& sizes : {std::vector<int64_t>{512, 650}, {512}})
      out.push_back(randn(sizes).to(device()).requires_grad_());
  }
  for (const Tensor& p : out) p.mutable_grad() = randn(p.sizes()).to(device());
  return out;
}

template <typename Optimizer, typename Options>
Build steps(const Options& options) {
  return [=] {
    auto optimizer = std::make_shared<Optimizer>(parameters(), options);
    return [=] { optimizer->step(); };
  };
}

}  // namespace

void add_optimizers(Cases& cases) {
  cases["optimizer/SGD"] = steps<optim::SGD>(optim::SGDOptions(1e-3).momentum(0.9));
  cases["optimizer/Adam"] = steps<optim::Adam>(optim::AdamOptions(1e-3));
  cases["optimizer/AdamW"] = steps<optim::AdamW>(optim::AdamWOptions(1e-3));
}

}  // namespace hearth::bench
