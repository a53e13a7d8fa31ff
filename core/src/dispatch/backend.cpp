// SPDX-License-Identifier: Apache-2.0
#include "dispatch/backend.h"

namespace hearth {

namespace {

const Backend* backends[kNumDeviceTypes] = {};
BackendLoader loaders[kNumDeviceTypes] = {};

}  // namespace

const Backend* backend(DeviceType type) {
  const auto d = static_cast<size_t>(type);
  if (!backends[d] && loaders[d]) loaders[d]();
  return backends[d];
}

void set_backend(DeviceType type, const Backend* b) { backends[static_cast<size_t>(type)] = b; }

std::string backend_unavailable_reason(DeviceType type) {
  const auto d = static_cast<size_t>(type);
  return loaders[d] ? loaders[d]() : std::string();
}

void set_backend_loader(DeviceType type, BackendLoader loader) {
  loaders[static_cast<size_t>(type)] = loader;
}

void allocate_storage(Storage& storage, size_t bytes, Device device) {
  const Backend* b = backend(device.type());
  HEARTH_CHECK_AS(DeviceError, b, "[allocate] no backend for device ", device, " ",
                  backend_unavailable_reason(device.type()));
  b->allocate(storage, bytes, device);
}

}  // namespace hearth
