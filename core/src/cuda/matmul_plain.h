// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "backends/matmul_args.h"

namespace hearth::cuda {

/// The product without cuBLAS, for any dtype and layout: what integers and empty sums take.
void matmul_plain(const MatmulArgs& g);
/// c[i, j] = bias[j] in every matrix of the batch.
void fill_with_bias(const MatmulArgs& g);

}  // namespace hearth::cuda
