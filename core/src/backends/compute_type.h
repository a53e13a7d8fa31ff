// SPDX-License-Identifier: Apache-2.0
// Kernel header: for kernels that write in the type they compute in.
#pragma once

#include "ops/copy.h"

namespace hearth {

/// Runs such a kernel of one output where the call's may be of a half type.
inline void run_in_compute_type(const Call& call, Kernel kernel) {
  if (impl(call.out[0]).dtype == call.compute) return kernel(call);
  Tensor wide = new_tensor(impl(call.out[0]).sizes, call.compute, impl(call.out[0]).device);
  kernel({call.op, call.fields, call.in, {&wide, 1}, call.compute});
  copy_raw_into(call.out[0], wide);
}

}  // namespace hearth
