// SPDX-License-Identifier: Apache-2.0
// Recurrent networks of rows of one layer and direction each.
#include "ops/rnn.h"

#include "hearth/autograd/grad_mode.h"
#include "hearth/ops/random.h"
#include "hearth/ops/rnn.h"
#include "hearth/ops/view.h"

#include "ops/sequences.h"

namespace hearth {

namespace {

using ops::RnnLayer;
using ops::RnnMode;

constexpr std::string_view kNames[] = {"rnn_tanh", "rnn_relu", "lstm", "gru"};
std::string_view name_of(RnnMode mode) { return kNames[static_cast<size_t>(mode)]; }

/// The weights of one layer and direction; undefined where it has none.
struct Weights {
  Tensor w_ih, w_hh, b_ih, b_hh, w_hr;
};

struct LayerResult {
  Tensor output, hy, cy;
};

LayerResult run_layer(RnnLayer op, const Tensor& input, const Tensor& hx, const Tensor& cx,
                      const Weights& w) {
  const Tensor* in[] = {&input, &hx, &cx, &w.w_ih, &w.w_hh, &w.b_ih, &w.b_hh};
  const Args args(in, 7);
  if (w.w_hr.defined() || input.is_complex()) {
    Tensors out = ops::rnn_by_steps(op, args, w.w_hr);
    return {out[0], out[1], out[2]};
  }
  if (GradMode::is_enabled())
    for (const Tensor* t : in) op.keep |= t->defined() && t->requires_grad();
  std::array<Tensor, 4> out;
  invoke({RnnLayer::row(), &op, args, out, Bind::Fresh});
  return {std::move(out[0]), std::move(out[1]), std::move(out[2])};
}

/// What the functions of all kinds of networks take.
struct Network {
  RnnMode mode;
  bool has_biases;
  int64_t num_layers;
  double dropout;
  bool train, bidirectional;
};

std::vector<Weights> grouped(const Network& net, TensorList params, bool projected) {
  const size_t each = 2 + (net.has_biases ? 2 : 0) + (projected ? 1 : 0);
  const auto count = static_cast<size_t>(net.num_layers * (net.bidirectional ? 2 : 1));
  HEARTH_CHECK_AS(ValueError, params.size() == each * count, "[", name_of(net.mode),
                  "] got an incorrect number of RNN parameters: expected ", each, " for each of ",
                  count, " layers and directions, got ", params.size());
  std::vector<Weights> all;
  for (size_t i = 0; i < count; ++i) {
    const TensorList p = params.slice(i * each, each);
    Weights w{p[0], p[1], {}, {}, {}};
    if (net.has_biases) {
      w.b_ih = p[2];
      w.b_hh = p[3];
    }
    if (projected) w.w_hr = p[each - 1];
    all.push_back(std::move(w));
  }
  return all;
}

/// The states of each layer and direction.
std::vector<Tensor> states(const Network& net, const Tensor& hx, int64_t batch) {
  const int64_t count = net.num_layers * (net.bidirectional ? 2 : 1);
  HEARTH_CHECK_AS(ShapeError, hx.dim() == 3 && hx.size(0) == count && hx.size(1) == batch, "[",
                  name_of(net.mode), "] expected states [", count, ", ", batch,
                  ", hidden_size] for ", net.num_layers,
                  net.bidirectional ? " layers in two directions" : " layers", " and a batch of ",
                  batch, ", got ", hx.sizes());
  return hx.unbind(0);
}

/// All layers on [T, N, features], or packed with batch sizes. hx is {h} or {h, c}.
std::tuple<Tensor, Tensor, Tensor> run(const Network& net, Tensor x, const DimVector& batch_sizes,
                                       TensorList hx, TensorList params) {
  const bool packed = !batch_sizes.empty(), cells = net.mode == RnnMode::Lstm;
  const std::string_view name = name_of(net.mode);
  HEARTH_CHECK_AS(ShapeError, x.dim() == (packed ? 2 : 3), "[", name, "] expected input ",
                  packed ? "[rows, features], packed" : "of 3 dims", ", got ", x.sizes());
  HEARTH_CHECK_AS(ShapeError, packed || x.size(0) > 0, "[", name,
                  "] Expected sequence length to be larger than 0 in RNN");
  HEARTH_CHECK_AS(ValueError, net.num_layers > 0, "[", name, "] expected at least one layer, got ",
                  net.num_layers);
  HEARTH_CHECK_AS(ValueError, net.dropout >= 0 && net.dropout <= 1, "[", name,
                  "] dropout probability has to be between 0 and 1, but got ", net.dropout);
  const int64_t batch = packed ? batch_sizes[0] : x.size(1);
  const std::vector<Tensor> h = states(net, hx[0], batch);
  const std::vector<Tensor> c = cells ? states(net, hx[1], batch) : h;
  const bool projected = cells && h[0].size(1) != c[0].size(1);
  const std::vector<Weights> weights = grouped(net, params, projected);
  std::vector<Tensor> hy, cy;
  const size_t directions = net.bidirectional ? 2 : 1;
  for (size_t i = 0; i < h.size(); i += directions) {
    std::vector<Tensor> outputs;
    for (size_t d = 0; d < directions; ++d) {
      LayerResult r = run_layer({net.mode, d == 1, false, batch_sizes}, x, h[i + d],
                                cells ? c[i + d] : Tensor(), weights[i + d]);
      outputs.push_back(std::move(r.output));
      hy.push_back(std::move(r.hy));
      cy.push_back(std::move(r.cy));
    }
    x = directions == 2 ? cat(outputs, -1) : outputs[0];
    if (i + directions < h.size() && net.train && net.dropout > 0)
      x = dropout(x, net.dropout, true);
  }
  return {x, stack(hy, 0), cells ? stack(cy, 0) : Tensor()};
}

std::tuple<Tensor, Tensor, Tensor> run_padded(const Network& net, const Tensor& input,
                                              TensorList hx, TensorList params, bool batch_first) {
  HEARTH_CHECK_AS(ShapeError, input.dim() == 3, "[", name_of(net.mode),
                  "] expected input of 3 dims, got ", input.sizes());
  auto [y, h, c] = run(net, batch_first ? input.transpose(0, 1) : input, {}, hx, params);
  return {batch_first ? y.transpose(0, 1) : y, h, c};
}

std::tuple<Tensor, Tensor, Tensor> run_packed(const Network& net, const Tensor& data,
                                              const Tensor& batch_sizes, TensorList hx,
                                              TensorList params) {
  const DimVector sizes = ops::checked_batch_sizes(name_of(net.mode), batch_sizes, data);
  return run(net, data, sizes, hx, params);
}

/// One step of a batch [N, features]: a packed sequence of length one.
LayerResult run_cell(RnnMode mode, const Tensor& input, TensorList hx, const Tensor& w_ih,
                     const Tensor& w_hh, const std::optional<Tensor>& b_ih,
                     const std::optional<Tensor>& b_hh) {
  const std::string name = cat_str(name_of(mode), "_cell");
  HEARTH_CHECK_AS(ShapeError, input.dim() == 2, "[", name,
                  "] Expected 2D input (batch x feature), but got ", input.dim(), "D input");
  HEARTH_CHECK_AS(ShapeError, w_ih.dim() == 2 && w_hh.dim() == 2, "[", name,
                  "] expected weights of two dims, got ", w_ih.sizes(), " and ", w_hh.sizes());
  HEARTH_CHECK_AS(ShapeError, input.size(1) == w_ih.size(1), "[", name,
                  "] input has inconsistent input_size: got ", input.size(1), " expected ",
                  w_ih.size(1));
  const int64_t hidden = w_hh.size(1);
  for (size_t i = 0; i < hx.size(); ++i) {
    HEARTH_CHECK_AS(ShapeError, hx[i].dim() == 2, "[", name, "] Expected 2D hidden", i,
                    " (batch x hidden_size), but got ", hx[i].dim(), "D");
    HEARTH_CHECK_AS(ShapeError, input.size(0) == hx[i].size(0), "[", name, "] Input batch size ",
                    input.size(0), " doesn't match hidden", i, " batch size ", hx[i].size(0));
    HEARTH_CHECK_AS(ShapeError, hx[i].size(1) == hidden, "[", name, "] hidden", i,
                    " has inconsistent hidden_size: got ", hx[i].size(1), ", expected ", hidden);
  }
  const auto bias = [](const std::optional<Tensor>& b) { return b ? *b : Tensor(); };
  return run_layer({mode, false, false, {input.size(0)}}, input, hx[0],
                   hx.size() > 1 ? hx[1] : Tensor(), {w_ih, w_hh, bias(b_ih), bias(b_hh), {}});
}

void check_two_states(std::string_view name, TensorList hx) {
  HEARTH_CHECK_AS(ValueError, hx.size() == 2, "[", name, "] expects two hidden states, got ",
                  hx.size());
}

}  // namespace

std::tuple<Tensor, Tensor, Tensor> lstm(const Tensor& input, TensorList hx, TensorList params,
                                        bool has_biases, int64_t num_layers, double dropout,
                                        bool train, bool bidirectional, bool batch_first) {
  check_two_states("lstm", hx);
  return run_padded({RnnMode::Lstm, has_biases, num_layers, dropout, train, bidirectional}, input,
                    hx, params, batch_first);
}
std::tuple<Tensor, Tensor, Tensor> lstm(const Tensor& data, const Tensor& batch_sizes,
                                        TensorList hx, TensorList params, bool has_biases,
                                        int64_t num_layers, double dropout, bool train,
                                        bool bidirectional) {
  check_two_states("lstm", hx);
  return run_packed({RnnMode::Lstm, has_biases, num_layers, dropout, train, bidirectional}, data,
                    batch_sizes, hx, params);
}

// The networks and cells of one hidden state differ in their mode alone.
#define HEARTH_RNN(name, mode)                                                                     \
  std::tuple<Tensor, Tensor> name(const Tensor& input, const Tensor& hx, TensorList params,        \
                                  bool has_biases, int64_t num_layers, double dropout, bool train, \
                                  bool bidirectional, bool batch_first) {                          \
    auto [y, h, c] = run_padded({mode, has_biases, num_layers, dropout, train, bidirectional},     \
                                input, hx, params, batch_first);                                   \
    return {std::move(y), std::move(h)};                                                           \
  }                                                                                                \
  std::tuple<Tensor, Tensor> name(const Tensor& data, const Tensor& batch_sizes, const Tensor& hx, \
                                  TensorList params, bool has_biases, int64_t num_layers,          \
                                  double dropout, bool train, bool bidirectional) {                \
    auto [y, h, c] = run_packed({mode, has_biases, num_layers, dropout, train, bidirectional},     \
                                data, batch_sizes, hx, params);                                    \
    return {std::move(y), std::move(h)};                                                           \
  }                                                                                                \
  Tensor name##_cell(const Tensor& input, const Tensor& hx, const Tensor& w_ih,                    \
                     const Tensor& w_hh, const std::optional<Tensor>& b_ih,                        \
                     const std::optional<Tensor>& b_hh) {                                          \
    return run_cell(mode, input, hx, w_ih, w_hh, b_ih, b_hh).hy;                                   \
  }
HEARTH_RNN(gru, RnnMode::Gru)
HEARTH_RNN(rnn_tanh, RnnMode::Tanh)
HEARTH_RNN(rnn_relu, RnnMode::Relu)
#undef HEARTH_RNN

std::tuple<Tensor, Tensor> lstm_cell(const Tensor& input, TensorList hx, const Tensor& w_ih,
                                     const Tensor& w_hh, const std::optional<Tensor>& b_ih,
                                     const std::optional<Tensor>& b_hh) {
  check_two_states("lstm_cell", hx);
  LayerResult r = run_cell(RnnMode::Lstm, input, hx, w_ih, w_hh, b_ih, b_hh);
  return {std::move(r.hy), std::move(r.cy)};
}

}  // namespace hearth
