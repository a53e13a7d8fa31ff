// SPDX-License-Identifier: Apache-2.0
// A delay line whose delays change with time, and whose output is fed back.
#pragma once

#include "hearth/tensor/tensor.h"

namespace hearth::audio {

/// For x [batch, channels, time] (double), delays (int64, not negative) and weights (double), both
/// [channels or 1, time, taps]:
///   w[n] = x[n] + feedback v[n - 1],   v[n] = sum over k of weights[n, k] w[n - delays[n, k]],
/// both zero before the beginning. Returns v. Linear in x, which alone a gradient flows to.
Tensor delay_line(const Tensor& x, const Tensor& delays, const Tensor& weights, double feedback);

}  // namespace hearth::audio
