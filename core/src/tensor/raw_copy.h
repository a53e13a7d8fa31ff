// SPDX-License-Identifier: Apache-2.0
// Copies past the tape, for the door, kernels and printing. The ops copy and to implement them.
#pragma once

#include "tensor/tensor_impl.h"

namespace hearth {

/// A dense copy in another dtype or on another device.
HEARTH_API Tensor copy_raw(const Tensor& source, ScalarType dtype, Device device);
/// `source` itself when contiguous in `format`, else a copy that is.
HEARTH_API Tensor contiguous_raw(const Tensor& source,
                                 MemoryFormat format = MemoryFormat::Contiguous);
/// Writes source into target (same sizes), converting. Between devices and pinned memory,
/// `non_blocking` copies may be under way when it returns.
HEARTH_API void copy_raw_into(const Tensor& target, const Tensor& source,
                              bool non_blocking = false);
/// The same between devices.
HEARTH_API void copy_between(const Tensor& target, const Tensor& source, bool non_blocking = false);

}  // namespace hearth
