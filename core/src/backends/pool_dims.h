// SPDX-License-Identifier: Apache-2.0
// Pooling as backends compute it: of three spatial dims, the last of which are the op's; those
// before have size 1.
#pragma once

#include "backends/pool_window.h"
#include "base/checked.h"
#include "tensor/tensor_impl.h"

namespace hearth {

/// Size of a tensor [N, C, spatial...] along spatial dim d of three.
inline int64_t pool_size(const TensorImpl& t, size_t d) {
  return d + t.sizes.size() < 5 ? 1 : t.sizes[d + t.sizes.size() - 3];
}

/// The windows from `x` to `y` along spatial dim d of three; Op has the fields of a pooling op.
template <class Int, class Op>
PoolDim<Int> pool_dim(const Op& op, const TensorImpl& x, const TensorImpl& y, size_t d) {
  PoolDim<Int> dim;
  const size_t missing = 5 - x.sizes.size();
  if (d < missing) return dim;
  const size_t own = d - missing;
  dim.in = static_cast<Int>(x.sizes[own + 2]);
  dim.out = static_cast<Int>(y.sizes[own + 2]);
  dim.kernel = 0;
  if constexpr (requires { op.kernel_size; }) {
    if (op.kernel_size.empty()) return dim;
    dim.kernel = static_cast<Int>(op.kernel_size[own]);
    dim.stride = static_cast<Int>(op.stride[own]);
    dim.padding = static_cast<Int>(op.padding[own]);
    if constexpr (requires { op.dilation; }) dim.step = static_cast<Int>(op.dilation[own]);
    if constexpr (requires { op.count_include_pad; }) dim.count_padding = op.count_include_pad;
  }
  return dim;
}

/// Places of maxima are kept in 32 bits.
inline void check_pool_volume(const TensorImpl& x) {
  Checked n = 1;
  for (size_t d = 2; d < x.sizes.size(); ++d) n *= x.sizes[d];
  HEARTH_CHECK_AS(ShapeError, n.value_or(INT64_MAX) <= INT32_MAX,
                  "[pool] images of more than 2^31 - 1 pixels are not supported, got ",
                  x.sizes.ref());
}

}  // namespace hearth
