// SPDX-License-Identifier: Apache-2.0
// Optimizer steps over many tensors at once. Each writes into its arguments and has no outputs; the
// tensors of one parameter share sizes and dtype, and parameters may differ in both.
//
// What changes from step to step may come from memory instead of fields, so that a recorded step
// can be replayed: 0-dim tensors before the groups, read when the kernel runs. Undefined ones leave
// it to the field.
#pragma once

#include "dispatch/op.h"

namespace hearth::ops {

/// Stochastic gradient descent on groups of (parameter, gradient, momentum buffer). Without
/// momentum the buffers are undefined.
struct SgdStep {
  double lr = 0;
  double momentum = 0;
  double dampening = 0;
  double weight_decay = 0;
  bool nesterov = false;
  bool maximize = false;
  bool first = false;  ///< the buffers hold nothing yet and become the gradient
  static constexpr OpInfo info{.name = "sgd_step",
                               .kind = Kind::Fused,
                               .differentiable = false,
                               .args = {{"lr", arg::optional | arg::constant | arg::as_is},
                                        {"parameter", arg::mutated},
                                        "grad",
                                        {"momentum_buffer", arg::optional | arg::mutated}},
                               .tail = 3};
  HEARTH_OP(SgdStep, lr, momentum, dampening, weight_decay, nesterov, maximize, first)
  Specs infer(Args in) const;
  Tensors decompose(Args in) const;
};

/// Adam on groups of (parameter, gradient, exp_avg, exp_avg_sq, max_exp_avg_sq), all after the same
/// number of steps. Without amsgrad the last are undefined.
struct AdamStep {
  double lr = 0;
  double beta1 = 0, beta2 = 0;
  double eps = 0;
  double weight_decay = 0;
  bool decoupled = false;  ///< AdamW: decay the parameter, not the gradient
  bool maximize = false;
  int64_t step = 1;  ///< this step's number, from 1
  static constexpr OpInfo info{.name = "adam_step",
                               .kind = Kind::Fused,
                               .differentiable = false,
                               .args = {{"step", arg::optional | arg::constant | arg::as_is},
                                        {"lr", arg::optional | arg::constant | arg::as_is},
                                        {"parameter", arg::mutated},
                                        "grad",
                                        {"exp_avg", arg::mutated},
                                        {"exp_avg_sq", arg::mutated},
                                        {"max_exp_avg_sq", arg::optional | arg::mutated}},
                               .tail = 5};
  HEARTH_OP(AdamStep, lr, beta1, beta2, eps, weight_decay, decoupled, maximize, step)
  Specs infer(Args in) const;
  Tensors decompose(Args in) const;
};

/// The tensors of a step before the groups.
template <class Op>
inline constexpr size_t step_numbers = Op::info.args.size() - Op::info.tail;

}  // namespace hearth::ops
