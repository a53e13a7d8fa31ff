// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "backends/conv_args.h"

namespace hearth::cuda {

/// The convolution of contiguous tensors of int64, which no library computes: y from x, or with
/// `back` x from y. `bias` is undefined, or added to what is computed.
void plain_convolution(const ConvArgs& c, bool back, const Tensor& x, const Tensor& w,
                       const Tensor& y, const Tensor& bias);

}  // namespace hearth::cuda
