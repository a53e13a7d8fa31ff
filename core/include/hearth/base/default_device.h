// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hearth/base/device.h"

namespace hearth {

/// While one lives, functions of this thread that make new tensors (zeros, rand, arange ...) and
/// with them constructors of modules put those on a device, where options name none: Python's
/// `with torch.device("meta")`. Tensors of values that the program has, as `tensor({1, 2})`, stay
/// on the CPU.
///
///     const DefaultDeviceGuard guard(kMeta);  // shapes without memory
///     auto model = vision::models::create_model("vit_h_14");
class HEARTH_API DefaultDeviceGuard {
 public:
  explicit DefaultDeviceGuard(Device device);
  ~DefaultDeviceGuard();
  DefaultDeviceGuard(const DefaultDeviceGuard&) = delete;
  DefaultDeviceGuard& operator=(const DefaultDeviceGuard&) = delete;

 private:
  Device before_;
};

/// The CPU, unless a guard says otherwise.
HEARTH_API Device default_device();

}  // namespace hearth
