// SPDX-License-Identifier: Apache-2.0
#include "hearth/autograd/grad_mode.h"

#include "base/thread_state.h"

namespace hearth {

namespace autograd {

bool GradMode::is_enabled() { return thread_state().grad_enabled; }
void GradMode::set_enabled(bool enabled) { thread_state().grad_enabled = enabled; }

bool AnomalyMode::is_enabled() { return thread_state().anomaly; }
bool AnomalyMode::should_check_nan() { return thread_state().anomaly_check_nan; }
void AnomalyMode::set_enabled(bool enabled, bool check_nan) {
  thread_state().anomaly = enabled;
  thread_state().anomaly_check_nan = check_nan;
}

DetectAnomalyGuard::DetectAnomalyGuard(bool check_nan)
    : enabled_(AnomalyMode::is_enabled()), check_nan_(AnomalyMode::should_check_nan()) {
  AnomalyMode::set_enabled(true, check_nan);
}
DetectAnomalyGuard::~DetectAnomalyGuard() { AnomalyMode::set_enabled(enabled_, check_nan_); }

}  // namespace autograd

AutoGradMode::AutoGradMode(bool enabled) : previous_(thread_state().grad_enabled) {
  thread_state().grad_enabled = enabled;
}
AutoGradMode::~AutoGradMode() { thread_state().grad_enabled = previous_; }

InferenceMode::InferenceMode(bool enabled)
    : inference_(thread_state().inference), grad_(thread_state().grad_enabled) {
  thread_state().inference = enabled;
  thread_state().grad_enabled = !enabled;
}
InferenceMode::~InferenceMode() {
  thread_state().inference = inference_;
  thread_state().grad_enabled = grad_;
}
bool InferenceMode::is_enabled() { return thread_state().inference; }

}  // namespace hearth
