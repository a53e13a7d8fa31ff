// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ops/resize.h"

namespace hearth::cuda {

/// Resizes images of bytes dim by dim in fixed point, to the CPU's bits. `out` is dense in the
/// layout that the input prefers, and not empty.
void resize_bytes(const ops::Upsample& op, const Tensor& input, const Tensor& out);

}  // namespace hearth::cuda
