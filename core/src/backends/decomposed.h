// SPDX-License-Identifier: Apache-2.0
// For kernels that take some calls of a fused row, and leave the others to its parts.
#pragma once

#include "hearth/autograd/grad_mode.h"

#include "ops/copy.h"

namespace hearth {

/// Makes the call by the row's parts.
inline void run_decomposed(const Call& call) {
  const NoGradGuard no_grad;
  const Tensors results = call.op.decompose(call.op, call.fields, call.in);
  for (size_t i = 0; i < call.out.size(); ++i) copy_raw_into(call.out[i], results[i]);
}

}  // namespace hearth
