// SPDX-License-Identifier: Apache-2.0
// What tensors ask of devices, whose backends the dispatch knows (dispatch/backend.cpp).
#pragma once

#include "tensor/tensor_impl.h"

namespace hearth {

/// Gives `storage` memory on `device`; throws DeviceError when its backend is not loaded.
void allocate_storage(StorageImpl& storage, size_t bytes, Device device);
/// Gives it pinned host memory; throws DeviceError when no backend has any.
void allocate_pinned_storage(StorageImpl& storage, size_t bytes);
/// Copies all of t's storage to memory of its device, on the current stream.
void copy_storage(void* to, const Tensor& t);

}  // namespace hearth
