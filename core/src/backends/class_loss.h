// SPDX-License-Identifier: Apache-2.0
// The formulas of losses over classes, for both backends.
#pragma once

#include <cstdint>

#include "backends/device_fn.h"

namespace hearth {

/// Label smoothing: a row's loss is the sum over classes of u * (log_sum - shifted), where u is
/// what the class's probability becomes and shifted its logit less the row's largest.
template <class T>
struct ClassLoss {
  T kept;  ///< of a class's probability
  T rest;  ///< what every class gets
  bool smooth;

  ClassLoss(double smoothing, int64_t classes)
      : kept(static_cast<T>(1 - smoothing)),
        rest(static_cast<T>(smoothing / static_cast<double>(classes))),
        smooth(smoothing > 0) {}

  /// u of a class with probability p.
  HEARTH_DEVICE_FN T soft(T p, T weight) const { return weight * (p * kept + rest); }
  /// The loss by the row's own class.
  HEARTH_DEVICE_FN T of_class(T weight, T log_sum, T shifted) const {
    return kept * weight * (log_sum - shifted);
  }
  /// The loss by all classes, from the sums of u and of u * shifted.
  HEARTH_DEVICE_FN T of_all(T total, T dot, T log_sum) const { return total * log_sum - dot; }
};

}  // namespace hearth
