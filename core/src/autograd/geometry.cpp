// SPDX-License-Identifier: Apache-2.0
#include "autograd/geometry.h"

#include <algorithm>

namespace hearth::autograd {

Geometry::Geometry(const Tensor& t)
    : sizes(impl(t).sizes),
      strides(impl(t).strides),
      offset(impl(t).offset),
      dtype(impl(t).dtype),
      device(impl(t).device),
      dense(impl(t).dense) {}

Tensor Geometry::make() const {
  if (dense) return new_tensor(sizes, dtype, device, strides);
  int64_t last = 0;
  for (size_t d = 0; d < sizes.size(); ++d) last += std::max<int64_t>(sizes[d] - 1, 0) * strides[d];
  const Tensor block = new_tensor({last + 1}, dtype, device);
  block.zero_();
  return alias_tensor(block, sizes, strides, 0, dtype);
}

Tensor Geometry::of(const Tensor& t, const Geometry& base) const {
  const int64_t shift = impl(t).offset - base.offset;
  if (dtype == base.dtype) return t.as_strided(sizes, strides, offset + shift);
  if (is_complex(base.dtype)) return complex_view(t).as_strided(sizes, strides, offset + 2 * shift);
  DimVector pairs = sizes, steps = strides;
  for (int64_t& s : steps) s *= 2;
  pairs.push_back(2);
  steps.push_back(1);
  return complex_view(t.as_strided(pairs, steps, 2 * offset + shift));
}

}  // namespace hearth::autograd
