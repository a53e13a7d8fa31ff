// SPDX-License-Identifier: Apache-2.0
#include "hearth/tensor/tensor_literal.h"

#include "core/ops/samples.h"
#include "ops/embedding.h"
#include "ops/gather.h"
#include "ops/index.h"
#include "ops/masked.h"
#include "ops/scatter_reduce.h"

namespace hearth::testing_ops {

void index_samples(Samples& s) {
  const Tensor x = values({3, 2, 4});
  const Tensor rows = tensor({2, 0, -1}), pairs = tensor({{0}, {1}});
  add(s, ops::Index{}, {x, rows});
  add(s, ops::Index{}, {x, Tensor(), pairs, rows});
  add(s, ops::Index{}, {x, pairs, Tensor(), rows});
  add(s, ops::IndexPut{false}, {x, values({2, 2, 4}, 0.1, 0.8, 1), tensor({2, 0})});
  add(s, ops::IndexPut{true}, {x, values({4}, 0.1, 0.8, 1), tensor({2, 0, 2})});
  add(s, ops::IndexPut{true}, {x, values({}, 0.1, 0.8, 1), Tensor(), tensor({1, 1})});
  add(s, ops::IndexSelect{1}, {x, tensor({1, 1, 0})});
  add(s, ops::IndexSelect{0}, {values({}), tensor({0})});
  add(s, ops::IndexAdd{0, 2}, {x, tensor({2, 2}), values({2, 2, 4}, 0.1, 0.8, 1)});
  add(s, ops::IndexCopy{0}, {x, tensor({2, 0}), values({2, 2, 4}, 0.1, 0.8, 1)});
  add(s, ops::IndexCopy{-1}, {values({}), tensor({0}), values({}, 0.1, 0.8, 1)});
  const Tensor m = values({3, 4}), at = tensor({{0, 2, 1}, {2, 0, 0}});
  add(s, ops::Gather{0}, {m, at});
  add(s, ops::Gather{-1}, {m, at});
  add(s, ops::Scatter{1}, {m, tensor({{0, 3, 1}, {2, 0, 1}}), values({2, 4}, 0.1, 0.8, 1)});
  add(s, ops::ScatterValue{1, 0.5}, {m, at});
  add(s, ops::ScatterAdd{0}, {m, at, values({3, 3}, 0.1, 0.8, 1)});
  for (const auto reduce :
       {ops::ScatterReduction::Prod, ops::ScatterReduction::Amax, ops::ScatterReduction::Amin})
    for (const bool include_self : {true, false}) {
      add(s, ops::ScatterReduce{0, reduce, include_self}, {m, at, values({3, 3}, 0.1, 0.8, 1)});
      add(s, ops::ScatterReduce{1, reduce, include_self},
          {m, tensor({{0, 0, 1}, {3, 3, 3}}), values({2, 3}, 0.1, 0.8, 1)});
    }
  const Tensor mask = m > 0.5;
  add(s, ops::MaskedSelect{}, {m, mask});
  add(s, ops::MaskedSelect{}, {values({4}), mask});
  add(s, ops::MaskedScatter{}, {m, mask, values({4, 4}, 0.1, 0.8, 1)});
  add(s, ops::Nonzero{}, {mask});
  add(s, ops::Embedding{-1, false}, {values({5, 3}), tensor({{0, 4}, {4, 1}})});
  add(s, ops::Embedding{4, true}, {values({5, 3}), tensor({0, 4, 2, 2})}, /*smooth=*/false);
  add(s, ops::EmbeddingBackward{5, 1, false}, {values({2, 2, 3}), tensor({{0, 4}, {4, 1}})});
}

}  // namespace hearth::testing_ops
