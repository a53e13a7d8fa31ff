// SPDX-License-Identifier: Apache-2.0
#include "hearth/ops/creation.h"
#include "hearth/ops/loss.h"
#include "hearth/ops/pointwise.h"

#include "core/ops/samples.h"
#include "ops/attention.h"
#include "ops/batch_norm.h"
#include "ops/batch_norm_act.h"
#include "ops/element_loss.h"
#include "ops/group_norm.h"
#include "ops/layer_norm.h"
#include "ops/loss.h"
#include "ops/softmax.h"

namespace hearth::testing_ops {

namespace {

// Backward rows read statistics that belong to their other inputs, so they have no derivative by
// them; their derivatives are checked as the forward rows' second ones.
constexpr bool kNotSmooth = false;

Tensor classes(IntArrayRef sizes, int64_t n) {
  return (values(sizes) * 100).to(kLong).remainder(n);
}

void softmax_samples(Samples& s) {
  add(s, ops::Softmax{1, {}}, {values({3, 4})});
  add(s, ops::Softmax{0, kDouble}, {values({3, 4, 2})});
  add(s, ops::Softmax{-1, {}}, {values({})});
  add(s, ops::LogSoftmax{1, {}}, {values({2, 3, 2})});
  add(s, ops::LogSoftmax{0, {}}, {values({0, 3})});
  add(s, ops::SoftmaxBackward{1, false}, {values({3, 4}), values({3, 4}, 0.1, 0.8, 1)});
  add(s, ops::SoftmaxBackward{0, true}, {values({3, 4}), values({3, 4}, -0.9, -0.1, 1)});
}

void loss_samples(Samples& s) {
  // The weight is no double: class losses have no derivative by it.
  const Tensor weight = values({3}).to(kFloat), x = values({4, 3}), image = values({2, 3, 2});
  for (int64_t reduction : {Reduction::None, Reduction::Mean, Reduction::Sum}) {
    const Tensor g = reduction == Reduction::None ? values({4}) : values({});
    const auto entropy = [&](double smoothing, const Tensor& target, const Tensor& w) {
      add(s, ops::CrossEntropyLoss{reduction, -100, smoothing}, {x, target, w});
      const Tensors out = run(s.back(), s.back().in);
      add(s, ops::CrossEntropyLossBackward{reduction, -100, smoothing}, {g, x, target, w, out[1]},
          kNotSmooth);
    };
    entropy(0, classes({4}, 3), Tensor());
    entropy(0.2, classes({4}, 3), weight);
    entropy(0.1, values({4, 3}, 0.1, 0.5, 2), weight);
    add(s, ops::CrossEntropyLoss{reduction, 1, 0}, {image, classes({2, 2}, 3), weight});

    add(s, ops::NllLoss{reduction, 1}, {image, classes({2, 2}, 3), weight});
    add(s, ops::NllLoss{reduction, -100}, {x, classes({4}, 3), Tensor()});
    const Tensors out = run(s.back(), s.back().in);
    add(s, ops::NllLossBackward{reduction, -100}, {g, x, classes({4}, 3), Tensor(), out[1]},
        kNotSmooth);

    const Tensor a = values({2, 3}), b = values({2, 3}, 0.2, 0.9, 1);
    for (PointwiseOp loss :
         {PointwiseOp::squared_error, PointwiseOp::absolute_error, PointwiseOp::smooth_l1,
          PointwiseOp::huber, PointwiseOp::bce, PointwiseOp::bce_with_logits, PointwiseOp::kl_div})
      add(s, ops::ElementLoss{loss, 0.9, reduction}, {a, b});
    add(s, ops::ElementLoss{PointwiseOp::squared_error, 0, reduction},
        {values({2, 1}), values({3})});
    add(s, ops::ElementLoss{PointwiseOp::bce_with_logits_weighted, 0, reduction},
        {a, b, values({3}, 1, 2)});
  }
}

void norm_samples(Samples& s) {
  const Tensor w = values({4}), b = values({4}, 0.1, 0.8, 1), g = values({3, 4}, -1, 1, 2);
  const auto layer = [&](const Tensor& weight, const Tensor& bias) {
    add(s, ops::LayerNorm{{4}, 1e-2}, {values({3, 4}), weight, bias});
    const Tensors out = run(s.back(), s.back().in);
    add(s, ops::LayerNormBackward{{4}, 1e-2, true, weight.defined(), bias.defined()},
        {g, values({3, 4}), out[1], out[2], weight}, kNotSmooth);
  };
  layer(w, b);
  layer(Tensor(), Tensor());
  add(s, ops::LayerNorm{{2, 3}, 1e-2}, {values({2, 2, 3}), values({2, 3}), Tensor()});
  add(s, ops::RmsNorm{{4}, 1e-2}, {values({3, 4}), w});
  const Tensor scale = run(s.back(), s.back().in)[1];
  add(s, ops::LayerNormBackward{{4}, 1e-2, true, true, false},
      {g, values({3, 4}), Tensor(), scale, w}, kNotSmooth);

  const Tensor x = values({2, 4, 3});
  add(s, ops::GroupNorm{2, 1e-2}, {x, w, b});
  Tensors out = run(s.back(), s.back().in);
  add(s, ops::GroupNormBackward{2, 1e-2, true, true, true},
      {values({2, 4, 3}, -1, 1, 2), x, out[1], out[2], w}, kNotSmooth);
  add(s, ops::GroupNorm{4, 1e-2}, {values({1, 4, 2, 2}), Tensor(), Tensor()});

  add(s, ops::BatchNorm{true, 0.1, 1e-2}, {x, w, b, Tensor(), Tensor()});
  out = run(s.back(), s.back().in);
  add(s, ops::BatchNormBackward{true, 1e-2, true, true, true},
      {values({2, 4, 3}, -1, 1, 2), x, out[1], out[2], w}, kNotSmooth);
  add(s, ops::BatchNorm{true, 0.1, 1e-2}, {values({3, 4}), Tensor(), Tensor(), b, w});
  add(s, ops::BatchNorm{false, 0.1, 1e-2}, {values({2, 4, 1, 3}), w, b, b, w});
  out = run(s.back(), s.back().in);
  add(s, ops::BatchNormBackward{false, 1e-2, true, true, true},
      {values({2, 4, 1, 3}, -1, 1, 2), values({2, 4, 1, 3}), out[1], out[2], w}, kNotSmooth);
}

void batch_norm_act_samples(Samples& s) {
  const Tensor w = values({4}, 1, 2, 1), b = values({4}, -1, 1, 2), none;
  const Tensor x = values({2, 4, 3}), residual = values({2, 4, 3}, -1, 1, 4);
  for (const auto activation : {ConvActivation::None, ConvActivation::ReLU, ConvActivation::ReLU6,
                                ConvActivation::SiLU, ConvActivation::Hardswish}) {
    for (const Tensor& added : {residual, none}) {
      add(s, ops::BatchNormAct{true, 0.1, 1e-2, activation}, {x, w, b, none, none, added});
      const Tensors out = run(s.back(), s.back().in);
      if (activation != ConvActivation::None)
        add(s, ops::BatchNormActBackward{true, 1e-2, activation, true, true, true, added.defined()},
            {values({2, 4, 3}, -1, 1, 2), x, out[1], out[2], w, b, added}, kNotSmooth);
    }
  }
  add(s, ops::BatchNormAct{false, 0.1, 1e-2, ConvActivation::ReLU},
      {values({3, 4}), none, b, b, w, values({3, 4}, -1, 1, 3)});
  add(s, ops::BatchNormActBackward{false, 1e-2, ConvActivation::ReLU, true, false, true, true},
      {values({3, 4}, -1, 1, 2), values({3, 4}), b, w, none, b, values({3, 4}, -1, 1, 3)},
      kNotSmooth);
}

void attention_samples(Samples& s) {
  const Tensor q = values({2, 3, 4}), k = values({2, 5, 4}, 0.1, 0.9, 1), v = values({2, 5, 2});
  const Tensor bias = values({3, 5}).to(kFloat), mask = bias.gt(0.4);
  const auto attend = [&](bool causal, const Tensor& m, double dropout_p = 0) {
    add(s, ops::Attention{causal, 0.7, dropout_p, 5, 6}, {q, k, v, m});
    const Tensors out = run(s.back(), s.back().in);
    add(s, ops::AttentionBackward{causal, 0.7, true, true, true, dropout_p, 5, 6},
        {values({2, 3, 2}, -1, 1, 3), q, k, v, m, out[0], out[1]}, kNotSmooth);
  };
  attend(false, Tensor());
  attend(true, Tensor());
  attend(false, bias);
  attend(false, mask);
  attend(true, Tensor(), 0.4);
  attend(false, mask, 0.4);
}

}  // namespace

void fused_samples(Samples& s) {
  softmax_samples(s);
  loss_samples(s);
  norm_samples(s);
  batch_norm_act_samples(s);
  attention_samples(s);
}

}  // namespace hearth::testing_ops
