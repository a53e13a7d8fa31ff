// SPDX-License-Identifier: Apache-2.0
// Recurrent layers. Input is [T, N, input_size], with batch_first [N, T, input_size], one sequence
// [T, input_size], or packed; hidden states are [num_layers * directions, N, size], zeros if not
// given. Parameters are named as in PyTorch: weight_ih_l0, weight_hh_l0, bias_ih_l0, ...,
// weight_ih_l0_reverse, ...
#pragma once

#include <optional>
#include <tuple>
#include <variant>
#include <vector>

#include "hearth/base/arg.h"
#include "hearth/nn/enum.h"
#include "hearth/nn/pimpl.h"
#include "hearth/nn/utils/rnn.h"

namespace hearth::nn {

namespace detail {

/// What RNN, LSTM and GRU have in common.
struct RNNOptionsBase {
  using rnn_options_base_mode_t =
      std::variant<enumtype::kLSTM, enumtype::kGRU, enumtype::kRNN_TANH, enumtype::kRNN_RELU>;
  RNNOptionsBase(rnn_options_base_mode_t mode, int64_t input_size, int64_t hidden_size)
      : mode_(mode), input_size_(input_size), hidden_size_(hidden_size) {}
  HEARTH_ARG(rnn_options_base_mode_t, mode);
  HEARTH_ARG(int64_t, input_size);
  HEARTH_ARG(int64_t, hidden_size);
  HEARTH_ARG(int64_t, num_layers) = 1;
  HEARTH_ARG(bool, bias) = true;
  HEARTH_ARG(bool, batch_first) = false;
  HEARTH_ARG(double, dropout) = 0.0;
  HEARTH_ARG(bool, bidirectional) = false;
  HEARTH_ARG(int64_t, proj_size) = 0;
};

/// What RNNCell, LSTMCell and GRUCell have in common.
struct RNNCellOptionsBase {
  RNNCellOptionsBase(int64_t input_size, int64_t hidden_size, bool bias, int64_t num_chunks)
      : input_size_(input_size), hidden_size_(hidden_size), bias_(bias), num_chunks_(num_chunks) {}
  HEARTH_ARG(int64_t, input_size);
  HEARTH_ARG(int64_t, hidden_size);
  HEARTH_ARG(bool, bias);
  /// Gates of a unit.
  HEARTH_ARG(int64_t, num_chunks);
};

}  // namespace detail

/// Options of RNN.
struct RNNOptions {
  using nonlinearity_t = std::variant<enumtype::kTanh, enumtype::kReLU>;
  RNNOptions(int64_t input_size, int64_t hidden_size)
      : input_size_(input_size), hidden_size_(hidden_size) {}
  HEARTH_ARG(int64_t, input_size);
  HEARTH_ARG(int64_t, hidden_size);
  HEARTH_ARG(int64_t, num_layers) = 1;
  HEARTH_ARG(nonlinearity_t, nonlinearity) = kTanh;
  HEARTH_ARG(bool, bias) = true;
  HEARTH_ARG(bool, batch_first) = false;
  /// Of the outputs of each layer but the last, in training.
  HEARTH_ARG(double, dropout) = 0.0;
  HEARTH_ARG(bool, bidirectional) = false;
};

/// Options of LSTM.
struct LSTMOptions {
  LSTMOptions(int64_t input_size, int64_t hidden_size)
      : input_size_(input_size), hidden_size_(hidden_size) {}
  HEARTH_ARG(int64_t, input_size);
  HEARTH_ARG(int64_t, hidden_size);
  HEARTH_ARG(int64_t, num_layers) = 1;
  HEARTH_ARG(bool, bias) = true;
  HEARTH_ARG(bool, batch_first) = false;
  /// Of the outputs of each layer but the last, in training.
  HEARTH_ARG(double, dropout) = 0.0;
  HEARTH_ARG(bool, bidirectional) = false;
  /// The size that hidden states are projected to; 0 for no projection.
  HEARTH_ARG(int64_t, proj_size) = 0;
};

/// Options of GRU.
struct GRUOptions {
  GRUOptions(int64_t input_size, int64_t hidden_size)
      : input_size_(input_size), hidden_size_(hidden_size) {}
  HEARTH_ARG(int64_t, input_size);
  HEARTH_ARG(int64_t, hidden_size);
  HEARTH_ARG(int64_t, num_layers) = 1;
  HEARTH_ARG(bool, bias) = true;
  HEARTH_ARG(bool, batch_first) = false;
  /// Of the outputs of each layer but the last, in training.
  HEARTH_ARG(double, dropout) = 0.0;
  HEARTH_ARG(bool, bidirectional) = false;
};

/// Options of RNNCell.
struct RNNCellOptions {
  using nonlinearity_t = std::variant<enumtype::kTanh, enumtype::kReLU>;
  RNNCellOptions(int64_t input_size, int64_t hidden_size)
      : input_size_(input_size), hidden_size_(hidden_size) {}
  HEARTH_ARG(int64_t, input_size);
  HEARTH_ARG(int64_t, hidden_size);
  HEARTH_ARG(bool, bias) = true;
  HEARTH_ARG(nonlinearity_t, nonlinearity) = kTanh;
};

/// Options of LSTMCell.
struct LSTMCellOptions {
  LSTMCellOptions(int64_t input_size, int64_t hidden_size)
      : input_size_(input_size), hidden_size_(hidden_size) {}
  HEARTH_ARG(int64_t, input_size);
  HEARTH_ARG(int64_t, hidden_size);
  HEARTH_ARG(bool, bias) = true;
};

/// Options of GRUCell.
struct GRUCellOptions {
  GRUCellOptions(int64_t input_size, int64_t hidden_size)
      : input_size_(input_size), hidden_size_(hidden_size) {}
  HEARTH_ARG(int64_t, input_size);
  HEARTH_ARG(int64_t, hidden_size);
  HEARTH_ARG(bool, bias) = true;
};

namespace detail {

/// The base of RNN, LSTM and GRU: their parameters.
class HEARTH_API RNNImplBase : public Module {
 public:
  explicit RNNImplBase(const RNNOptionsBase& options_);
  /// Registers and initialises everything anew.
  virtual void reset();
  /// Draws all parameters from U(-1/sqrt(hidden_size), 1/sqrt(hidden_size)).
  void reset_parameters();
  /// Does nothing: no backend here asks for all weights in one piece of memory.
  void flatten_parameters() {}
  /// All parameters, layer by layer, each forward and then backward.
  std::vector<Tensor> all_weights() const { return weights_; }

  RNNOptionsBase options_base;

 protected:
  using States = std::vector<Tensor>;  ///< {h}, or an LSTM's {h, c}
  /// What comes out of a network: output and last states.
  struct Result {
    Tensor output;
    States states;
  };
  Result run(const Tensor& input, States hx);
  Result run_packed(const utils::rnn::PackedSequence& input, States hx);
  void print(std::ostream& stream, const char* name) const;

 private:
  std::vector<int64_t> state_sizes() const;
  void prepare(States& hx, const Tensor& input, int64_t batch) const;
  Result call(const Tensor& input, const Tensor& batch_sizes, const States& hx);

  std::vector<Tensor> weights_;  ///< as registered, parametrized or not
};

/// The base of the cells: their parameters.
class HEARTH_API RNNCellImplBase : public Module {
 public:
  explicit RNNCellImplBase(const RNNCellOptionsBase& options_);
  /// Registers and initialises everything anew.
  virtual void reset();
  /// Draws all parameters from U(-1/sqrt(hidden_size), 1/sqrt(hidden_size)).
  void reset_parameters();

  RNNCellOptionsBase options_base;
  Tensor weight_ih;  ///< [num_chunks * hidden_size, input_size]
  Tensor weight_hh;  ///< [num_chunks * hidden_size, hidden_size]
  Tensor bias_ih;    ///< undefined without bias
  Tensor bias_hh;

 protected:
  /// The input and the states of a step, checked, as batches; zeros for states that are undefined.
  std::vector<Tensor> batched(const Tensor& input, const std::vector<Tensor>& hx) const;
  void print(std::ostream& stream, const char* name, const std::string& nonlinearity) const;
};

}  // namespace detail

/// Layers of h' = tanh or relu of (W_ih x + b_ih + W_hh h + b_hh).
class HEARTH_API RNNImpl : public detail::RNNImplBase {
 public:
  RNNImpl(int64_t input_size, int64_t hidden_size);
  explicit RNNImpl(const RNNOptions& options_);
  HEARTH_DERIVED_MODULE(RNNImpl)
  /// The last layer's output of every step, and every layer's last state.
  std::tuple<Tensor, Tensor> forward(const Tensor& input, Tensor hx = {});
  std::tuple<utils::rnn::PackedSequence, Tensor> forward_with_packed_input(
      const utils::rnn::PackedSequence& packed_input, Tensor hx = {});

  RNNOptions options;

 protected:
  FORWARD_HAS_DEFAULT_ARGS({1, AnyValue(Tensor())})
};
HEARTH_MODULE(RNN);

/// Long short-term memory.
class HEARTH_API LSTMImpl : public detail::RNNImplBase {
 public:
  LSTMImpl(int64_t input_size, int64_t hidden_size);
  explicit LSTMImpl(const LSTMOptions& options_);
  HEARTH_DERIVED_MODULE(LSTMImpl)
  /// The last layer's output of every step, and every layer's last hidden and cell state.
  std::tuple<Tensor, std::tuple<Tensor, Tensor>> forward(
      const Tensor& input, std::optional<std::tuple<Tensor, Tensor>> hx_opt = {});
  std::tuple<utils::rnn::PackedSequence, std::tuple<Tensor, Tensor>> forward_with_packed_input(
      const utils::rnn::PackedSequence& packed_input,
      std::optional<std::tuple<Tensor, Tensor>> hx_opt = {});

  LSTMOptions options;

 protected:
  FORWARD_HAS_DEFAULT_ARGS({1, AnyValue(std::optional<std::tuple<Tensor, Tensor>>())})
};
HEARTH_MODULE(LSTM);

/// Gated recurrent units.
class HEARTH_API GRUImpl : public detail::RNNImplBase {
 public:
  GRUImpl(int64_t input_size, int64_t hidden_size);
  explicit GRUImpl(const GRUOptions& options_);
  HEARTH_DERIVED_MODULE(GRUImpl)
  /// The last layer's output of every step, and every layer's last state.
  std::tuple<Tensor, Tensor> forward(const Tensor& input, Tensor hx = {});
  std::tuple<utils::rnn::PackedSequence, Tensor> forward_with_packed_input(
      const utils::rnn::PackedSequence& packed_input, Tensor hx = {});

  GRUOptions options;

 protected:
  FORWARD_HAS_DEFAULT_ARGS({1, AnyValue(Tensor())})
};
HEARTH_MODULE(GRU);

/// One step of an RNN layer: input [N, input_size] or [input_size].
class HEARTH_API RNNCellImpl : public detail::RNNCellImplBase {
 public:
  RNNCellImpl(int64_t input_size, int64_t hidden_size);
  explicit RNNCellImpl(const RNNCellOptions& options_);
  HEARTH_DERIVED_MODULE(RNNCellImpl)
  Tensor forward(const Tensor& input, const Tensor& hx = {});

  RNNCellOptions options;

 protected:
  FORWARD_HAS_DEFAULT_ARGS({1, AnyValue(Tensor())})
};
HEARTH_MODULE(RNNCell);

/// One step of an LSTM layer: the next hidden and cell state.
class HEARTH_API LSTMCellImpl : public detail::RNNCellImplBase {
 public:
  LSTMCellImpl(int64_t input_size, int64_t hidden_size);
  explicit LSTMCellImpl(const LSTMCellOptions& options_);
  HEARTH_DERIVED_MODULE(LSTMCellImpl)
  std::tuple<Tensor, Tensor> forward(const Tensor& input,
                                     std::optional<std::tuple<Tensor, Tensor>> hx_opt = {});

  LSTMCellOptions options;

 protected:
  FORWARD_HAS_DEFAULT_ARGS({1, AnyValue(std::optional<std::tuple<Tensor, Tensor>>())})
};
HEARTH_MODULE(LSTMCell);

/// One step of a GRU layer.
class HEARTH_API GRUCellImpl : public detail::RNNCellImplBase {
 public:
  GRUCellImpl(int64_t input_size, int64_t hidden_size);
  explicit GRUCellImpl(const GRUCellOptions& options_);
  HEARTH_DERIVED_MODULE(GRUCellImpl)
  Tensor forward(const Tensor& input, const Tensor& hx = {});

  GRUCellOptions options;

 protected:
  FORWARD_HAS_DEFAULT_ARGS({1, AnyValue(Tensor())})
};
HEARTH_MODULE(GRUCell);

}  // namespace hearth::nn
