// SPDX-License-Identifier: Apache-2.0
#include "hearth/ops/creation.h"

#include "core/ops/samples.h"
#include "ops/optim_step.h"

namespace hearth::testing_ops {

void optim_samples(Samples& s) {
  // Two parameters, without and with the optional states, behind the numbers from memory.
  const auto groups = [](std::vector<Tensor> in, int tensors, int absent) {
    for (const std::vector<int64_t>& sizes : {std::vector<int64_t>{7, 3}, {}})
      for (int k = 0; k < tensors; ++k)
        in.push_back(k + absent < tensors ? values(sizes, 0.2, 0.9, k) : Tensor());
    return in;
  };
  add(s, ops::SgdStep{.lr = 0.1, .weight_decay = 0.3}, groups({Tensor()}, 3, 1));
  add(s, ops::SgdStep{.lr = 0.1, .momentum = 0.9, .dampening = 0.2}, groups({Tensor()}, 3, 0));
  add(s,
      ops::SgdStep{.lr = 0.1, .momentum = 0.9, .nesterov = true, .maximize = true, .first = true},
      groups({Tensor()}, 3, 0));
  add(s, ops::AdamStep{0.1, 0.9, 0.99, 1e-8, 0.1, false, false, 3},
      groups({Tensor(), Tensor()}, 5, 1));
  add(s, ops::AdamStep{0.1, 0.9, 0.99, 1e-8, 0.1, true, true, 1},
      groups({Tensor(), Tensor()}, 5, 0));
  const Tensor rate = values({}), step = full({}, 3, TensorOptions(kLong));
  add(s, ops::SgdStep{.lr = 0.1, .momentum = 0.9, .weight_decay = 0.3}, groups({rate}, 3, 0));
  add(s, ops::AdamStep{0.1, 0.9, 0.99, 1e-8, 0.1, true}, groups({step, rate}, 5, 1));
  add(s, ops::AdamStep{0.1, 0.9, 0.99, 1e-8, 0.1}, groups({step, Tensor()}, 5, 0));
}

}  // namespace hearth::testing_ops
