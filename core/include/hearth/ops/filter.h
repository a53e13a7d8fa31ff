// SPDX-License-Identifier: Apache-2.0
// Linear filters along the last dim.
#pragma once

#include "hearth/tensor/tensor.h"

namespace hearth {

/// The recursive half of an IIR filter:
///   y[n] = self[n] - coefficients[0] y[n - 1] - ... - coefficients[p - 1] y[n - p],
/// with y zero before the beginning. `self` is [..., time], of a floating type; `coefficients` is
/// [..., p] (p >= 1), whose leading dims broadcast to those of `self`: [p] for all lines,
/// [channels, p] for lines [batch, channels, time]. What y[n] depends on is held in double,
/// whatever the type. With `reverse`, time runs backwards. Differentiable in both, any number of
/// times.
HEARTH_API Tensor all_pole_filter(const Tensor& self, const Tensor& coefficients,
                                  bool reverse = false);

/// Changes the sampling rate of `self` [..., time] by the ratio new / orig, where `filters` is
/// [new, 2 w]: output n = m new + j lies at q = floor(n orig / new) and is
///   sum over k of filters[j, k] self[q - w + 1 + k],
/// `self` being zero outside. There are ceil(new time / orig) outputs. With `phase` in [0, new),
/// `self` begins where output `phase` lies, and that is the first one; so a long signal can be
/// resampled in parts, with the same bits. Computes the 2 w products that count, and not the
/// strided convolution with 2 w + orig of them which this is.
HEARTH_API Tensor polyphase_resample(const Tensor& self, const Tensor& filters, int64_t orig,
                                     int64_t phase = 0);

}  // namespace hearth
