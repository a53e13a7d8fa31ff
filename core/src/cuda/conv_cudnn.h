// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hearth/tensor/tensor.h"

#include "backends/conv_args.h"

namespace hearth::cuda {

/// Which of a convolution's three operands is computed: y, x or w.
enum class ConvPass : int32_t { Forward, BackwardData, BackwardWeights };

/// Runs one pass of a problem by cuDNN, on operands in the layout of `c`; false when it has no
/// algorithm for it. `bias` is added to what the pass computes, unless null.
bool conv_by_cudnn(ConvPass pass, const ConvArgs& c, const Tensor& x, const Tensor& w,
                   const Tensor& y, void* bias);

}  // namespace hearth::cuda
