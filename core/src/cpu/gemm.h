// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "backends/matmul_args.h"

namespace hearth::cpu {

/// Runs on get_num_threads() threads. Same bits from run to run.
void matmul(const MatmulArgs& args);

}  // namespace hearth::cpu
