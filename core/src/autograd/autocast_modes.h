// SPDX-License-Identifier: Apache-2.0
// The scopes of autocast that a thread is in, for what runs again later. Defined with autocast.
#pragma once

#include <memory>
#include <vector>

#include "hearth/base/device.h"
#include "hearth/base/dtype.h"

namespace hearth {

class Autocast;

struct AutocastMode {
  DeviceType device;
  ScalarType dtype;
  bool enabled;
};

/// Those of now, the outermost first.
std::vector<AutocastMode> autocast_modes();

/// These instead of the thread's own, for a scope.
class AutocastModesGuard {
 public:
  explicit AutocastModesGuard(const std::vector<AutocastMode>& modes);
  AutocastModesGuard(const AutocastModesGuard&) = delete;
  AutocastModesGuard& operator=(const AutocastModesGuard&) = delete;
  ~AutocastModesGuard();

 private:
  std::vector<std::unique_ptr<Autocast>> scopes_;
};

}  // namespace hearth
