// SPDX-License-Identifier: Apache-2.0
#include "core/ops/samples.h"
#include "ops/rnn.h"

namespace hearth::testing_ops {

namespace {

// Backward rows read what forward kept, which belongs to their other inputs; their derivatives are
// checked as the forward rows' second ones.
constexpr bool kNotSmooth = false;

}  // namespace

void rnn_samples(Samples& samples) {
  constexpr int64_t kInput = 2, kHidden = 2;
  for (const ops::RnnMode mode :
       {ops::RnnMode::Tanh, ops::RnnMode::Relu, ops::RnnMode::Lstm, ops::RnnMode::Gru}) {
    const int64_t gates = ops::rnn_gates(mode) * kHidden;
    const bool cells = mode == ops::RnnMode::Lstm;
    const auto layer = [&](const ops::RnnLayer& op, const Tensor& x, int64_t batch, bool biases) {
      const auto weight = [&](IntArrayRef sizes, int seed) {
        return values(sizes, -0.7, 0.7, seed);
      };
      const Tensor none;
      add(samples, op,
          {x, weight({batch, kHidden}, 1), cells ? weight({batch, kHidden}, 2) : none,
           weight({gates, kInput}, 3), weight({gates, kHidden}, 4),
           biases ? weight({gates}, 5) : none, biases ? weight({gates}, 6) : none});
      const Sample forward = samples.back();
      const Tensors out = run(forward, forward.in);
      if (!op.keep) return;
      std::vector<Tensor> in{values(out[0].sizes(), -1, 1, 7), values(out[1].sizes(), -1, 1, 8),
                             cells ? values(out[2].sizes(), -1, 1, 9) : none};
      in.insert(in.end(), forward.in.begin(), forward.in.end());
      in.push_back(out[0]);
      in.push_back(out[3]);
      add(samples, ops::RnnLayerBackward{mode, op.reverse, true, true, true, true, op.batch_sizes},
          in, kNotSmooth);
      in[0] = in[1] = in[2] = none;
      in[biases ? 1 : 0] = values(biases ? out[1].sizes() : out[0].sizes(), -1, 1, 8);
      add(samples,
          ops::RnnLayerBackward{mode, op.reverse, biases, !biases, biases, false, op.batch_sizes},
          in, kNotSmooth);
    };
    layer({mode, false, true, {}}, values({3, 2, kInput}, -1, 1), 2, true);
    layer({mode, true, true, {}}, values({2, 1, kInput}, -1, 1), 1, false);
    layer({mode, false, true, {3, 2, 1}}, values({6, kInput}, -1, 1), 3, true);
    layer({mode, true, true, {2, 2, 1}}, values({5, kInput}, -1, 1), 2, false);
    layer({mode, false, false, {2}}, values({2, kInput}, -1, 1), 2, true);
    layer({mode, false, true, {}}, values({2, 0, kInput}), 0, true);
  }
}

}  // namespace hearth::testing_ops
