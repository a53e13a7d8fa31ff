// SPDX-License-Identifier: Apache-2.0
// Losses over classes: cross entropy and negative log likelihood.
#pragma once

#include "dispatch/op.h"

namespace hearth::ops {

/// Where the classes are in the input of a class loss.
struct ClassShape {
  int64_t dim;      ///< of the classes
  int64_t classes;  ///< C
  int64_t rows;     ///< all others
  HEARTH_API explicit ClassShape(const Tensor& input);
};

/// Outputs: the loss, and for backward a vector of each row's largest logit and log of its sum of
/// exp(x - largest), pair by pair, with the divisor of the mean at its end.
struct CrossEntropyLoss {
  int64_t reduction;
  int64_t ignore_index;
  double label_smoothing;
  static constexpr OpInfo info{
      .name = "cross_entropy_loss",
      .kind = Kind::Fused,
      .cast = Cast::Float32,
      .args = {"input", {"target", arg::as_is}, {"weight", arg::optional | arg::constant}},
      .outputs = {out::fresh, out::constant}};
  HEARTH_OP(CrossEntropyLoss, reduction, ignore_index, label_smoothing)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {.in = 0b111, .out = 0b10}; }
  Tensors decompose(Args in) const;
  Grads vjp(const Saved& s, Args g, NeedMask need) const;
};

/// The gradient by the logits.
struct CrossEntropyLossBackward {
  int64_t reduction;
  int64_t ignore_index;
  double label_smoothing;
  static constexpr OpInfo info{.name = "cross_entropy_loss_backward",
                               .kind = Kind::Fused,
                               .args = {"grad",
                                        "input",
                                        {"target", arg::as_is},
                                        {"weight", arg::optional | arg::constant},
                                        "statistics"}};
  HEARTH_OP(CrossEntropyLossBackward, reduction, ignore_index, label_smoothing)
  Specs infer(Args in) const;
  Tensors decompose(Args in) const;
};

/// Outputs: the loss and the sum of the targets' weights.
struct NllLoss {
  int64_t reduction;
  int64_t ignore_index;
  static constexpr OpInfo info{
      .name = "nll_loss",
      .kind = Kind::Fused,
      .cast = Cast::Float32,
      .args = {"input", {"target", arg::index}, {"weight", arg::optional | arg::constant}},
      .outputs = {out::fresh, out::constant}};
  HEARTH_OP(NllLoss, reduction, ignore_index)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {.in = 0b111, .out = 0b10}; }
  Tensors decompose(Args in) const;
  Grads vjp(const Saved& s, Args g, NeedMask need) const;
};

/// The gradient by the log-probabilities, of which only sizes and layout are read.
struct NllLossBackward {
  int64_t reduction;
  int64_t ignore_index;
  static constexpr OpInfo info{.name = "nll_loss_backward",
                               .kind = Kind::Fused,
                               .args = {"grad",
                                        {"input", arg::as_is},
                                        {"target", arg::index},
                                        {"weight", arg::optional | arg::constant},
                                        "total_weight"}};
  HEARTH_OP(NllLossBackward, reduction, ignore_index)
  Specs infer(Args in) const;
  Tensors decompose(Args in) const;
};

}  // namespace hearth::ops
