// SPDX-License-Identifier: Apache-2.0
// What golden values of CTC and of bags of embeddings do not show.
#include "hearth/ops/ctc_loss.h"

#include <cmath>

#include <gtest/gtest.h>

#include "hearth/autograd/autograd.h"
#include "hearth/base/threads.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/embedding_bag.h"
#include "hearth/ops/margin_loss.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/random.h"
#include "hearth/ops/softmax.h"
#include "hearth/ops/view.h"
#include "hearth/tensor/tensor_literal.h"

namespace hearth {
namespace {

Tensor ints(std::vector<int64_t> values) { return tensor(values); }

TEST(CtcLoss, ListsOfLengthsAndTensorsAreTheSame) {
  const Tensor x = rand({5, 2, 4}).log_softmax(-1), targets = ints({1, 2, 3, 3}).view({2, 2});
  const Tensor by_list = ctc_loss(x, targets, IntArrayRef({5, 4}), IntArrayRef({2, 2}));
  EXPECT_TRUE(by_list.equal(ctc_loss(x, targets, ints({5, 4}), ints({2, 2}))));
}

TEST(CtcLoss, SumsOverEveryAlignment) {
  // Two steps and one label: "a a", "a -", "- a".
  const Tensor p = tensor(std::vector<double>{0.25, 0.75, 0.5, 0.5}, kDouble).view({2, 1, 2});
  const Tensor loss = ctc_loss(p.log(), ints({1}).view({1, 1}), IntArrayRef({2}), IntArrayRef({1}),
                               0, Reduction::Sum);
  EXPECT_NEAR(loss.item<double>(), -std::log(0.75 * 0.5 + 0.75 * 0.5 + 0.25 * 0.5), 1e-12);
}

TEST(CtcLoss, StepsAfterTheLengthGetNoGradient) {
  const Tensor x = rand({6, 2, 3}).requires_grad_();
  ctc_loss(x, ints({1, 2}).view({2, 1}), IntArrayRef({4, 6}), IntArrayRef({1, 1})).backward();
  const Tensor late = x.grad().slice(0, 4, 6);
  EXPECT_EQ(late.select(1, 0).abs().sum().item<float>(), 0);
  EXPECT_GT(late.select(1, 1).abs().sum().item<float>(), 0);
}

TEST(CtcLoss, HasNoSecondDerivative) {
  const Tensor x = rand({5, 1, 4}).requires_grad_();
  const Tensor loss = ctc_loss(x.log_softmax(-1), ints({1}).view({1, 1}), ints({5}), ints({1}));
  const Tensor g = autograd::grad({loss}, {x}, {}, std::nullopt, /*create_graph=*/true)[0];
  EXPECT_THROW(g.sum().backward(), NotImplementedError);
}

TEST(CtcLoss, ThreadsDoNotChangeIt) {
  const Tensor x = rand({40, 16, 10}).log_softmax(-1).detach().requires_grad_();
  const Tensor targets = randint(1, 10, {16, 12}, kLong);
  std::vector<int64_t> steps(16, 40), lengths(16, 12);
  const int before = get_num_threads();
  std::vector<Tensor> results;
  for (int threads : {1, 3}) {
    set_num_threads(threads);
    const Tensor loss = ctc_loss(x, targets, steps, lengths);
    results.push_back(autograd::grad({loss}, {x})[0]);
    results.push_back(loss.detach());
  }
  set_num_threads(before);
  EXPECT_TRUE(results[0].equal(results[2]));
  EXPECT_TRUE(results[1].equal(results[3]));
}

TEST(CtcLoss, LabelsOutOfRangeThrow) {
  const Tensor x = rand({5, 1, 4}).log_softmax(-1);
  for (int64_t label : {-1, 4})
    EXPECT_THROW(ctc_loss(x, ints({label}).view({1, 1}), ints({5}), ints({1})), IndexError);
  EXPECT_THROW(ctc_loss(x, ints({1}).view({1, 1}), ints({5}), ints({1}), 0, 7), ValueError);
  EXPECT_THROW(ctc_loss(x, ones({1, 1}), ints({5}), ints({1})), DtypeError);
}

TEST(EmbeddingBag, SaysWhereEachIndexWent) {
  const Tensor weight = tensor(std::vector<float>{1, 8, 2, 7, 3, 6}).view({3, 2});
  const auto [out, bag, size, from] =
      embedding_bag(weight, ints({0, 2, 1, 0}), ints({0, 2, 2}), false, /*mode=*/2);
  EXPECT_TRUE(out.equal(tensor(std::vector<float>{3, 8, 0, 0, 2, 8}).view({3, 2})));
  EXPECT_TRUE(bag.equal(ints({0, 0, 2, 2})));
  EXPECT_TRUE(size.equal(ints({2, 0, 2})));
  EXPECT_TRUE(from.equal(ints({2, 0, 0, 0, 1, 0}).view({3, 2})));
  const auto mean = embedding_bag(weight, ints({0, 2, 1, 0}), ints({0, 2, 2}), false, 1, false, {},
                                  false, /*padding_idx=*/0);
  EXPECT_TRUE(std::get<0>(mean).equal(tensor(std::vector<float>{3, 6, 0, 0, 2, 7}).view({3, 2})));
  EXPECT_TRUE(std::get<2>(mean).equal(ints({1, 0, 1})));
}

TEST(EmbeddingBag, IndicesAfterTheLastOffsetAreInNoBag) {
  const Tensor weight = rand({4, 3}).requires_grad_();
  const Tensor out = std::get<0>(embedding_bag(weight, ints({0, 1, 2, 3}), ints({0, 1, 3}), false,
                                               0, false, {}, /*include_last_offset=*/true));
  out.sum().backward();
  EXPECT_TRUE(weight.grad().equal(
      tensor(std::vector<float>{1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0}).view({4, 3})));
  // No bag at all.
  const Tensor other = rand({4, 3}).requires_grad_();
  const Tensor none = std::get<0>(embedding_bag(other, ints({0, 1}), ints({}).to(kLong)));
  EXPECT_EQ(none.sizes(), IntArrayRef({0, 3}));
  none.sum().backward();
  EXPECT_EQ(other.grad().abs().sum().item<float>(), 0);
}

TEST(EmbeddingBag, BadArgumentsSaySo) {
  const Tensor weight = rand({4, 3});
  EXPECT_THROW(embedding_bag(weight, ints({0, 1, 2}), ints({0, 2, 1})), ValueError);
  EXPECT_THROW(embedding_bag(weight, ints({0, 4}), ints({0})), IndexError);
  EXPECT_THROW(embedding_bag(weight, ints({0}), ints({0}), false, 3), ValueError);
  EXPECT_THROW(embedding_bag(weight, ints({0}), ints({0}), false, 1, false, rand({1})), ValueError);
}

TEST(MarginLosses, BroadcastAndRefuse) {
  EXPECT_EQ(soft_margin_loss(rand({2, 3}), ones({3}), Reduction::None).sizes(),
            IntArrayRef({2, 3}));
  EXPECT_THROW(soft_margin_loss(rand({2}), ones({2}), 3), ValueError);
  EXPECT_THROW(multi_margin_loss(rand({2, 3}), ints({0, 3})), IndexError);
  EXPECT_THROW(multilabel_margin_loss(rand({1, 2}), ints({0, 2}).view({1, 2})), IndexError);
  EXPECT_THROW(multilabel_margin_loss(rand({1, 2}), ints({0, -2}).view({1, 2})), IndexError);
}

}  // namespace
}  // namespace hearth
