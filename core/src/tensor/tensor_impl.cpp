// SPDX-License-Identifier: Apache-2.0
#include "tensor/tensor_impl.h"

#include <algorithm>
#include <new>

#include "base/allocator.h"
#include "base/checked.h"
#include "tensor/device_memory.h"

namespace hearth {

static_assert(sizeof(TensorImpl) <= kHeaderBytes);

void release_storage(StorageImpl* s) {
  // Who holds the only reference is alone.
  if (__atomic_load_n(&s->refs, __ATOMIC_ACQUIRE) != 1 &&
      __atomic_sub_fetch(&s->refs, 1, __ATOMIC_ACQ_REL) != 0)
    return;
  if (s->deleter) s->deleter(s->context, s->data, s->nbytes);
  header_deallocate(s->block);
}

namespace detail {

void destroy_tensor(TensorImpl* t) noexcept {
  if (t->meta) autograd::destroy_meta(t->meta);
  StorageImpl *storage = t->storage, *counter = t->counter, *own = &t->own;
  t->base = Tensor();
  t->sizes.clear();
  t->strides.clear();
  const bool block_is_shared = own->refs > 0;
  if (counter != storage && counter != own) release_storage(counter);
  if (storage != own) release_storage(storage);
  // The block lives as long as its own storage header; the tensor holds one of its references.
  if (block_is_shared) {
    release_storage(own);
  } else {
    header_deallocate(t);
  }
}

}  // namespace detail

void TensorImpl::refresh() {
  check_rank(sizes);
  numel = checked_numel(sizes);
  contiguous = true;
  dense = true;
  if (numel == 0) return;
  const size_t n = sizes.size();
  int64_t step = 1;
  for (size_t d = n; d-- > 0;) {
    if (sizes[d] == 1) continue;
    contiguous &= strides[d] == step;
    step *= sizes[d];
  }
  dense = contiguous;
  if (dense) return;
  // Dense in another order: sorted by stride, each dim starts where the one below ends.
  DimVector order;
  order.resize(n);
  for (size_t d = 0; d < n; ++d) order[d] = static_cast<int64_t>(d);
  std::sort(order.begin(), order.end(), [&](int64_t a, int64_t b) {
    if (sizes[a] == 1 || sizes[b] == 1) return sizes[b] != 1 && sizes[a] == 1;
    return strides[a] < strides[b];
  });
  step = 1;
  for (int64_t d : order) {
    if (sizes[d] == 1) continue;
    if (strides[d] != step) return;
    step *= sizes[d];
  }
  dense = true;
}

namespace {

TensorImpl* new_block() { return new (header_allocate()) TensorImpl; }

/// A header on the memory of `base`.
TensorImpl* new_alias(const TensorImpl& base) {
  TensorImpl* t = new_block();
  t->storage = base.storage;
  t->counter = base.counter;
  retain_storage(t->storage);
  if (t->counter != t->storage) retain_storage(t->counter);
  t->device = base.device;
  t->inference = base.inference;
  t->layout = base.layout;
  return t;
}

void free_memory(StorageImpl& s) {
  if (s.deleter) s.deleter(s.context, s.data, s.nbytes);
  s.data = nullptr;
  s.nbytes = 0;
  s.deleter = nullptr;
}

/// Throws for sizes that are negative, or too many elements.
[[noreturn]] void throw_bad_sizes(const DimVector& sizes) {
  checked_numel(sizes);
  throw ShapeError(cat_str("[shape] a tensor of sizes ", sizes.ref(),
                           " is too large: a size that follows from it overflows int64"));
}

void set_contiguous(TensorImpl& t, DimVector&& sizes) {
  check_rank(sizes);
  const size_t n = sizes.size();
  t.strides.resize(n);
  const int64_t* size = sizes.data();
  int64_t *stride = t.strides.data(), step = 1;
  bool bad = false, empty = false, over = false;
  for (size_t d = n; d-- > 0;) {
    stride[d] = step;
    bad |= over | (size[d] < 0);
    over |= __builtin_mul_overflow(step, std::max<int64_t>(size[d], 1), &step);
    empty |= size[d] == 0;
  }
  if (bad || (over && !empty)) [[unlikely]]
    throw_bad_sizes(sizes);
  t.numel = empty ? 0 : step;
  t.sizes = std::move(sizes);
}

}  // namespace

Tensor new_tensor(DimVector sizes, ScalarType dtype, Device device, DimVector strides,
                  bool pinned) {
  TensorImpl* t = new_block();
  // From here on the handle frees the block if something throws.
  t->own.refs = 1;
  t->own.block = t;
  t->storage = t->counter = &t->own;
  Tensor handle(t);
  t->dtype = dtype;
  t->device = t->own.device = device;
  t->numel = 1;
  if (strides.empty()) {
    set_contiguous(*t, std::move(sizes));
  } else {
    t->sizes = std::move(sizes);
    t->strides = std::move(strides);
    t->refresh();
  }
  const size_t bytes = static_cast<size_t>(checked_nbytes(t->numel, dtype));
  t->own.nbytes = bytes;
  if (pinned) {
    if (bytes > 0) allocate_pinned_storage(t->own, bytes);
  } else if (device.is_cpu() && bytes <= TensorImpl::kSmallBytes) {
    t->own.data = t->small;
  } else if (bytes > 0 && !device.is_meta()) {
    allocate_storage(t->own, bytes, device);
  }
  return handle;
}

Tensor alias_tensor(const Tensor& base, DimVector sizes, DimVector strides, int64_t offset,
                    ScalarType dtype) {
  TensorImpl* t = new_alias(impl(base));
  Tensor handle(t);
  t->dtype = dtype;
  t->offset = offset;
  t->sizes = std::move(sizes);
  t->strides = std::move(strides);
  t->refresh();
  return handle;
}

Tensor alias_contiguous(const Tensor& base, DimVector sizes, int64_t offset, ScalarType dtype,
                        std::string_view op) {
  TensorImpl* t = new_alias(impl(base));
  Tensor handle(t);
  t->dtype = dtype;
  t->offset = offset;
  set_contiguous(*t, std::move(sizes));
  const Checked reach = (Checked(offset) + t->numel) * static_cast<int64_t>(element_size(dtype));
  const size_t room = t->storage->nbytes;
  HEARTH_CHECK_AS(ShapeError,
                  t->numel == 0 || (reach.fits() && static_cast<size_t>(reach.value_or(0)) <= room),
                  "[", op, "] a view of sizes ", t->sizes.ref(), " and strides ", t->strides.ref(),
                  " at offset ", offset, " is out of bounds for storage of ", room, " bytes");
  return handle;
}

Tensor elements_of(StorageImpl& storage, ScalarType dtype) {
  TensorImpl* t = new_block();
  Tensor handle(t);
  t->storage = t->counter = &storage;
  retain_storage(&storage);
  t->device = storage.device;
  t->dtype = dtype;
  t->sizes = {static_cast<int64_t>(storage.nbytes / element_size(dtype))};
  t->strides = {1};
  t->refresh();
  return handle;
}

Tensor alias_tensor(const Tensor& base) {
  const TensorImpl& b = impl(base);
  TensorImpl* t = new_alias(b);
  t->dtype = b.dtype;
  t->offset = b.offset;
  t->sizes = b.sizes;
  t->strides = b.strides;
  t->numel = b.numel;
  t->contiguous = b.contiguous;
  t->dense = b.dense;
  return Tensor(t);
}

void count_writes_apart(const Tensor& tensor) {
  TensorImpl& t = impl(tensor);
  if (t.counter == &t.own) return;
  t.own.version = version_of(tensor);
  if (t.own.refs == 0) {
    t.own.refs = 1;
    t.own.block = &t;
  }
  if (t.counter != t.storage) release_storage(t.counter);
  t.counter = &t.own;
}

void adopt_storage(const Tensor& tensor, const Tensor& source) {
  TensorImpl& t = impl(tensor);
  const TensorImpl& s = impl(source);
  if (t.storage == s.storage) return;
  count_writes_apart(tensor);
  if (s.storage != &t.own) retain_storage(s.storage);
  if (t.storage != &t.own) {
    release_storage(t.storage);
  } else if (__atomic_load_n(&t.own.refs, __ATOMIC_ACQUIRE) == 1) {
    free_memory(t.own);
  }
  t.storage = s.storage;
  t.device = s.device;
}

void reserve_storage(const Tensor& t, size_t bytes) {
  StorageImpl& s = *impl(t).storage;
  const Device device = impl(t).device;
  if (bytes <= s.nbytes) return;
  StorageImpl larger;
  if (!device.is_meta()) {
    allocate_storage(larger, bytes, device);
    if (s.nbytes > 0) copy_storage(larger.data, t);
  }
  free_memory(s);
  s.data = larger.data;
  s.nbytes = bytes;
  s.deleter = larger.deleter;
  s.context = larger.context;
  s.stream = larger.stream;
}

void resize_raw(const Tensor& tensor, IntArrayRef sizes) {
  TensorImpl& t = impl(tensor);
  check_rank(sizes);
  const int64_t bytes = checked_nbytes(checked_numel(sizes), t.dtype);
  if (bytes > 0)
    reserve_storage(
        tensor, static_cast<size_t>(bytes) + static_cast<size_t>(t.offset) * element_size(t.dtype));
  t.strides = contiguous_strides(sizes);
  t.sizes = DimVector(sizes);
  t.refresh();
}

}  // namespace hearth
