// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hearth/nn/module.h"

namespace hearth::nn {

/// While it lives, a module is in evaluation mode; then as before.
class EvalGuard {
 public:
  explicit EvalGuard(Module& module) : module_(module), was_training_(module.is_training()) {
    module_.eval();
  }
  ~EvalGuard() { module_.train(was_training_); }
  EvalGuard(const EvalGuard&) = delete;
  EvalGuard& operator=(const EvalGuard&) = delete;

 private:
  Module& module_;
  const bool was_training_;
};

}  // namespace hearth::nn
