// SPDX-License-Identifier: Apache-2.0
// Guards below autograd, which inference programs used before there was InferenceMode.
#pragma once

#include "hearth/autograd/grad_mode.h"
#include "hearth/base/warning.h"

#include "c10/macros/Macros.h"

namespace hearth {

/// Nothing is recorded while one lives.
struct AutoDispatchBelowAutograd {
  NoGradGuard guard;
};
using AutoDispatchBelowADInplaceOrView = AutoDispatchBelowAutograd;
/// The same under its first name, with a warning.
struct AutoNonVariableTypeMode {
  explicit AutoNonVariableTypeMode(bool enabled = true)
      : guard(!enabled && GradMode::is_enabled()) {
    HEARTH_WARN_ONCE(
        "AutoNonVariableTypeMode is deprecated: use c10::InferenceMode for inference, or "
        "torch::NoGradGuard");
  }
  AutoGradMode guard;
};

}  // namespace hearth
