// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <utility>

#include "hearth/base/device.h"
#include "hearth/base/macros.h"
#include "hearth/base/source_location.h"

namespace hearth {

struct StorageImpl;

/// Where memory begins, and what its deleter is given.
class DataPtr {
 public:
  DataPtr() = default;
  DataPtr(void* data, void* context, Device device)
      : data_(data), context_(context), device_(device) {}
  void* get() const { return data_; }
  void* mutable_get() const { return data_; }
  void* get_context() const { return context_; }
  Device device() const { return device_; }
  explicit operator bool() const { return data_ || context_; }

 private:
  void* data_ = nullptr;
  void* context_ = nullptr;
  Device device_ = kCPU;
};

/// The memory that a tensor and its views show, from its beginning: a handle that keeps it alive.
class HEARTH_API Storage {
 public:
  Storage() = default;
  /// Shares `impl`, which may be null.
  explicit Storage(StorageImpl* impl);
  Storage(const Storage& o) : Storage(o.impl_) {}
  Storage(Storage&& o) noexcept : impl_(std::exchange(o.impl_, nullptr)) {}
  Storage& operator=(Storage o) noexcept {
    std::swap(impl_, o.impl_);
    return *this;
  }
  ~Storage();

  explicit operator bool() const { return impl_ != nullptr; }
  // Where calls are recorded to run again, these throw, as Tensor::data_ptr does.
  const void* data(SourceLocation at = SourceLocation::current()) const;
  void* mutable_data(SourceLocation at = SourceLocation::current()) const;
  DataPtr data_ptr(SourceLocation at = SourceLocation::current()) const;
  size_t nbytes() const;
  size_t size_bytes() const { return nbytes(); }
  Device device() const;
  DeviceType device_type() const { return device().type(); }
  bool is_alias_of(const Storage& other) const { return impl_ && impl_ == other.impl_; }
  /// How many tensors and handles share the memory; x.storage().use_count() counts x and its
  /// views alone.
  size_t use_count() const&;
  size_t use_count() && { return std::as_const(*this).use_count() - 1; }
  bool unique() const& { return use_count() == 1; }
  bool unique() && { return std::move(*this).use_count() == 1; }
  StorageImpl* unsafeGetStorageImpl() const { return impl_; }

 private:
  StorageImpl* impl_ = nullptr;
};

}  // namespace hearth
