// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tensor/tensor_impl.h"

namespace hearth {

/// Whether two elements of t share memory because a dim larger than one has stride 0.
bool has_internal_overlap(const Tensor& t);
/// Whether the memory of two dense tensors overlaps other than as the very same elements.
bool overlaps_partially(const Tensor& a, const Tensor& b);

}  // namespace hearth
