// SPDX-License-Identifier: Apache-2.0
// What a tensor is, as functions.
#pragma once

#include "hearth/tensor/tensor.h"

namespace hearth {

/// Whether the only element is not zero; another number of elements throws.
inline bool is_nonzero(const Tensor& self, SourceLocation at = SourceLocation::current()) {
  return self.is_nonzero(at);
}
inline bool is_signed(const Tensor& self) { return self.is_signed(); }
inline bool is_floating_point(const Tensor& self) { return self.is_floating_point(); }
inline bool is_complex(const Tensor& self) { return self.is_complex(); }
inline bool is_same_size(const Tensor& self, const Tensor& other) {
  return self.is_same_size(other);
}

}  // namespace hearth
