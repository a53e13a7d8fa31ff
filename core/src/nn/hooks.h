// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hearth/nn/module.h"

namespace hearth::nn {

/// The hooks of a module, by their keys.
struct ModuleHooks {
  unsigned next_key = 1;
  std::vector<std::pair<unsigned, ForwardPreHook>> pre;
  std::vector<std::pair<unsigned, ForwardHook>> post;
  std::vector<std::pair<unsigned, FullBackwardHook>> backward;
};

}  // namespace hearth::nn
