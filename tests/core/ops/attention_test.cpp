// SPDX-License-Identifier: Apache-2.0
#include "ops/attention.h"

#include <cmath>

#include "hearth/ops/attention.h"
#include "hearth/ops/linalg.h"
#include "hearth/ops/random.h"

#include "core/ops/fused_check.h"

namespace hearth {
namespace {

using autograd::variable_list;

void check(const Tensor& q, const Tensor& k, const Tensor& v, const Tensor& mask, bool causal) {
  SCOPED_TRACE(cat_str(q.sizes(), " ", k.sizes(), " ", q.scalar_type(), " causal ", causal,
                       " mask ", mask.defined()));
  const ops::Attention op{causal, 0.3};
  expect_decomposes(op, q, k, v, mask);
  const auto out = invoke_n<2>(op, q, k, v, mask);
  const Tensor g = wave(out[0].sizes(), 1, q.scalar_type(), 5);
  expect_decomposes(ops::AttentionBackward{causal, 0.3, true, true, true}, g, q, k, v, mask, out[0],
                    out[1]);
  expect_decomposes(ops::AttentionBackward{causal, 0.3, false, true, false}, g, q, k, v, mask,
                    out[0], out[1]);
}

TEST(Attention, AgreesWithItsDecomposition) {
  for (ScalarType type : {kFloat, kDouble, kBFloat16}) {
    const auto t = [&](IntArrayRef sizes, double phase) { return wave(sizes, 1, type, phase); };
    for (bool causal : {false, true}) {
      check(t({3, 4}, 0), t({5, 4}, 1), t({5, 6}, 2), {}, causal);
      check(t({2, 3, 130, 8}, 0), t({2, 3, 270, 8}, 1), t({2, 3, 270, 5}, 2), {}, causal);
      // Heads as attention layers make them: [N, L, H, E] transposed.
      check(t({2, 40, 3, 8}, 0).transpose(1, 2), t({2, 33, 3, 8}, 1).transpose(1, 2),
            t({2, 33, 3, 8}, 2).transpose(1, 2), {}, causal);
      check(scattered(t({2, 7, 4}, 0)), t({1, 9, 4}, 1).expand({2, 9, 4}), t({2, 9, 4}, 2), {},
            causal);
    }
    const Tensor q = t({2, 2, 40, 8}, 0), k = t({2, 2, 300, 8}, 1), v = t({2, 2, 300, 8}, 2);
    const Tensor bias = wave({40, 300}, 2, type, 3);
    check(q, k, v, bias, false);
    check(q, k, v, bias.gt(0), false);
    check(q, k, v, wave({2, 1, 1, 300}, 2, kDouble, 3).gt(0), false);
  }
  const Tensor none = wave({2, 0, 4});
  EXPECT_EQ(scaled_dot_product_attention(none, wave({2, 3, 4}), wave({2, 3, 4})).numel(), 0);
  EXPECT_TRUE(scaled_dot_product_attention(wave({2, 3, 4}), none, none)
                  .equal(zeros({2, 3, 4}, TensorOptions(kDouble))));
}

TEST(Attention, HalfTypesAreComputedInFloat) {
  for (const ScalarType type : {kHalf, kBFloat16}) {
    const auto t = [&](IntArrayRef sizes, double phase) { return wave(sizes, 1, type, phase); };
    const auto check_half = [&](const Tensor& q, const Tensor& k, const Tensor& v,
                                const Tensor& mask, bool causal) {
      SCOPED_TRACE(cat_str(q.sizes(), " ", k.sizes(), " ", type, " causal ", causal));
      const ops::Attention op{causal, 0.3};
      expect_rounds_float_results(op, q, k, v, mask);
      const auto out = invoke_n<2>(op, q, k, v, mask);
      const Tensor g = t(out[0].sizes(), 5);
      expect_rounds_float_results(ops::AttentionBackward{causal, 0.3, true, true, true}, g, q, k, v,
                                  mask, out[0], out[1]);
      expect_rounds_float_results(ops::AttentionBackward{causal, 0.3, false, true, false}, g, q, k,
                                  v, mask, out[0], out[1]);
    };
    const Tensor q = t({2, 2, 140, 8}, 0), k = t({2, 2, 300, 8}, 1), v = t({2, 2, 300, 6}, 2);
    check_half(q, k, v, {}, false);
    check_half(q, k, v, {}, true);
    check_half(q, k, v, t({140, 300}, 3), false);
    check_half(q, k, v, t({2, 1, 300, 140}, 3).transpose(2, 3), false);
    check_half(q, k, v, t({140, 1}, 3), false);
    check_half(q, k, v, t({300}, 3).gt(0), false);
    check_half(scattered(q), k.transpose(0, 1).contiguous().transpose(0, 1), scattered(v), {},
               false);
    check_half(t({5, 4}, 0), t({7, 4}, 1), t({7, 3}, 2), {}, false);
  }
}

TEST(Attention, KeepsTheLayoutOfTransposedHeads) {
  const Tensor q = wave({2, 40, 3, 8}).transpose(1, 2);
  const Tensor y = scaled_dot_product_attention(q, q, q);
  EXPECT_TRUE(y.transpose(1, 2).is_contiguous());
}

TEST(Attention, ExtremeScores) {
  const Tensor q = full({1, 2}, 1e4, TensorOptions(kFloat));
  const Tensor k = stack({full({2}, 1.0), full({2}, -1.0)}), v = wave({2, 2}, 1, kFloat);
  expect_close(scaled_dot_product_attention(q, k, v), v.narrow(0, 0, 1), 1e-6);
  // A row that may attend to nothing gives zeros, and no gradient.
  const Tensor leaf = wave({3, 2}, 1, kFloat).requires_grad_();
  const Tensor mask = ones({3, 3}, TensorOptions(kBool));
  mask.select(0, 1).fill_(false);
  const Tensor y = scaled_dot_product_attention(leaf, leaf, leaf, mask);
  EXPECT_TRUE(y.select(0, 1).equal(zeros({2})));
  y.sum().backward();
  EXPECT_TRUE(leaf.grad().isfinite().all().item<bool>());
  const Tensor nan = full({1, 2}, NAN);
  EXPECT_TRUE(scaled_dot_product_attention(nan, k, v).isnan().all().item<bool>());
}

TEST(Attention, PublicForms) {
  const Tensor q = wave({4, 6, 8}), k = wave({2, 5, 8}, 1, kDouble, 1),
               v = wave({2, 5, 8}, 1, kDouble, 2);
  // Grouped heads: two query heads to each key head.
  const Tensor grouped = scaled_dot_product_attention(q, k, v, {}, 0, false, {}, true);
  for (int64_t head = 0; head < 4; ++head)
    expect_close(grouped.select(0, head),
                 scaled_dot_product_attention(q.select(0, head), k.select(0, head / 2),
                                              v.select(0, head / 2)),
                 1e-12);
  for (const Tensor& mask : {wave({6, 5}).gt(0), wave({1, 6, 5}).gt(0), wave({4, 1, 5}).gt(0)}) {
    const Tensor masked = scaled_dot_product_attention(q, k, v, mask, 0, false, {}, true);
    for (int64_t head = 0; head < 4; ++head)
      expect_close(masked.select(0, head),
                   scaled_dot_product_attention(q.select(0, head), k.select(0, head / 2),
                                                v.select(0, head / 2),
                                                mask.expand({4, 6, 5}).select(0, head)),
                   1e-12);
  }
  expect_close(scaled_dot_product_attention(q, k.select(0, 0), v.select(0, 0)).select(0, 3),
               scaled_dot_product_attention(q.select(0, 3), k.select(0, 0), v.select(0, 0)), 1e-12);
  manual_seed(1);
  const Tensor dropped = scaled_dot_product_attention(q, q, q, {}, 0.5);
  manual_seed(1);
  EXPECT_TRUE(dropped.equal(scaled_dot_product_attention(q, q, q, {}, 0.5)));
  EXPECT_FALSE(dropped.allclose(scaled_dot_product_attention(q, q, q)));
}

TEST(Attention, Gradients) {
  const Tensor q = wave({2, 3, 2}), k = wave({2, 4, 2}, 1, kDouble, 1),
               v = wave({2, 4, 2}, 1, kDouble, 2), bias = wave({3, 4}, 1, kDouble, 3);
  for (bool causal : {false, true})
    expect_gradients(
        [&](const variable_list& in) {
          return scaled_dot_product_attention(in[0], in[1], in[2], {}, 0, causal);
        },
        {q, k, v});
  expect_gradients(
      [&](const variable_list& in) {
        return scaled_dot_product_attention(in[0], in[1], in[2], bias.gt(0));
      },
      {q, k, v});
  expect_gradients(
      [&](const variable_list& in) {
        return scaled_dot_product_attention(in[0], in[1], in[2], in[3]);
      },
      {q, k, v, bias});
}

TEST(Attention, Errors) {
  const Tensor q = wave({2, 3, 4});
  expect_error<ValueError>(
      [&] {
        scaled_dot_product_attention(q, q, q, wave({3, 3}), 0, true);
      },
      "attn_mask should not be set when is_causal=True");
  expect_error<ShapeError>(
      [&] {
        scaled_dot_product_attention(q, wave({2, 3, 5}), q);
      },
      "expected query [..., L, E]");
  expect_error<ShapeError>(
      [&] {
        scaled_dot_product_attention(q, q, q, wave({5, 3}));
      },
      "do not broadcast");
  expect_error<ShapeError>([&] { scaled_dot_product_attention(wave({4}), q, q); },
                           "at least 2 dimensional");
  expect_error<DtypeError>([&] { scaled_dot_product_attention(q, q.to(kFloat), q); },
                           "to have the same floating dtype");
  expect_error<DtypeError>(
      [&] {
        scaled_dot_product_attention(q, q, q, zeros({3, 3}, TensorOptions(kLong)));
      },
      "Expected attn_mask dtype to be bool or floating");
  expect_error<ValueError>([&] { scaled_dot_product_attention(q, q, q, {}, 1.5); },
                           "dropout probability has to be between 0 and 1");
}

TEST(Attention, SameBitsOnAnyThreads) {
  const Tensor x = wave({2, 3, 300, 16}, 1, kFloat);
  expect_same_on_any_threads([&] {
    const Tensor leaf = x.detach().requires_grad_();
    scaled_dot_product_attention(leaf, leaf, leaf, {}, 0, true).square().sum().backward();
    return leaf.grad();
  });
}

}  // namespace
}  // namespace hearth
