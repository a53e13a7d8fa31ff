// SPDX-License-Identifier: Apache-2.0
#include "hearth/ops/rnn.h"

#include "hearth/nn/modules/rnn.h"
#include "hearth/ops/index.h"

#include "core/golden/module.h"
#include "core/golden/options.h"

namespace hearth::golden {
namespace {

using namespace hearth::nn;
namespace rnn = hearth::nn::utils::rnn;

// Batch sizes and lengths stay on the CPU.
Tensor host(const Tensor& t) { return t.to(kCPU); }

using Padded = std::tuple<Tensor, Tensor> (*)(const Tensor&, const Tensor&, TensorList, bool,
                                              int64_t, double, bool, bool, bool);
using Packed = std::tuple<Tensor, Tensor> (*)(const Tensor&, const Tensor&, const Tensor&,
                                              TensorList, bool, int64_t, double, bool, bool);
template <Padded f>
Outputs padded(Args& a) {
  return flat(f(a[0], a.list(1)[0], a.list(2), a.b("has_biases"), a.i("num_layers"), a.f("dropout"),
                a.b("train"), a.b("bidirectional"), a.b("batch_first")));
}
template <Packed f>
Outputs packed(Args& a) {
  return flat(f(a[0], host(a[1]), a.list(2)[0], a.list(3), a.b("has_biases"), a.i("num_layers"),
                a.f("dropout"), a.b("train"), a.b("bidirectional")));
}

Outputs padded_lstm(Args& a) {
  return flat(lstm(a[0], a.list(1), a.list(2), a.b("has_biases"), a.i("num_layers"), a.f("dropout"),
                   a.b("train"), a.b("bidirectional"), a.b("batch_first")));
}
Outputs packed_lstm(Args& a) {
  return flat(lstm(a[0], host(a[1]), a.list(2), a.list(3), a.b("has_biases"), a.i("num_layers"),
                   a.f("dropout"), a.b("train"), a.b("bidirectional")));
}

std::optional<Tensor> maybe(const Tensor& t) {
  return t.defined() ? std::optional<Tensor>(t) : std::nullopt;
}
using Cell = Tensor (*)(const Tensor&, const Tensor&, const Tensor&, const Tensor&,
                        const std::optional<Tensor>&, const std::optional<Tensor>&);
template <Cell f>
Outputs cell(Args& a) {
  return {f(a[0], a.list(1)[0], a[2], a[3], maybe(a[4]), maybe(a[5]))};
}

/// The inputs without a name are forward's, the others parameters.
size_t unnamed(Args& a) {
  size_t n = 0;
  while (n < a.size() && a.test_case().inputs[n].name.empty()) ++n;
  return n;
}

template <typename Holder>
Holder made(Args& a) {
  auto options = Holder(1, 1)->options;
  set_options(a, options);
  Holder net(options);
  prepare(a, *net);
  return net;
}

template <typename Holder>
Outputs module(Args& a) {
  Holder net = made<Holder>(a);
  switch (unnamed(a)) {
    case 1:
      return flat(net->forward(a[0]));
    case 2:
      if constexpr (requires { net->forward(a[0], a[1]); }) return flat(net->forward(a[0], a[1]));
      [[fallthrough]];
    default:
      if constexpr (requires { net->forward(a[0], std::tuple(a[1], a[2])); })
        return flat(net->forward(a[0], std::tuple(a[1], a[2])));
      return {};
  }
}

template <typename Holder>
Outputs packed_module(Args& a) {
  Holder net = made<Holder>(a);
  const rnn::PackedSequence input = rnn::pack_padded_sequence(
      a[0], host(a[1]), net->options.batch_first(), /*enforce_sorted=*/false);
  if (unnamed(a) == 2) return flat(net->forward_with_packed_input(input));
  if constexpr (requires { net->forward_with_packed_input(input, std::tuple(a[2], a[3])); }) {
    return flat(net->forward_with_packed_input(input, std::tuple(a[2], a[3])));
  } else {
    return flat(net->forward_with_packed_input(input, a[2]));
  }
}

Outputs there_and_back(Args& a) {
  const bool first = a.b("first"), sorted = a.b("sorted");
  const auto sequence = rnn::pack_padded_sequence(a[0], host(a[1]), first, sorted);
  const auto [padded, lengths] = rnn::pad_packed_sequence(sequence, first, -1.0, 5);
  Outputs out{sequence.data(), sequence.batch_sizes(), padded, lengths};
  if (!sorted) {
    out.push_back(sequence.sorted_indices());
    out.push_back(sequence.unsorted_indices());
  }
  for (const Tensor& t : rnn::unpack_sequence(sequence)) out.push_back(t);
  return out;
}

const Table kTable = {
    {"rnn_tanh", padded<rnn_tanh>},
    {"rnn_tanh.packed", packed<rnn_tanh>},
    {"rnn_relu", padded<rnn_relu>},
    {"rnn_relu.packed", packed<rnn_relu>},
    {"gru", padded<gru>},
    {"gru.packed", packed<gru>},
    {"lstm", padded_lstm},
    {"lstm.packed", packed_lstm},
    {"rnn_tanh_cell", cell<rnn_tanh_cell>},
    {"rnn_relu_cell", cell<rnn_relu_cell>},
    {"gru_cell", cell<gru_cell>},
    {"lstm_cell",
     [](Args& a) {
       return flat(lstm_cell(a[0], a.list(1), a[2], a[3], maybe(a[4]), maybe(a[5])));
     }},
    {"nn.RNN", module<RNN>},
    {"nn.RNN.packed", packed_module<RNN>},
    {"nn.GRU", module<GRU>},
    {"nn.GRU.packed", packed_module<GRU>},
    {"nn.LSTM", module<LSTM>},
    {"nn.LSTM.packed", packed_module<LSTM>},
    {"nn.RNNCell", module<RNNCell>},
    {"nn.GRUCell", module<GRUCell>},
    {"nn.LSTMCell", module<LSTMCell>},
    {"_pack_padded_sequence",
     [](Args& a) { return flat(_pack_padded_sequence(a[0], host(a[1]), a.b("batch_first"))); }},
    {"_pad_packed_sequence",
     [](Args& a) {
       return flat(_pad_packed_sequence(a[0], host(a[1]), a.b("batch_first"),
                                        a.scalar("padding_value"), a.i("total_length")));
     }},
    {"pad_sequence",
     [](Args& a) -> Outputs {
       return {
           pad_sequence(a.list(0), a.b("batch_first"), a.f("padding_value"), a.s("padding_side"))};
     }},
    {"pack_padded_sequence", there_and_back},
};

HEARTH_GOLDEN_FAMILY(GoldenRnn, "rnn", kTable);

}  // namespace
}  // namespace hearth::golden
