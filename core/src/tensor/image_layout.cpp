// SPDX-License-Identifier: Apache-2.0
#include "tensor/image_layout.h"

#include "tensor/raw_copy.h"

namespace hearth {

DimVector image_strides(IntArrayRef sizes, bool channels_last) {
  return channels_last ? channels_last_strides(sizes) : DimVector();
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
