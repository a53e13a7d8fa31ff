// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "backends/matmul_args.h"

namespace hearth::cuda {

/// The product on the current stream: by cuBLASLt, or by own kernels where that has no algorithm.
void matmul(const MatmulArgs& args);

}  // namespace hearth::cuda
