// SPDX-License-Identifier: Apache-2.0
// What the rules of many rows share.
#pragma once

#include "hearth/ops/creation.h"

#include "dispatch/op.h"

namespace hearth::ops {

/// A view spec of `t` with other sizes and strides.
inline Spec view_of(const TensorImpl& t, DimVector sizes, DimVector strides, int64_t offset,
                    ScalarType dtype) {
  Spec s(std::move(sizes), std::move(strides), dtype, t.device);
  s.offset = offset;
  return s;
}
inline Spec view_of(const TensorImpl& t, DimVector sizes, DimVector strides, int64_t offset) {
  return view_of(t, std::move(sizes), std::move(strides), offset, t.dtype);
}

inline Tensor zeros_of(const Spec& s) {
  return zeros(s.sizes, TensorOptions(s.dtype).device(s.device));
}

/// The gradients of an op with one input.
inline Grads one(Tensor g) {
  Grads grads;
  grads.push_back(std::move(g));
  return grads;
}

}  // namespace hearth::ops
