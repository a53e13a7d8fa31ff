// SPDX-License-Identifier: Apache-2.0
// The scopes of autocast that a thread is in: for what runs again later, and for functions that
// autocast takes as one. Defined with autocast.
#pragma once

#include <initializer_list>
#include <memory>
#include <optional>
#include <vector>

#include "hearth/base/device.h"
#include "hearth/base/dtype.h"

#include "dispatch/op.h"

namespace hearth {

class Autocast;

struct AutocastMode {
  DeviceType device;
  ScalarType dtype;
  bool enabled;

  /// Whether it casts t, where a call's rule says so.
  bool takes(const Tensor& t) const;
  /// What a call's inputs are cast to; cast is not Any.
  ScalarType target_type(Cast cast, Args in) const;
};

/// What autocast does with a function of several rows that PyTorch's lists name. Nothing said: its
/// rows are cast, each as its own rule says.
struct AutocastByName {
  std::optional<Cast> cpu, cuda;
};

/// Casts the operands as the rule for their device says, and leaves what follows alone, for a
/// scope.
class AutocastAsOne {
 public:
  AutocastAsOne(AutocastByName rule, std::initializer_list<Tensor*> operands);
  AutocastAsOne(AutocastByName rule, std::vector<Tensor>& operands);
  AutocastAsOne(const AutocastAsOne&) = delete;
  AutocastAsOne& operator=(const AutocastAsOne&) = delete;
  ~AutocastAsOne();

 private:
  void begin(AutocastByName rule, ArrayRef<Tensor*> operands);
  std::unique_ptr<Autocast> hidden_;
};

/// Whether calls on such a device are cast: of the public header.
HEARTH_API bool is_autocast_enabled(DeviceType device);

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
