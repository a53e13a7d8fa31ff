// SPDX-License-Identifier: Apache-2.0
// What an optimizer's step does to one element, for loops of every instruction set and for CUDA.
//
// Before including it, define HEARTH_ELEMENT_NAMESPACE, HEARTH_ELEMENT_FN (what stands before a
// function) and, in that namespace, vmath::sqrt. Kernel header.
#pragma once

#include "backends/optim_args.h"

namespace HEARTH_ELEMENT_NAMESPACE {
namespace {

/// The numbers of a step in the type W that it is computed in.
template <class W>
struct SgdNumbers {
  W sign, lr, decay, momentum, fresh;
};
template <class W>
HEARTH_ELEMENT_FN SgdNumbers<W> sgd_numbers(const SgdArgs& a) {
  return {a.maximize ? W(-1) : W(1), static_cast<W>(a.lr), static_cast<W>(a.weight_decay),
          static_cast<W>(a.momentum), static_cast<W>(1 - a.dampening)};
}

enum class Momentum { None, First, Later };

/// The new value of a parameter; `buffer` holds its momentum before and after.
template <class W>
HEARTH_ELEMENT_FN W sgd_element(const SgdNumbers<W>& n, bool decays, Momentum momentum,
                                bool nesterov, W value, W grad, W& buffer) {
  W d = n.sign * grad;
  // 0 * inf is NaN, so no decay is not a decay of 0.
  if (decays) d += n.decay * value;
  if (momentum != Momentum::None) {
    W m = d;
    if (momentum == Momentum::Later) m = n.momentum * buffer + n.fresh * d;
    buffer = m;
    d = nesterov ? d + n.momentum * m : m;
  }
  return value - n.lr * d;
}

template <class W>
struct AdamNumbers {
  W sign, decay, keep, old1, fresh1, beta2, fresh2, size, scale, eps;
};
template <class W>
HEARTH_ELEMENT_FN AdamNumbers<W> adam_numbers(const AdamArgs& a) {
  return {a.maximize ? W(-1) : W(1),
          static_cast<W>(a.weight_decay),
          static_cast<W>(a.decoupled ? 1 - a.lr * a.weight_decay : 1),
          W(1) - static_cast<W>(1 - a.beta1),
          static_cast<W>(1 - a.beta1),
          static_cast<W>(a.beta2),
          static_cast<W>(1 - a.beta2),
          static_cast<W>(a.lr / a.correction1),
          static_cast<W>(1 / a.correction2),
          static_cast<W>(a.eps)};
}

/// The new value of a parameter; mean and square are the moments before and after, largest the
/// largest second moment, if there is one.
template <class W>
HEARTH_ELEMENT_FN W adam_element(const AdamNumbers<W>& n, bool decays, bool amsgrad, W value,
                                 W grad, W& mean, W& square, W& largest) {
  const W kept = n.keep * value;
  W d = n.sign * grad;
  if (decays) d += n.decay * kept;
  // From the nearer end, as lerp goes: a small beta1 leaves no rounding of what it forgets.
  mean = n.fresh1 < W(0.5) ? mean + n.fresh1 * (d - mean) : d - n.old1 * (d - mean);
  square = n.beta2 * square + n.fresh2 * d * d;
  W under = square;
  if (amsgrad) {
    under = square <= largest ? largest : square;  // NaN stays
    largest = under;
  }
  return kept - n.size * mean / (vmath::sqrt(under) * n.scale + n.eps);
}

}  // namespace
}  // namespace HEARTH_ELEMENT_NAMESPACE
