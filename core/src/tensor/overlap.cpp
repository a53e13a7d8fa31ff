// SPDX-License-Identifier: Apache-2.0
#include "tensor/overlap.h"

namespace hearth {

bool has_internal_overlap(const Tensor& t) {
  const TensorImpl& i = impl(t);
  if (i.dense) return false;
  for (size_t d = 0; d < i.sizes.size(); ++d)
    if (i.sizes[d] > 1 && i.strides[d] == 0) return true;
  return false;
}

bool overlaps_partially(const Tensor& a, const Tensor& b) {
  const TensorImpl &x = impl(a), &y = impl(b);
  if (x.storage != y.storage || x.numel == 0 || y.numel == 0) return false;
  if (!x.dense || !y.dense) return false;
  const char* x_begin = x.data();
  const char* y_begin = y.data();
  const char* x_end = x_begin + static_cast<size_t>(x.numel) * element_size(x.dtype);
  const char* y_end = y_begin + static_cast<size_t>(y.numel) * element_size(y.dtype);
  if (x_begin == y_begin && x_end == y_end) return !(x.strides == y.strides && x.sizes == y.sizes);
  return x_begin < y_end && y_begin < x_end;
}

}  // namespace hearth
