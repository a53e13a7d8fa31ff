// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "dispatch/op.h"

namespace hearth::ops {

enum class RnnMode : uint8_t { Tanh, Relu, Lstm, Gru };
constexpr RnnMode last_value(RnnMode) { return RnnMode::Gru; }

/// Gates of a unit: rows of the weights for each element of the state.
constexpr int64_t rnn_gates(RnnMode mode) {
  return mode == RnnMode::Lstm ? 4 : mode == RnnMode::Gru ? 3 : 1;
}
/// Numbers for each unit and row of input that backward reads of forward. LSTM: the gates i, f, g,
/// o and the new cell; GRU: r, z, n and the state's part of n. The others read the output alone.
constexpr int64_t rnn_kept(RnnMode mode) {
  return mode == RnnMode::Lstm ? 5 : mode == RnnMode::Gru ? 4 : 0;
}

/// One step in the order of computation. Sequences lie in decreasing order of length, so each step
/// has the first so many of them.
struct RnnStep {
  int64_t row;       ///< of input and output, where the step's first sequence lies
  int64_t batch;     ///< sequences
  int64_t previous;  ///< the row of the step before it
  int64_t carried;   ///< sequences whose state comes from there; the others begin
  int64_t lasting;   ///< sequences that go on to the next step; the others end
};
HEARTH_API std::vector<RnnStep> rnn_steps(const DimVector& batch_sizes, bool reverse);

/// One direction of one layer of a recurrent network, over all steps. input [T, N, I] or, with
/// batch_sizes, packed [rows, I]; hx and cx [N, H]. Outputs: that of each step, the last hidden and
/// cell state, and what backward reads if `keep`. What there is not, is empty.
struct RnnLayer {
  RnnMode mode = RnnMode::Tanh;
  bool reverse = false, keep = false;
  DimVector batch_sizes;
  static constexpr OpInfo info{.name = "rnn_layer",
                               .kind = Kind::Fused,
                               .cast = Cast::Lower,
                               .args = {"input",
                                        "hx",
                                        {"cx", arg::optional},
                                        "weight_ih",
                                        "weight_hh",
                                        {"bias_ih", arg::optional},
                                        {"bias_hh", arg::optional}},
                               .outputs = {out::fresh, out::fresh, out::fresh, out::constant}};
  HEARTH_OP(RnnLayer, mode, reverse, keep, batch_sizes)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {.in = 0b1111111, .out = 0b1001}; }
  Tensors decompose(Args in) const;
  Grads vjp(const Saved& s, Args g, NeedMask need) const;
};

/// The gradients of RnnLayer's arguments; those of input, weights and biases are empty where they
/// are not wanted, that of cx where there is none.
struct RnnLayerBackward {
  RnnMode mode = RnnMode::Tanh;
  bool reverse = false;
  bool need_input = true, need_weight_ih = true, need_weight_hh = true, need_bias = true;
  DimVector batch_sizes;
  static constexpr OpInfo info{.name = "rnn_layer_backward",
                               .kind = Kind::Fused,
                               .args = {{"grad", arg::optional},
                                        {"grad_hy", arg::optional},
                                        {"grad_cy", arg::optional},
                                        "input",
                                        "hx",
                                        {"cx", arg::optional},
                                        "weight_ih",
                                        "weight_hh",
                                        {"bias_ih", arg::optional},
                                        {"bias_hh", arg::optional},
                                        "output",
                                        "kept"}};
  HEARTH_OP(RnnLayerBackward, mode, reverse, need_input, need_weight_ih, need_weight_hh, need_bias,
            batch_sizes)
  Specs infer(Args in) const;
  Tensors decompose(Args in) const;
};

/// What RnnLayer computes, step by step in other ops and so of complex numbers as well; with w_hr,
/// an LSTM's hidden state is projected by it.
Tensors rnn_by_steps(const RnnLayer& op, Args in, const Tensor& w_hr = {});

}  // namespace hearth::ops
