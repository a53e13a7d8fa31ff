// SPDX-License-Identifier: Apache-2.0
#include "tensor/sparse_parts.h"

#include <new>

#include "base/thread_state.h"

namespace hearth {

static_assert(sizeof(SparseParts) <= TensorImpl::kSmallBytes);

Tensor new_sparse(Layout layout, DimVector sizes, SparseParts parts) {
  Tensor tensor = new_tensor({0}, impl(parts.values).dtype, impl(parts.values).device);
  TensorImpl& t = impl(tensor);
  t.strides = contiguous_strides(sizes);
  t.sizes = std::move(sizes);
  t.refresh();
  t.layout = layout;
  t.contiguous = t.dense = false;
  t.inference = thread_state().inference;
  t.own.data = nullptr;
  t.own.context = new (t.small) SparseParts(std::move(parts));
  t.own.deleter = [](void* context, void*, size_t) {
    static_cast<SparseParts*>(context)->~SparseParts();
  };
  return tensor;
}

}  // namespace hearth
