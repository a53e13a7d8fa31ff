// SPDX-License-Identifier: Apache-2.0
// Whether writing into a tensor changes elements that something else reads or writes.
#pragma once

#include "tensor/tensor_impl.h"

namespace hearth {

/// More than one element lies in one place (an expanded dim).
bool has_internal_overlap(const Tensor& t);

enum class Overlap : uint8_t {
  None,
  Same,     ///< the same elements in the same order
  Partial,  ///< some elements, or in another order
  Unknown,  ///< the ranges meet, but one of them has gaps
};
Overlap overlap(const Tensor& a, const Tensor& b);

}  // namespace hearth
