// SPDX-License-Identifier: Apache-2.0
// Kernel header: what optimizer steps are given, besides tensors.
#pragma once

namespace hearth {

struct SgdArgs {
  double lr, momentum, dampening, weight_decay;
  bool nesterov, maximize, first;
};

struct AdamArgs {
  double lr, beta1, beta2, eps, weight_decay;
  double correction1, correction2;  ///< 1 - beta1^step, sqrt(1 - beta2^step)
  bool decoupled, maximize;
};

}  // namespace hearth
