// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hearth/base/macros.h"

namespace hearth {

namespace autograd {

/// Whether operations of this thread are recorded (torch::autograd::GradMode).
struct HEARTH_API GradMode {
  static bool is_enabled();
  static void set_enabled(bool enabled);
};

/// Whether backward records forward call sites and looks for NaN gradients.
struct HEARTH_API AnomalyMode {
  static bool is_enabled();
  static bool should_check_nan();
  static void set_enabled(bool enabled, bool check_nan = true);
};

/// Switches anomaly mode on for a scope.
class HEARTH_API DetectAnomalyGuard {
 public:
  explicit DetectAnomalyGuard(bool check_nan = true);
  DetectAnomalyGuard(const DetectAnomalyGuard&) = delete;
  DetectAnomalyGuard& operator=(const DetectAnomalyGuard&) = delete;
  ~DetectAnomalyGuard();

 private:
  bool enabled_, check_nan_;
};

}  // namespace autograd

using autograd::GradMode;

/// Sets recording on or off for a scope.
class HEARTH_API AutoGradMode {
 public:
  explicit AutoGradMode(bool enabled);
  AutoGradMode(const AutoGradMode&) = delete;
  AutoGradMode& operator=(const AutoGradMode&) = delete;
  ~AutoGradMode();

 private:
  bool previous_;
};

/// No recording in a scope: `NoGradGuard no_grad;`.
class NoGradGuard : public AutoGradMode {
 public:
  NoGradGuard() : AutoGradMode(false) {}
};

/// No recording, and tensors made in the scope carry no version counts, for inference. They can't
/// be saved for backward afterwards.
class HEARTH_API InferenceMode {
 public:
  explicit InferenceMode(bool enabled = true);
  InferenceMode(const InferenceMode&) = delete;
  InferenceMode& operator=(const InferenceMode&) = delete;
  ~InferenceMode();
  static bool is_enabled();

 private:
  bool inference_, grad_;
};

namespace autograd {
using hearth::AutoGradMode;
using hearth::InferenceMode;
}  // namespace autograd

}  // namespace hearth
