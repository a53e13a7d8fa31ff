// SPDX-License-Identifier: Apache-2.0
// Recurrent networks, and batches of sequences of different lengths.
//
// Input is [T, N, features], with batch_first [N, T, features], or packed: the first element of
// every sequence, then the second of those that have one, and so on, with the number of sequences
// at each step in `batch_sizes` (on the CPU). Sequences are in decreasing order of length. Weights
// come by layer and direction: w_ih, w_hh, with has_biases b_ih, b_hh, for an LSTM with projections
// w_hr. States are [layers * directions, N, size].
#pragma once

#include <optional>
#include <string_view>
#include <tuple>

#include "hearth/tensor/tensor.h"

namespace hearth {

/// The output of the last layer, and the last hidden and cell state of each; hx is {h, c}.
HEARTH_API std::tuple<Tensor, Tensor, Tensor> lstm(const Tensor& input, TensorList hx,
                                                   TensorList params, bool has_biases,
                                                   int64_t num_layers, double dropout, bool train,
                                                   bool bidirectional, bool batch_first);
HEARTH_API std::tuple<Tensor, Tensor, Tensor> lstm(const Tensor& data, const Tensor& batch_sizes,
                                                   TensorList hx, TensorList params,
                                                   bool has_biases, int64_t num_layers,
                                                   double dropout, bool train, bool bidirectional);
/// The output of the last layer, and the last hidden state of each.
HEARTH_API std::tuple<Tensor, Tensor> gru(const Tensor& input, const Tensor& hx, TensorList params,
                                          bool has_biases, int64_t num_layers, double dropout,
                                          bool train, bool bidirectional, bool batch_first);
HEARTH_API std::tuple<Tensor, Tensor> gru(const Tensor& data, const Tensor& batch_sizes,
                                          const Tensor& hx, TensorList params, bool has_biases,
                                          int64_t num_layers, double dropout, bool train,
                                          bool bidirectional);
HEARTH_API std::tuple<Tensor, Tensor> rnn_tanh(const Tensor& input, const Tensor& hx,
                                               TensorList params, bool has_biases,
                                               int64_t num_layers, double dropout, bool train,
                                               bool bidirectional, bool batch_first);
HEARTH_API std::tuple<Tensor, Tensor> rnn_tanh(const Tensor& data, const Tensor& batch_sizes,
                                               const Tensor& hx, TensorList params, bool has_biases,
                                               int64_t num_layers, double dropout, bool train,
                                               bool bidirectional);
HEARTH_API std::tuple<Tensor, Tensor> rnn_relu(const Tensor& input, const Tensor& hx,
                                               TensorList params, bool has_biases,
                                               int64_t num_layers, double dropout, bool train,
                                               bool bidirectional, bool batch_first);
HEARTH_API std::tuple<Tensor, Tensor> rnn_relu(const Tensor& data, const Tensor& batch_sizes,
                                               const Tensor& hx, TensorList params, bool has_biases,
                                               int64_t num_layers, double dropout, bool train,
                                               bool bidirectional);

/// One step of one layer: input [N, features], states [N, hidden].
HEARTH_API std::tuple<Tensor, Tensor> lstm_cell(const Tensor& input, TensorList hx,
                                                const Tensor& w_ih, const Tensor& w_hh,
                                                const std::optional<Tensor>& b_ih = {},
                                                const std::optional<Tensor>& b_hh = {});
HEARTH_API Tensor gru_cell(const Tensor& input, const Tensor& hx, const Tensor& w_ih,
                           const Tensor& w_hh, const std::optional<Tensor>& b_ih = {},
                           const std::optional<Tensor>& b_hh = {});
HEARTH_API Tensor rnn_tanh_cell(const Tensor& input, const Tensor& hx, const Tensor& w_ih,
                                const Tensor& w_hh, const std::optional<Tensor>& b_ih = {},
                                const std::optional<Tensor>& b_hh = {});
HEARTH_API Tensor rnn_relu_cell(const Tensor& input, const Tensor& hx, const Tensor& w_ih,
                                const Tensor& w_hh, const std::optional<Tensor>& b_ih = {},
                                const std::optional<Tensor>& b_hh = {});

/// Padded sequences [T, N, *], or [N, T, *] with batch_first, packed: their data [rows, *] and the
/// batch sizes. Lengths are int64, on the CPU, and decrease.
HEARTH_API std::tuple<Tensor, Tensor> _pack_padded_sequence(const Tensor& input,
                                                            const Tensor& lengths,
                                                            bool batch_first);
/// The inverse: padded sequences at least total_length long, and their lengths.
HEARTH_API std::tuple<Tensor, Tensor> _pad_packed_sequence(const Tensor& data,
                                                           const Tensor& batch_sizes,
                                                           bool batch_first,
                                                           const Scalar& padding_value,
                                                           int64_t total_length);
/// Sequences [length, *] of different lengths in one tensor, [T, N, *] or with batch_first
/// [N, T, *], padded on the "right" or "left".
HEARTH_API Tensor pad_sequence(TensorList sequences, bool batch_first = false,
                               double padding_value = 0, std::string_view padding_side = "right");

}  // namespace hearth
