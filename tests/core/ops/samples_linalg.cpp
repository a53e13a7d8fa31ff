// SPDX-License-Identifier: Apache-2.0
#include "core/ops/samples.h"
#include "ops/linalg.h"

namespace hearth::testing_ops {

void linalg_samples(Samples& s) {
  add(s, ops::Matmul{}, {values({2, 3}), values({3, 4}, 0.1, 0.8, 1)});
  add(s, ops::Matmul{}, {values({3}), values({3}, 0.1, 0.8, 1)});
  add(s, ops::Matmul{}, {values({2, 3}), values({3}, 0.1, 0.8, 1)});
  add(s, ops::Matmul{}, {values({2, 1, 2, 3}), values({2, 3, 2}, 0.1, 0.8, 1)});
  add(s, ops::Matmul{}, {values({2, 0}), values({0, 3}, 0.1, 0.8, 1)});
  add(s, ops::Addmm{Scalar(0.5), Scalar(2.0)},
      {values({4}), values({2, 3}, 0.1, 0.8, 1), values({3, 4}, 0.1, 0.8, 2)});
  add(s, ops::Linear{}, {values({2, 2, 3}), values({4, 3}, 0.1, 0.8, 1), values({4})});
  add(s, ops::Linear{}, {values({3}), values({4, 3}, 0.1, 0.8, 1), Tensor()});
}

}  // namespace hearth::testing_ops
