// SPDX-License-Identifier: Apache-2.0
// Attention of 16 heads in bfloat16: a sequence with itself, and one query with what it remembers.
#include "cases/cases.h"

namespace hearth::bench {

namespace {

Step attend(int64_t batch, int64_t queries, int64_t keys, int64_t columns, bool causal,
            bool backward) {
  // As layers make them: [batch, length, heads, columns] seen by heads.
  const auto make = [&](int64_t length) {
    return randn({batch, length, 16, columns})
        .to(TensorOptions(kBFloat16).device(device()))
        .transpose(1, 2)
        .requires_grad_(backward);
  };
  const Tensor q = make(queries), k = make(keys), v = make(keys);
  const auto run = [=] { return scaled_dot_product_attention(q, k, v, {}, 0, causal); };
  if (!backward) return [=] { const Tensor out = run(); };
  const Tensor gradient = ones_like(run());
  return [=] {
    for (const Tensor& t : {q, k, v}) t.mutable_grad().reset();
    run().backward(gradient);
  };
}

}  // namespace

void add_attention(Cases& cases) {
  for (const int64_t columns : {64, 128}) {
    for (const int64_t length : {2048, 8192})
      for (const bool causal : {false, true})
        for (const bool backward : {false, true})
          cases["attention/" + std::to_string(length) + "x" + std::to_string(columns) +
                (causal ? " causal" : "") + (backward ? " backward" : "")] = [=] {
            return attend(1, length, length, columns, causal, backward);
          };
    cases["attention/decode 4096x" + std::to_string(columns)] = [=] {
      return attend(8, 1, 4096, columns, false, false);
    };
  }
}

}  // namespace hearth::bench
