// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tensor/tensor_impl.h"

namespace hearth::autograd {

/// Where the elements of a tensor lie in its storage.
struct Geometry {
  DimVector sizes, strides;
  int64_t offset = 0;
  ScalarType dtype = kFloat;
  Device device = kCPU;
  bool dense = true;

  explicit Geometry(const Tensor& t);
  /// Memory of its own with these sizes and strides: uninitialised, but for gaps, which are zero.
  Tensor make() const;
  /// These elements of `t`, a tensor with the layout of `base` that may begin elsewhere, through
  /// differentiable views. One may be complex where the other is real.
  Tensor of(const Tensor& t, const Geometry& base) const;
};

/// Complex numbers as pairs of real ones along a new last dim, or the reverse. The ops implement
/// it.
Tensor complex_view(const Tensor& t);

}  // namespace hearth::autograd
