// SPDX-License-Identifier: Apache-2.0
#include "hearth/tensor/storage.h"

#include "tensor/host_read.h"
#include "tensor/tensor_impl.h"

namespace hearth {
namespace {

const StorageImpl& checked(const StorageImpl* s) {
  HEARTH_CHECK(s, "[Storage] expected the storage of a tensor, got an empty handle");
  return *s;
}

}  // namespace

Storage::Storage(StorageImpl* impl) : impl_(impl) {
  if (impl_) retain_storage(impl_);
}
Storage::~Storage() {
  if (impl_) release_storage(impl_);
}

void* Storage::mutable_data(SourceLocation at) const {
  check_host_read("Storage::data", at);
  return checked(impl_).data;
}
const void* Storage::data(SourceLocation at) const { return mutable_data(at); }
DataPtr Storage::data_ptr(SourceLocation at) const {
  return {mutable_data(at), impl_->context, impl_->device};
}
size_t Storage::nbytes() const { return checked(impl_).nbytes; }
Device Storage::device() const { return checked(impl_).device; }
size_t Storage::use_count() const& {
  return static_cast<size_t>(__atomic_load_n(&checked(impl_).refs, __ATOMIC_RELAXED));
}

}  // namespace hearth
