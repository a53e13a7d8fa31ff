// SPDX-License-Identifier: Apache-2.0
// The numbers of an optimizer's step from its fields and what may come from memory, on either side.
#pragma once

#include <cmath>

#include "backends/device_fn.h"
#include "backends/optim_args.h"
#include "ops/optim_step.h"

namespace hearth {

HEARTH_DEVICE_FN SgdArgs sgd_args(const ops::SgdStep& op, double lr) {
  return {lr, op.momentum, op.dampening, op.weight_decay, op.nesterov, op.maximize, op.first};
}

HEARTH_DEVICE_FN AdamArgs adam_args(const ops::AdamStep& op, double step, double lr) {
  return {lr,
          op.beta1,
          op.beta2,
          op.eps,
          op.weight_decay,
          1 - ::pow(op.beta1, step),
          sqrt(1 - ::pow(op.beta2, step)),
          op.decoupled,
          op.maximize};
}

}  // namespace hearth
