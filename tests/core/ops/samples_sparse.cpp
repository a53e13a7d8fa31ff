// SPDX-License-Identifier: Apache-2.0
#include "hearth/tensor/tensor_literal.h"

#include "core/ops/samples.h"
#include "ops/sparse_products.h"

namespace hearth::testing_ops {

void sparse_samples(Samples& s) {
  const Tensor crow = tensor({0, 2, 2, 5}), col = tensor({1, 3, 0, 3, 3});
  add(s, ops::CsrMatmul{}, {crow, col, values({5}), values({4, 3}, 0.1, 0.8, 1)});
  add(s, ops::CsrMatmul{}, {crow, col, values({5}), values({4, 37}, 0.1, 0.8, 1)});
  add(s, ops::SampledMatmul{},
      {tensor({2, 0, 2}), col.slice(0, 0, 3), values({3, 2}), values({4, 2}, 0.1, 0.8, 1)});
}

}  // namespace hearth::testing_ops
