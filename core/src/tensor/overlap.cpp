// SPDX-License-Identifier: Apache-2.0
#include "tensor/overlap.h"

namespace hearth {

namespace {

/// The bytes from the first element to the end of the last.
struct Range {
  const char *begin, *end;
  explicit Range(const TensorImpl& t) : begin(t.data()) {
    int64_t last = 0;
    for (size_t d = 0; d < t.sizes.size(); ++d) last += (t.sizes[d] - 1) * t.strides[d];
    end = begin + static_cast<size_t>(last + 1) * element_size(t.dtype);
  }
};

}  // namespace

bool has_internal_overlap(const Tensor& t) {
  const TensorImpl& i = impl(t);
  if (i.dense) return false;
  for (size_t d = 0; d < i.sizes.size(); ++d)
    if (i.sizes[d] > 1 && i.strides[d] == 0) return true;
  return false;
}

Overlap overlap(const Tensor& a, const Tensor& b) {
  const TensorImpl &x = impl(a), &y = impl(b);
  if (x.storage != y.storage || x.numel == 0 || y.numel == 0) return Overlap::None;
  const Range of_x(x), of_y(y);
  if (of_x.end <= of_y.begin || of_y.end <= of_x.begin) return Overlap::None;
  if (of_x.begin == of_y.begin && x.dtype == y.dtype && x.sizes == y.sizes &&
      x.strides == y.strides)
    return Overlap::Same;
  return x.dense && y.dense ? Overlap::Partial : Overlap::Unknown;
}

}  // namespace hearth
