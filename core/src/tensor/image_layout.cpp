// SPDX-License-Identifier: Apache-2.0
#include "tensor/image_layout.h"

#include <algorithm>

#include "tensor/raw_copy.h"

namespace hearth {

DimVector image_strides(IntArrayRef sizes, bool channels_last) {
  DimVector strides;
  if (!channels_last) return strides;
  strides.resize(sizes.size());
  int64_t step = 1;
  const auto next = [&](size_t d) {
    strides[d] = step;
    step *= std::max<int64_t>(sizes[d], 1);
  };
  next(1);
  for (size_t d = sizes.size() - 1; d >= 2; --d) next(d);
  next(0);
  return strides;
}

Tensor image_raw(const Tensor& source, bool channels_last) {
  if (!channels_last) return contiguous_raw(source);
  const TensorImpl& t = impl(source);
  DimVector strides = image_strides(t.sizes, true);
  bool dense = true;
  for (size_t d = 0; d < t.sizes.size(); ++d)
    dense &= t.sizes[d] == 1 || t.strides[d] == strides[d];
  if (dense) return source;
  Tensor out = new_tensor(t.sizes, t.dtype, t.device, std::move(strides));
  copy_raw_into(out, source);
  return out;
}

}  // namespace hearth
