// SPDX-License-Identifier: Apache-2.0
#include "hearth/tensor/tensor_literal.h"

#include "core/ops/samples.h"
#include "ops/ctc_loss.h"
#include "ops/embedding_bag.h"
#include "ops/margin_loss.h"

namespace hearth::testing_ops {

namespace {

Tensor indices(std::vector<int64_t> values, IntArrayRef sizes) {
  return tensor(values).view(sizes);
}

void margin_samples(Samples& s) {
  const Tensor lists = indices({0, 2, -1, 0, -1, 1, 2, 3, 3, 2, 1, 0}, {3, 4});
  add(s, ops::MultilabelMarginLoss{}, {values({3, 4}), lists});
  add(s, ops::MultilabelMarginLoss{}, {values({3, 4}).to(kFloat), lists});
  add(s, ops::MultilabelMarginLoss{}, {values({0, 4}), indices({}, {0, 4})});
}

void ctc_samples(Samples& s) {
  // The gradient is that of log_softmax's input, so differences of log_probs do not show it.
  constexpr bool kNotSmooth = false;
  const Tensor log_probs = values({6, 2, 4}, -2, 2).log_softmax(-1);
  for (const Tensor& targets : {indices({1, 2, 2, 3, 0, 0}, {2, 3}), indices({1, 2, 2, 3}, {4})}) {
    add(s, ops::CtcLoss{{6, 5}, {3, 1}, 0, false}, {log_probs, targets}, kNotSmooth);
    const Tensors out = run(s.back(), s.back().in);
    add(s, ops::CtcLossBackward{{6, 5}, {3, 1}, 0, false},
        {values({2}), log_probs, targets, out[0], out[1]}, kNotSmooth);
  }
}

void bag_samples(Samples& s) {
  const Tensor weight = values({5, 3});
  const Tensor index = indices({0, 2, 1, 4, 2, 3}, {6}), offsets = indices({0, 2, 2, 5}, {4});
  for (ops::BagMode mode : {ops::BagMode::Sum, ops::BagMode::Mean, ops::BagMode::Max}) {
    add(s, ops::EmbeddingBag{mode, false, -1, false}, {weight, index, offsets, Tensor()});
    add(s, ops::EmbeddingBag{mode, true, 2, false}, {weight, index, offsets, Tensor()});
  }
  add(s, ops::EmbeddingBag{ops::BagMode::Sum, false, 2, false},
      {weight, index, offsets, values({6}, 0.5, 1.5)});
}

}  // namespace

void losses_samples(Samples& s) {
  margin_samples(s);
  ctc_samples(s);
  bag_samples(s);
}

}  // namespace hearth::testing_ops
