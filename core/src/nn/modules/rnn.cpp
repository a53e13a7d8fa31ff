// SPDX-License-Identifier: Apache-2.0
#include "hearth/nn/modules/rnn.h"

#include <cmath>

#include "hearth/base/warning.h"
#include "hearth/nn/init.h"
#include "hearth/nn/parametrize.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/rnn.h"
#include "hearth/ops/view.h"

#include "nn/builtin.h"

namespace hearth::nn {

using utils::rnn::PackedSequence;

namespace {

/// A network's options as its base keeps them.
template <typename Options>
detail::RNNOptionsBase base_of(const Options& o,
                               detail::RNNOptionsBase::rnn_options_base_mode_t mode) {
  detail::RNNOptionsBase base(mode, o.input_size(), o.hidden_size());
  base.num_layers(o.num_layers())
      .bias(o.bias())
      .batch_first(o.batch_first())
      .dropout(o.dropout())
      .bidirectional(o.bidirectional());
  if constexpr (requires { o.proj_size(); }) base.proj_size(o.proj_size());
  return base;
}

template <typename Options>
detail::RNNCellOptionsBase cell_base_of(const Options& o, int64_t num_chunks) {
  return {o.input_size(), o.hidden_size(), o.bias(), num_chunks};
}

using OptionalStates = std::optional<std::tuple<Tensor, Tensor>>;

/// {h, c}, undefined where they are not given.
std::vector<Tensor> listed(const OptionalStates& hx) {
  if (!hx) return {Tensor(), Tensor()};
  return {std::get<0>(*hx), std::get<1>(*hx)};
}

void init_uniform(const std::vector<Tensor>& parameters, int64_t hidden_size) {
  const double bound = hidden_size > 0 ? 1.0 / std::sqrt(static_cast<double>(hidden_size)) : 0.0;
  for (const Tensor& p : parameters) init::uniform_(p, -bound, bound);
}

}  // namespace

namespace detail {

RNNImplBase::RNNImplBase(const RNNOptionsBase& options_) : options_base(options_) {
  RNNImplBase::reset();
}

void RNNImplBase::reset() {
  const RNNOptionsBase& o = options_base;
  HEARTH_CHECK_AS(ValueError, o.dropout() >= 0 && o.dropout() <= 1,
                  "[RNN] dropout should be a number in range [0, 1] representing the probability "
                  "of an element being zeroed, got ",
                  o.dropout());
  HEARTH_CHECK_AS(ValueError, o.hidden_size() > 0,
                  "[RNN] hidden_size must be greater than zero, got ", o.hidden_size());
  HEARTH_CHECK_AS(ValueError, o.input_size() >= 0, "[RNN] input_size must not be negative, got ",
                  o.input_size());
  HEARTH_CHECK_AS(ValueError, o.num_layers() > 0,
                  "[RNN] num_layers must be greater than zero, got ", o.num_layers());
  HEARTH_CHECK_AS(ValueError, o.proj_size() >= 0 && o.proj_size() < o.hidden_size(),
                  "[RNN] proj_size has to be a positive integer, smaller than hidden_size or zero "
                  "to disable projections, got ",
                  o.proj_size());
  if (o.dropout() > 0 && o.num_layers() == 1)
    HEARTH_WARN(
        "dropout option adds dropout after all but last recurrent layer, so non-zero "
        "dropout expects num_layers greater than 1, but got dropout=",
        o.dropout(), " and num_layers=", o.num_layers());
  const int64_t gates = std::holds_alternative<enumtype::kLSTM>(o.mode())  ? 4
                        : std::holds_alternative<enumtype::kGRU>(o.mode()) ? 3
                                                                           : 1;
  const int64_t rows = gates * o.hidden_size();
  const int64_t state = o.proj_size() > 0 ? o.proj_size() : o.hidden_size();
  weights_.clear();
  const auto add = [&](const std::string& name, const Tensor& t) {
    weights_.push_back(register_parameter(name, t));
  };
  for (int64_t layer = 0; layer < o.num_layers(); ++layer) {
    for (const char* direction : {"", "_reverse"}) {
      if (*direction && !o.bidirectional()) continue;
      const std::string suffix = cat_str("_l", layer, direction);
      const int64_t input = layer == 0 ? o.input_size() : state * (o.bidirectional() ? 2 : 1);
      add("weight_ih" + suffix, empty({rows, input}));
      add("weight_hh" + suffix, empty({rows, state}));
      if (o.bias()) {
        add("bias_ih" + suffix, empty({rows}));
        add("bias_hh" + suffix, empty({rows}));
      }
      if (o.proj_size() > 0) add("weight_hr" + suffix, empty({o.proj_size(), o.hidden_size()}));
    }
  }
  reset_parameters();
}

void RNNImplBase::reset_parameters() { init_uniform(parameters(), options_base.hidden_size()); }

std::vector<int64_t> RNNImplBase::state_sizes() const {
  const RNNOptionsBase& o = options_base;
  const int64_t hidden = o.proj_size() > 0 ? o.proj_size() : o.hidden_size();
  if (!std::holds_alternative<enumtype::kLSTM>(o.mode())) return {hidden};
  return {hidden, o.hidden_size()};
}

/// Checks states of a batch; makes those of zeros that are not given.
void RNNImplBase::prepare(States& hx, const Tensor& input, int64_t batch) const {
  const RNNOptionsBase& o = options_base;
  HEARTH_CHECK_AS(ShapeError, input.size(-1) == o.input_size(),
                  "[RNN] input.size(-1) must be equal to input_size. Expected ", o.input_size(),
                  ", got ", input.size(-1));
  const int64_t count = o.num_layers() * (o.bidirectional() ? 2 : 1);
  const std::vector<int64_t> sizes = state_sizes();
  for (size_t i = 0; i < sizes.size(); ++i) {
    if (!hx[i].defined()) {
      hx[i] = zeros({count, batch, sizes[i]}, input.options());
      continue;
    }
    const std::string which = sizes.size() == 1 ? "hidden" : cat_str("hidden[", i, "]");
    HEARTH_CHECK_AS(ShapeError, hx[i].sizes() == IntArrayRef({count, batch, sizes[i]}),
                    "[RNN] Expected ", which, " size ", count, " ", batch, " ", sizes[i], ", got ",
                    hx[i].sizes());
  }
}

RNNImplBase::Result RNNImplBase::call(const Tensor& input, const Tensor& batch_sizes,
                                      const States& hx) {
  const RNNOptionsBase& o = options_base;
  const std::vector<Tensor> weights = all_weights();
  const bool packed = batch_sizes.defined();
  if (std::holds_alternative<enumtype::kLSTM>(o.mode())) {
    auto [y, h, c] = packed ? lstm(input, batch_sizes, hx, weights, o.bias(), o.num_layers(),
                                   o.dropout(), is_training(), o.bidirectional())
                            : lstm(input, hx, weights, o.bias(), o.num_layers(), o.dropout(),
                                   is_training(), o.bidirectional(), o.batch_first());
    return {y, {h, c}};
  }
  const auto with = [&](auto padded_form, auto packed_form) -> Result {
    auto [y, h] = packed ? packed_form(input, batch_sizes, hx[0], weights, o.bias(), o.num_layers(),
                                       o.dropout(), is_training(), o.bidirectional())
                         : padded_form(input, hx[0], weights, o.bias(), o.num_layers(), o.dropout(),
                                       is_training(), o.bidirectional(), o.batch_first());
    return {y, {h}};
  };
  using Outputs = std::tuple<Tensor, Tensor>;
  using Padded = Outputs (*)(const Tensor&, const Tensor&, TensorList, bool, int64_t, double, bool,
                             bool, bool);
  using Packed = Outputs (*)(const Tensor&, const Tensor&, const Tensor&, TensorList, bool, int64_t,
                             double, bool, bool);
  if (std::holds_alternative<enumtype::kGRU>(o.mode())) return with(Padded(gru), Packed(gru));
  if (std::holds_alternative<enumtype::kRNN_TANH>(o.mode()))
    return with(Padded(rnn_tanh), Packed(rnn_tanh));
  return with(Padded(rnn_relu), Packed(rnn_relu));
}

RNNImplBase::Result RNNImplBase::run(const Tensor& input, States hx) {
  HEARTH_CHECK_AS(ShapeError, input.dim() == 2 || input.dim() == 3,
                  "[RNN] input must have 3 dimensions, or 2 for one sequence, got ", input.dim());
  const int64_t batch_dim = options_base.batch_first() ? 0 : 1;
  if (input.dim() == 2) {
    for (Tensor& h : hx) {
      HEARTH_CHECK_AS(ShapeError, !h.defined() || h.dim() == 2,
                      "[RNN] For unbatched 2-D input, hx should also be 2-D but got ", h.dim(),
                      "-D tensor");
      if (h.defined()) h = h.unsqueeze(1);
    }
    Result r = run(input.unsqueeze(batch_dim), std::move(hx));
    r.output = r.output.squeeze(batch_dim);
    for (Tensor& h : r.states) h = h.squeeze(1);
    return r;
  }
  prepare(hx, input, input.size(batch_dim));
  return call(input, Tensor(), hx);
}

RNNImplBase::Result RNNImplBase::run_packed(const PackedSequence& input, States hx) {
  HEARTH_CHECK_AS(ShapeError, input.data().dim() == 2, "[RNN] input must have 2 dimensions, got ",
                  input.data().dim());
  HEARTH_CHECK_AS(ShapeError, input.batch_sizes().numel() > 0,
                  "[RNN] Expected sequence length to be larger than 0 in RNN");
  const auto permuted = [](const Tensor& t, const Tensor& order) {
    return t.defined() && order.defined() ? t.index_select(1, order) : t;
  };
  // The states given are in the order of the sequences before sorting.
  for (Tensor& h : hx) h = permuted(h, input.sorted_indices());
  // No hooks run before this form of forward.
  utils::parametrize::update_parametrized(*this);
  prepare(hx, input.data(), input.batch_sizes()[0].item<int64_t>());
  Result r = call(input.data(), input.batch_sizes(), hx);
  for (Tensor& h : r.states) h = permuted(h, input.unsorted_indices());
  return r;
}

void RNNImplBase::print(std::ostream& stream, const char* name) const {
  const RNNOptionsBase& o = options_base;
  Printer(stream, name)
      .field("input_size", o.input_size())
      .field("hidden_size", o.hidden_size())
      .field("num_layers", o.num_layers())
      .field("bias", o.bias())
      .field("batch_first", o.batch_first())
      .field("dropout", o.dropout())
      .field("bidirectional", o.bidirectional())
      .field_if(o.proj_size() > 0, "proj_size", o.proj_size());
}

RNNCellImplBase::RNNCellImplBase(const RNNCellOptionsBase& options_) : options_base(options_) {
  RNNCellImplBase::reset();
}

void RNNCellImplBase::reset() {
  const RNNCellOptionsBase& o = options_base;
  HEARTH_CHECK_AS(ValueError, o.input_size() >= 0 && o.hidden_size() >= 0,
                  "[RNNCell] input_size and hidden_size must not be negative, got ", o.input_size(),
                  " and ", o.hidden_size());
  const int64_t rows = o.num_chunks() * o.hidden_size();
  weight_ih = register_parameter("weight_ih", empty({rows, o.input_size()}));
  weight_hh = register_parameter("weight_hh", empty({rows, o.hidden_size()}));
  const auto bias = [&] { return o.bias() ? empty({rows}) : Tensor(); };
  bias_ih = register_parameter("bias_ih", bias(), o.bias());
  bias_hh = register_parameter("bias_hh", bias(), o.bias());
  reset_parameters();
}

void RNNCellImplBase::reset_parameters() {
  init_uniform(parameters(/*recurse=*/false), options_base.hidden_size());
}

std::vector<Tensor> RNNCellImplBase::batched(const Tensor& input,
                                             const std::vector<Tensor>& hx) const {
  HEARTH_CHECK_AS(ShapeError, input.dim() == 1 || input.dim() == 2,
                  "[RNNCell] Expected input to be 1D or 2D, got ", input.dim(), "D instead");
  std::vector<Tensor> all{input.dim() == 1 ? input.unsqueeze(0) : input};
  for (const Tensor& h : hx) {
    HEARTH_CHECK_AS(ShapeError, !h.defined() || h.dim() == input.dim(),
                    "[RNNCell] Expected hidden to be ", input.dim(), "D as the input, got ",
                    h.dim(), "D instead");
    if (!h.defined()) {
      all.push_back(zeros({all[0].size(0), options_base.hidden_size()}, input.options()));
    } else {
      all.push_back(h.dim() == 1 ? h.unsqueeze(0) : h);
    }
  }
  return all;
}

void RNNCellImplBase::print(std::ostream& stream, const char* name,
                            const std::string& nonlinearity) const {
  Printer(stream, name)
      .value(options_base.input_size())
      .value(options_base.hidden_size())
      .field_if(!options_base.bias(), "bias", false)
      .field_if(nonlinearity != "kTanh", "nonlinearity", nonlinearity);
}

}  // namespace detail

RNNImpl::RNNImpl(int64_t input_size, int64_t hidden_size)
    : RNNImpl(RNNOptions(input_size, hidden_size)) {}
RNNImpl::RNNImpl(const RNNOptions& options_)
    : RNNImplBase(std::holds_alternative<enumtype::kReLU>(options_.nonlinearity())
                      ? base_of(options_, kRNN_RELU)
                      : base_of(options_, kRNN_TANH)),
      options(options_) {}
std::tuple<Tensor, Tensor> RNNImpl::forward(const Tensor& input, Tensor hx) {
  Result r = run(input, {std::move(hx)});
  return {std::move(r.output), std::move(r.states[0])};
}

LSTMImpl::LSTMImpl(int64_t input_size, int64_t hidden_size)
    : LSTMImpl(LSTMOptions(input_size, hidden_size)) {}
LSTMImpl::LSTMImpl(const LSTMOptions& options_)
    : RNNImplBase(base_of(options_, kLSTM)), options(options_) {}
std::tuple<Tensor, std::tuple<Tensor, Tensor>> LSTMImpl::forward(const Tensor& input,
                                                                 OptionalStates hx_opt) {
  Result r = run(input, listed(hx_opt));
  return {std::move(r.output), {std::move(r.states[0]), std::move(r.states[1])}};
}
std::tuple<PackedSequence, std::tuple<Tensor, Tensor>> LSTMImpl::forward_with_packed_input(
    const PackedSequence& packed_input, OptionalStates hx_opt) {
  Result r = run_packed(packed_input, listed(hx_opt));
  return {PackedSequence(std::move(r.output), packed_input.batch_sizes(),
                         packed_input.sorted_indices(), packed_input.unsorted_indices()),
          {std::move(r.states[0]), std::move(r.states[1])}};
}

GRUImpl::GRUImpl(int64_t input_size, int64_t hidden_size)
    : GRUImpl(GRUOptions(input_size, hidden_size)) {}
GRUImpl::GRUImpl(const GRUOptions& options_)
    : RNNImplBase(base_of(options_, kGRU)), options(options_) {}
std::tuple<Tensor, Tensor> GRUImpl::forward(const Tensor& input, Tensor hx) {
  Result r = run(input, {std::move(hx)});
  return {std::move(r.output), std::move(r.states[0])};
}

namespace {

std::tuple<PackedSequence, Tensor> packed_like(const PackedSequence& input, Tensor output,
                                               Tensor state) {
  return {PackedSequence(std::move(output), input.batch_sizes(), input.sorted_indices(),
                         input.unsorted_indices()),
          std::move(state)};
}

}  // namespace

std::tuple<PackedSequence, Tensor> RNNImpl::forward_with_packed_input(
    const PackedSequence& packed_input, Tensor hx) {
  Result r = run_packed(packed_input, {std::move(hx)});
  return packed_like(packed_input, std::move(r.output), std::move(r.states[0]));
}
std::tuple<PackedSequence, Tensor> GRUImpl::forward_with_packed_input(
    const PackedSequence& packed_input, Tensor hx) {
  Result r = run_packed(packed_input, {std::move(hx)});
  return packed_like(packed_input, std::move(r.output), std::move(r.states[0]));
}

RNNCellImpl::RNNCellImpl(int64_t input_size, int64_t hidden_size)
    : RNNCellImpl(RNNCellOptions(input_size, hidden_size)) {}
RNNCellImpl::RNNCellImpl(const RNNCellOptions& options_)
    : RNNCellImplBase(cell_base_of(options_, 1)), options(options_) {}
Tensor RNNCellImpl::forward(const Tensor& input, const Tensor& hx) {
  const std::vector<Tensor> in = batched(input, {hx});
  const bool relu = std::holds_alternative<enumtype::kReLU>(options.nonlinearity());
  const Tensor h = (relu ? rnn_relu_cell : rnn_tanh_cell)(in[0], in[1], weight_ih, weight_hh,
                                                          given(bias_ih), given(bias_hh));
  return input.dim() == 1 ? h.squeeze(0) : h;
}

LSTMCellImpl::LSTMCellImpl(int64_t input_size, int64_t hidden_size)
    : LSTMCellImpl(LSTMCellOptions(input_size, hidden_size)) {}
LSTMCellImpl::LSTMCellImpl(const LSTMCellOptions& options_)
    : RNNCellImplBase(cell_base_of(options_, 4)), options(options_) {}
std::tuple<Tensor, Tensor> LSTMCellImpl::forward(const Tensor& input, OptionalStates hx_opt) {
  const std::vector<Tensor> in = batched(input, listed(hx_opt));
  auto [h, c] =
      lstm_cell(in[0], {in[1], in[2]}, weight_ih, weight_hh, given(bias_ih), given(bias_hh));
  if (input.dim() == 2) return {std::move(h), std::move(c)};
  return {h.squeeze(0), c.squeeze(0)};
}

GRUCellImpl::GRUCellImpl(int64_t input_size, int64_t hidden_size)
    : GRUCellImpl(GRUCellOptions(input_size, hidden_size)) {}
GRUCellImpl::GRUCellImpl(const GRUCellOptions& options_)
    : RNNCellImplBase(cell_base_of(options_, 3)), options(options_) {}
Tensor GRUCellImpl::forward(const Tensor& input, const Tensor& hx) {
  const std::vector<Tensor> in = batched(input, {hx});
  const Tensor h = gru_cell(in[0], in[1], weight_ih, weight_hh, given(bias_ih), given(bias_hh));
  return input.dim() == 1 ? h.squeeze(0) : h;
}

void RNNImpl::pretty_print(std::ostream& stream) const { print(stream, "RNN"); }
void LSTMImpl::pretty_print(std::ostream& stream) const { print(stream, "LSTM"); }
void GRUImpl::pretty_print(std::ostream& stream) const { print(stream, "GRU"); }
void RNNCellImpl::pretty_print(std::ostream& stream) const {
  print(stream, "RNNCell", enumtype::get_enum_name(options.nonlinearity()));
}
void LSTMCellImpl::pretty_print(std::ostream& stream) const { print(stream, "LSTMCell", "kTanh"); }
void GRUCellImpl::pretty_print(std::ostream& stream) const { print(stream, "GRUCell", "kTanh"); }

HEARTH_DEFINE_CLONE(RNNImpl)
HEARTH_DEFINE_CLONE(LSTMImpl)
HEARTH_DEFINE_CLONE(GRUImpl)
HEARTH_DEFINE_CLONE(RNNCellImpl)
HEARTH_DEFINE_CLONE(LSTMCellImpl)
HEARTH_DEFINE_CLONE(GRUCellImpl)

}  // namespace hearth::nn
