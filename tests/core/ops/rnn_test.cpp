// SPDX-License-Identifier: Apache-2.0
#include "hearth/ops/rnn.h"

#include <gtest/gtest.h>

#include "hearth/base/context.h"
#include "hearth/nn/utils/rnn.h"
#include "hearth/ops/index.h"
#include "hearth/tensor/tensor_literal.h"

#include "core/ops/fused_check.h"
#include "ops/rnn.h"

namespace hearth {
namespace {

using ops::RnnLayer;
using ops::RnnMode;

constexpr RnnMode kModes[] = {RnnMode::Tanh, RnnMode::Relu, RnnMode::Lstm, RnnMode::Gru};

/// The arguments of one layer.
std::vector<Tensor> arguments(RnnMode mode, const Tensor& x, int64_t batch, int64_t hidden,
                              ScalarType type = kDouble) {
  const int64_t gates = ops::rnn_gates(mode) * hidden;
  const Tensor c = mode == RnnMode::Lstm ? wave({batch, hidden}, 0.7, type, 2) : Tensor();
  return {x.to(type),
          wave({batch, hidden}, 0.7, type, 1),
          c,
          wave({gates, x.size(-1)}, 0.3, type, 3),
          wave({gates, hidden}, 0.3, type, 4),
          wave({gates}, 0.5, type, 5),
          wave({gates}, 0.5, type, 6)};
}

std::vector<Tensor> run(const RnnLayer& op, const std::vector<Tensor>& in) {
  std::vector<Tensor> out(4);
  invoke({RnnLayer::row(), &op, ArgList(in), out, Bind::Fresh});
  return out;
}

/// Outputs and gradients, in one vector.
Tensor everything(const RnnLayer& op, const std::vector<Tensor>& in) {
  std::vector<Tensor> leaves, copies;
  for (const Tensor& t : in) {
    copies.push_back(t.defined() ? t.detach().clone().requires_grad_() : t);
    if (t.defined()) leaves.push_back(copies.back());
  }
  const std::vector<Tensor> out = run(op, copies);
  const Tensor loss = (out[0] * wave(out[0].sizes(), 1, out[0].scalar_type())).sum() +
                      (out[1] * out[1]).sum() + (out[2] * out[2]).sum();
  std::vector<Tensor> all = autograd::grad({loss}, leaves);
  all.insert(all.end(), {out[0].detach(), out[1].detach(), out[2].detach()});
  for (Tensor& t : all) t = t.flatten();
  return cat(all);
}

TEST(Rnn, KernelsAgreeWithSteps) {
  // More units than a register tile has, and a rest; more rows than one, and a rest.
  for (const RnnMode mode : kModes) {
    for (const bool reverse : {false, true}) {
      for (const auto& [x, sizes, batch] :
           {std::tuple(wave({4, 5, 3}), DimVector(), 5),
            std::tuple(wave({12, 3}), DimVector({5, 4, 2, 1}), 5)}) {
        const RnnLayer op{mode, reverse, true, sizes};
        for (const ScalarType type : {kDouble, kFloat}) {
          const std::vector<Tensor> in = arguments(mode, x, batch, 37, type);
          expect_decomposes(op, in[0], in[1], in[2], in[3], in[4], in[5], in[6]);
          expect_decomposes(op, in[0], in[1], in[2], in[3], in[4], Tensor(), Tensor());
          expect_decomposes(op, scattered(in[0]), scattered(in[1]), in[2], scattered(in[3]),
                            scattered(in[4]), Tensor(), in[6]);
        }
      }
    }
  }
}

TEST(Rnn, InputWithoutFeatures) {
  for (const RnnMode mode : kModes) {
    const std::vector<Tensor> in = arguments(mode, zeros({3, 2, 0}, kDouble), 2, 5);
    const RnnLayer op{mode, false, true, {}};
    expect_decomposes(op, in[0], in[1], in[2], in[3], in[4], in[5], in[6]);
    EXPECT_TRUE(everything(op, in).isfinite().all().item<bool>());
  }
}

TEST(Rnn, SameOnAnyThreads) {
  // oneDNN's large products depend on the number of threads.
  set_deterministic(true);
  for (const RnnMode mode : kModes) {
    const std::vector<Tensor> in = arguments(mode, wave({3, 17, 40}), 17, 203, kFloat);
    expect_same_on_any_threads([&] { return everything({mode, false, true, {}}, in); });
  }
  set_deterministic(false);
}

TEST(Rnn, KeepsNothingUnlessAsked) {
  for (const RnnMode mode : kModes) {
    const std::vector<Tensor> in = arguments(mode, wave({3, 2, 4}), 2, 5);
    EXPECT_EQ(run({mode, false, false, {}}, in)[3].numel(), 0);
    // Its gradients are those of a call that keeps.
    EXPECT_TRUE(same_bits(everything({mode, false, false, {}}, in),
                          everything({mode, false, true, {}}, in)));
  }
}

TEST(Rnn, HalfTypes) {
  for (const RnnMode mode : kModes) {
    for (const ScalarType type : {kHalf, kBFloat16}) {
      const std::vector<Tensor> in = arguments(mode, wave({3, 2, 4}), 2, 5, type);
      expect_rounds_float_results(RnnLayer{mode, true, true, {}}, in[0], in[1], in[2], in[3], in[4],
                                  in[5], in[6]);
    }
  }
}

TEST(Rnn, LongSequencesAndLargeNumbers) {
  // Gates saturate: nothing overflows on the way.
  const Tensor x = wave({200, 1, 2}, 1e4);
  for (const RnnMode mode : {RnnMode::Tanh, RnnMode::Lstm, RnnMode::Gru}) {
    const std::vector<Tensor> in = arguments(mode, x, 1, 3, kFloat);
    EXPECT_TRUE(everything({mode, false, true, {}}, in).isfinite().all().item<bool>());
  }
}

TEST(Rnn, Gradients) {
  for (const RnnMode mode : {RnnMode::Tanh, RnnMode::Lstm, RnnMode::Gru}) {
    for (const bool reverse : {false, true}) {
      const std::vector<Tensor> in = arguments(mode, wave({3, 2}, 1), 2, 2);
      std::vector<Tensor> given;
      for (const Tensor& t : in)
        if (t.defined()) given.push_back(t);
      expect_gradients(
          [&](const std::vector<Tensor>& v) {
            std::vector<Tensor> args;
            for (size_t i = 0, k = 0; i < in.size(); ++i)
              args.push_back(in[i].defined() ? v[k++] : Tensor());
            std::vector<Tensor> out = run({mode, reverse, true, {2, 1}}, args);
            out.resize(mode == RnnMode::Lstm ? 3 : 2);
            return out;
          },
          given);
    }
  }
}

TEST(Rnn, GradientsOfSomeInputs) {
  // Only what is asked for is computed, and it is the same.
  const std::vector<Tensor> in = arguments(RnnMode::Gru, wave({3, 2, 4}), 2, 5);
  const auto gradient = [&](size_t which, bool others) {
    std::vector<Tensor> args;
    for (const Tensor& t : in) args.push_back(t.defined() ? t.clone() : t);
    for (size_t i = 0; i < in.size(); ++i)
      if (in[i].defined() && (others || i == which)) args[i].requires_grad_();
    return autograd::grad({run({RnnMode::Gru, false, true, {}}, args)[0].sum()}, {args[which]})[0];
  };
  for (const size_t i : {0, 1, 3, 4, 5, 6})
    EXPECT_TRUE(same_bits(gradient(i, false), gradient(i, true))) << i;
}

TEST(Rnn, PackedEqualsEachSequence) {
  const int64_t hidden = 4;
  const std::vector<int64_t> lengths{2, 4, 1};
  std::vector<Tensor> sequences, weights;
  for (size_t i = 0; i < lengths.size(); ++i)
    sequences.push_back(wave({lengths[i], 3}, 1, kDouble, static_cast<double>(i)));
  for (int i = 0; i < 4; ++i) {
    weights.push_back(wave({12, i < 2 ? 3 : 8}, 0.5, kDouble, i));
    weights.push_back(wave({12, hidden}, 0.5, kDouble, i));
  }
  const auto packed = nn::utils::rnn::pack_sequence(sequences, /*enforce_sorted=*/false);
  const Tensor h = zeros({4, 3, hidden}, kDouble);
  const auto [y, hy] = gru(packed.data(), packed.batch_sizes(), h, weights, /*has_biases=*/false, 2,
                           0.0, false, /*bidirectional=*/true);
  const std::vector<Tensor> outputs = nn::utils::rnn::unpack_sequence(
      nn::utils::rnn::PackedSequence(y, packed.batch_sizes(), packed.sorted_indices()));
  const Tensor states = hy.index_select(1, packed.unsorted_indices());
  for (size_t i = 0; i < sequences.size(); ++i) {
    const auto at = static_cast<int64_t>(i);
    const auto [alone, last] = gru(sequences[i].unsqueeze(1), h.narrow(1, 0, 1), weights, false, 2,
                                   0.0, false, true, false);
    expect_close(outputs[i], alone.squeeze(1), 1e-12);
    expect_close(states.narrow(1, at, 1), last, 1e-12);
  }
}

TEST(Rnn, Dropout) {
  const std::vector<Tensor> weights{wave({4, 3}), wave({4, 4}), wave({4, 4}), wave({4, 4})};
  const Tensor x = wave({5, 2, 3}), h = zeros({2, 2, 4}, kDouble);
  const auto output = [&](double p, bool train) {
    return std::get<0>(rnn_tanh(x, h, weights, false, 2, p, train, false, false));
  };
  EXPECT_TRUE(output(0.5, false).equal(output(0, true)));
  EXPECT_FALSE(output(0.5, true).equal(output(0, true)));
  // With everything dropped, the second layer sees its own state alone: tanh of zeros.
  EXPECT_EQ(output(1, true).abs().sum().item<double>(), 0);
}

TEST(Rnn, Errors) {
  const Tensor x = zeros({2, 2, 3}), h = zeros({1, 2, 4}), packed = zeros({3, 3});
  const std::vector<Tensor> w{zeros({12, 3}), zeros({12, 4})};
  const auto run_gru = [&](const Tensor& input, const Tensor& hx, std::vector<Tensor> params,
                           bool biases = false, int64_t layers = 1) {
    return [=] { gru(input, hx, params, biases, layers, 0.0, false, false, false); };
  };
  expect_error<ShapeError>(run_gru(zeros({0, 2, 3}), h, w), "sequence length to be larger than 0");
  expect_error<ShapeError>(run_gru(zeros({2, 3}), h, w), "expected input of 3 dims, got [2, 3]");
  expect_error<ShapeError>(run_gru(x, zeros({2, 2, 4}), w), "expected states [1, 2, hidden_size]");
  expect_error<ValueError>(run_gru(x, h, w, true), "incorrect number of RNN parameters");
  expect_error<ValueError>(run_gru(x, zeros({2, 2, 4}), w, false, 2), "for each of 2 layers");
  expect_error<ValueError>(run_gru(x, h, w, false, 0), "expected at least one layer, got 0");
  expect_error<ShapeError>(run_gru(x, h, {w[0], zeros({12, 5})}), "expected weight_hh [12, 4]");
  expect_error<ShapeError>(run_gru(x, h, {zeros({9, 3}), w[1]}), "expected weight_ih [12, 3]");
  expect_error<DtypeError>(run_gru(x.to(kLong), h, w), "expected floating input");
  expect_error<DtypeError>(run_gru(x, h.to(kDouble), w), "expected hx of the input's type");
  expect_error<ValueError>([&] { lstm(x, {h}, w, false, 1, 0.0, false, false, false); },
                           "expects two hidden states");
  const auto run_packed = [&](const Tensor& sizes) {
    return [=] { gru(packed, sizes, h, w, false, 1, 0.0, false, false); };
  };
  const auto sizes = [](std::vector<int64_t> v) { return tensor(v); };
  expect_error<ShapeError>(run_packed(sizes({2, 2})), "batch_sizes sum to 4");
  expect_error<ShapeError>(run_packed(full({4}, int64_t{1} << 62, kLong)), "is too large");
  expect_error<ValueError>(run_packed(sizes({1, 2})), "positive and do not grow");
  expect_error<ValueError>(run_packed(sizes({3, 0})), "positive and do not grow");
  expect_error<ValueError>(run_packed(sizes({2, 1}).to(kInt)), "1D CPU int64 tensor");
  expect_error<ShapeError>(
      [&] {
        gru_cell(zeros({2, 5}), zeros({2, 4}), w[0], w[1]);
      },
      "inconsistent input_size: got 5 expected 3");
  expect_error<ShapeError>(
      [&] {
        gru_cell(zeros({2, 3}), zeros({3, 4}), w[0], w[1]);
      },
      "Input batch size 2 doesn't match hidden0 batch size 3");
}

TEST(Sequences, Gradients) {
  const Tensor lengths = tensor(std::vector<int64_t>{3, 1});
  for (const bool first : {false, true}) {
    expect_gradients(
        [&](const std::vector<Tensor>& v) {
          const Tensor x = first ? v[0].transpose(0, 1) : v[0];
          const auto [data, sizes] = _pack_padded_sequence(x, lengths, first);
          const Tensor squared = data * data;
          return std::get<0>(_pad_packed_sequence(squared, sizes, first, 1.0, 4));
        },
        {wave({3, 2, 2})});
    expect_gradients(
        [&](const std::vector<Tensor>& v) {
          return pad_sequence({v[0] * v[0], v[1]}, first, 2.0, "left");
        },
        {wave({1, 2}), wave({3, 2})});
  }
}

}  // namespace
}  // namespace hearth
