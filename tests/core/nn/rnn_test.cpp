// SPDX-License-Identifier: Apache-2.0
#include "hearth/nn/modules/rnn.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hearth/autograd/grad_mode.h"
#include "hearth/nn/any_module.h"
#include "hearth/nn/modules/sequential.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/index.h"
#include "hearth/ops/pointwise.h"
#include "hearth/tensor/tensor_literal.h"

#include "error_of.h"

namespace hearth {
namespace {

using namespace nn;
using testing::ElementsAre;
using testing::HasSubstr;
namespace rnn = nn::utils::rnn;

std::vector<std::string> names(const Module& module) {
  std::vector<std::string> all;
  for (const auto& p : module.named_parameters()) all.push_back(p.key());
  return all;
}

TEST(NnRnn, Parameters) {
  LSTM lstm(LSTMOptions(3, 4).bidirectional(true).proj_size(2).num_layers(2));
  EXPECT_THAT(names(*lstm),
              ElementsAre("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0",
                          "weight_hr_l0", "weight_ih_l0_reverse", "weight_hh_l0_reverse",
                          "bias_ih_l0_reverse", "bias_hh_l0_reverse", "weight_hr_l0_reverse",
                          "weight_ih_l1", "weight_hh_l1", "bias_ih_l1", "bias_hh_l1",
                          "weight_hr_l1", "weight_ih_l1_reverse", "weight_hh_l1_reverse",
                          "bias_ih_l1_reverse", "bias_hh_l1_reverse", "weight_hr_l1_reverse"));
  EXPECT_EQ(lstm->named_parameters()["weight_ih_l1"].sizes(), IntArrayRef({16, 4}));
  EXPECT_EQ(lstm->named_parameters()["weight_hr_l0"].sizes(), IntArrayRef({2, 4}));
  EXPECT_EQ(lstm->all_weights().size(), 20u);
  lstm->flatten_parameters();
  for (const Tensor& p : lstm->parameters()) {
    EXPECT_TRUE(p.requires_grad());
    EXPECT_LE(p.abs().max().item<float>(), 0.5f);
    EXPECT_GT(p.abs().max().item<float>(), 0.1f);
  }
  EXPECT_THAT(names(*GRU(GRUOptions(3, 4).bias(false))),
              ElementsAre("weight_ih_l0", "weight_hh_l0"));
  EXPECT_THAT(names(*GRUCell(3, 4)), ElementsAre("weight_ih", "weight_hh", "bias_ih", "bias_hh"));
  EXPECT_FALSE(GRUCell(GRUCellOptions(3, 4).bias(false))->bias_ih.defined());
}

TEST(NnRnn, FollowsItsParameters) {
  GRU gru(3, 4);
  gru->to(kDouble);
  const Tensor x = ones({2, 1, 3}, kDouble);
  EXPECT_EQ(std::get<0>(gru(x)).scalar_type(), kDouble);
  const auto copy = std::dynamic_pointer_cast<GRUImpl>(gru->clone());
  EXPECT_TRUE(std::get<0>(copy->forward(x)).equal(std::get<0>(gru(x))));
  {
    const NoGradGuard no_grad;
    for (const Tensor& p : copy->parameters()) p.zero_();
  }
  EXPECT_EQ(std::get<0>(copy->forward(x)).abs().max().item<double>(), 0);
  EXPECT_NE(std::get<0>(gru(x)).abs().max().item<double>(), 0);
}

TEST(NnRnn, PackedInputInAnyOrder) {
  LSTM lstm(LSTMOptions(2, 3).bidirectional(true));
  const Tensor x = rand({4, 3, 2}), lengths = tensor(std::vector<int64_t>{2, 4, 1});
  const auto hx = std::make_tuple(rand({2, 3, 3}), rand({2, 3, 3}));
  const auto packed = rnn::pack_padded_sequence(x, lengths, false, /*enforce_sorted=*/false);
  const auto [output, states] = lstm->forward_with_packed_input(packed, hx);
  const auto [padded, again] = rnn::pad_packed_sequence(output);
  EXPECT_TRUE(again.equal(lengths));
  for (int64_t i = 0; i < 3; ++i) {
    const int64_t n = lengths[i].item<int64_t>();
    const auto at = [&](const Tensor& t) { return t.narrow(1, i, 1); };
    const auto [alone, last] = lstm->forward(
        at(x).narrow(0, 0, n), std::make_tuple(at(std::get<0>(hx)), at(std::get<1>(hx))));
    EXPECT_TRUE(at(padded).narrow(0, 0, n).allclose(alone, 1e-5, 1e-6));
    EXPECT_TRUE(at(std::get<0>(states)).allclose(std::get<0>(last), 1e-5, 1e-6));
    EXPECT_TRUE(at(std::get<1>(states)).allclose(std::get<1>(last), 1e-5, 1e-6));
  }
}

TEST(NnRnn, InContainers) {
  AnyModule gru(GRU(2, 3));
  using Outputs = std::tuple<Tensor, Tensor>;
  EXPECT_EQ(std::get<0>(gru.forward<Outputs>(rand({4, 1, 2}))).sizes(), IntArrayRef({4, 1, 3}));
  AnyModule cell(LSTMCell(2, 3));
  EXPECT_EQ(std::get<1>(cell.forward<Outputs>(rand({5, 2}))).sizes(), IntArrayRef({5, 3}));
  Sequential cells(GRUCell(2, 3), GRUCell(3, 4));
  EXPECT_EQ(cells->forward(rand({5, 2})).sizes(), IntArrayRef({5, 4}));
}

TEST(NnRnn, Errors) {
  const auto made = [](const LSTMOptions& o) { return error_of([&] { LSTM lstm(o); }); };
  EXPECT_THAT(made({1, 0}), HasSubstr("hidden_size must be greater than zero"));
  EXPECT_THAT(made(LSTMOptions(1, 1).num_layers(0)), HasSubstr("num_layers must be greater than"));
  EXPECT_THAT(made(LSTMOptions(1, 1).dropout(1.5)),
              HasSubstr("dropout should be a number in range [0, 1]"));
  EXPECT_THAT(made(LSTMOptions(1, 2).proj_size(2)),
              HasSubstr("proj_size has to be a positive integer, smaller than hidden_size"));
  LSTM lstm(3, 4);
  GRU gru(3, 4);
  EXPECT_THAT(error_of([&] {
                gru(zeros({2, 3, 3, 3}));
              }),
              HasSubstr("input must have 3 dimensions"));
  EXPECT_THAT(error_of([&] {
                gru(zeros({2, 3, 5}));
              }),
              HasSubstr("input.size(-1) must be equal to input_size. Expected 3, got 5"));
  EXPECT_THAT(error_of([&] {
                gru(zeros({2, 3, 3}), zeros({1, 2, 4}));
              }),
              HasSubstr("Expected hidden size 1 3 4, got [1, 2, 4]"));
  EXPECT_THAT(error_of([&] {
                lstm(zeros({2, 3, 3}), std::make_tuple(zeros({1, 3, 4}), zeros({1, 2, 4})));
              }),
              HasSubstr("Expected hidden[1] size 1 3 4, got [1, 2, 4]"));
  EXPECT_THAT(error_of([&] {
                gru->forward_with_packed_input(
                    rnn::PackedSequence(zeros({3, 2, 3}), tensor(std::vector<int64_t>{2, 1})));
              }),
              HasSubstr("input must have 2 dimensions, got 3"));
  EXPECT_THAT(error_of([] {
                GRUCell(3, 4)(zeros({2, 3}), zeros({2, 5}));
              }),
              HasSubstr("hidden0 has inconsistent hidden_size: got 5, expected 4"));
  EXPECT_THAT(error_of([] {
                GRUCell(3, 4)(zeros({2, 3, 3}));
              }),
              HasSubstr("Expected input to be 1D or 2D, got 3D instead"));
  EXPECT_THAT(error_of([] {
                rnn::pad_packed_sequence(rnn::pack_sequence({zeros({3}), zeros({2})}), false, 0, 1);
              }),
              HasSubstr("max sequence length being 3"));
}

TEST(NnUtilsRnn, PackedSequence) {
  const auto packed = rnn::pack_sequence(
      {tensor(std::vector<int64_t>{1, 2}), tensor(std::vector<int64_t>{3, 4, 5})}, false);
  const auto list = [](std::vector<int64_t> v) { return tensor(v); };
  EXPECT_TRUE(packed.data().equal(list({3, 1, 4, 2, 5})));
  EXPECT_TRUE(packed.batch_sizes().equal(list({2, 2, 1})));
  EXPECT_TRUE(packed.sorted_indices().equal(list({1, 0})));
  EXPECT_TRUE(packed.unsorted_indices().equal(list({1, 0})));
  EXPECT_FALSE(packed.is_cuda());
  EXPECT_TRUE(packed.cpu().data().is_same(packed.data()));
  const auto floats = packed.to(kFloat);
  EXPECT_EQ(floats.data().scalar_type(), kFloat);
  EXPECT_EQ(floats.sorted_indices().scalar_type(), kLong);
  EXPECT_TRUE(rnn::invert_permutation(list({2, 0, 1})).equal(list({1, 2, 0})));
  EXPECT_FALSE(rnn::invert_permutation(Tensor()).defined());
}

}  // namespace
}  // namespace hearth
