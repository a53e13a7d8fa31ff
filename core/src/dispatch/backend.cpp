// SPDX-License-Identifier: Apache-2.0
#include "dispatch/backend.h"

#include <atomic>

#include "base/current_stream.h"
#include "tensor/device_memory.h"

namespace hearth {

namespace {

std::atomic<const Backend*> backends[kNumDeviceTypes] = {};
BackendLoader loaders[kNumDeviceTypes] = {};

}  // namespace

const Backend* backend(DeviceType type) {
  const auto d = static_cast<size_t>(type);
  if (d >= kNumDeviceTypes) return nullptr;
  if (const Backend* b = backends[d].load(std::memory_order_acquire)) return b;
  if (loaders[d]) loaders[d]();
  return backends[d].load(std::memory_order_acquire);
}

void set_backend(DeviceType type, const Backend* b) {
  backends[static_cast<size_t>(type)].store(b, std::memory_order_release);
}

std::string backend_unavailable_reason(DeviceType type) {
  const auto d = static_cast<size_t>(type);
  return d < kNumDeviceTypes && loaders[d] ? loaders[d]() : std::string();
}

void set_backend_loader(DeviceType type, BackendLoader loader) {
  loaders[static_cast<size_t>(type)] = loader;
}

void allocate_storage(StorageImpl& storage, size_t bytes, Device device) {
  const Backend* b = backend(device.type());
  HEARTH_CHECK_AS(DeviceError, b, "[allocate] no backend for device ", device, " ",
                  backend_unavailable_reason(device.type()));
  b->allocate(storage, bytes, device);
}

void allocate_pinned_storage(StorageImpl& storage, size_t bytes) {
  const Backend* b = backend(kCUDA);
  HEARTH_CHECK_AS(DeviceError, b && b->allocate_pinned,
                  "[pin_memory] pinned memory needs a CUDA device: ",
                  b ? "this backend has none" : backend_unavailable_reason(kCUDA));
  b->allocate_pinned(storage, bytes);
}

void* current_stream(const Backend& b, Device device) {
  if (!b.streams) return nullptr;
  void*& stream = current_stream_slot(device.index());
  if (!stream) stream = b.streams->default_stream(device);
  return stream;
}

void use_on_current_stream(const Backend& b, const Tensor& t) {
  StorageImpl& storage = *impl(t).storage;
  if (!b.streams || !storage.data) return;
  void* stream = current_stream(b, storage.device);
  if (storage.stream != stream) b.streams->record_use(storage, stream);
}

void copy_storage(void* to, const Tensor& t) {
  const StorageImpl& s = *impl(t).storage;
  const Device device = impl(t).device;
  const Backend& there = *backend(device.type());
  use_on_current_stream(there, t);
  there.copy_bytes(to, device, s.data, device, s.nbytes, /*non_blocking=*/false);
}

}  // namespace hearth
