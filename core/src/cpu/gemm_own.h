// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cpu/gemm.h"

namespace hearth::cpu {

/// matmul of one matrix pair (args without batch) by our own kernels, T = float or double. The bits
/// do not depend on the number of threads.
template <typename T>
void gemm_blocked(const MatmulArgs& args);

/// The same where m or n is 1, for float, double and bfloat16; false for anything else.
bool matmul_vector(const MatmulArgs& args);

/// The same by plain loops: every type for which the other has no kernel (integers and complex).
void gemm_simple(const MatmulArgs& args);

}  // namespace hearth::cpu
