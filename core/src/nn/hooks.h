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
  std::vector<std::pair<unsigned, StateDictPreHook>> before_save;
  std::vector<std::pair<unsigned, StateDictHook>> after_save;
  std::vector<std::pair<unsigned, LoadStateDictPreHook>> before_load;
  std::vector<std::pair<unsigned, LoadStateDictPostHook>> after_load;

  template <typename Hook>
  unsigned add(std::vector<std::pair<unsigned, Hook>>& list, Hook hook) {
    list.emplace_back(next_key, std::move(hook));
    return next_key++;
  }
};

/// Hooks may register and remove hooks: each run goes over a copy.
template <typename Hook, typename... Args>
void run_hooks(const std::shared_ptr<ModuleHooks>& hooks,
               std::vector<std::pair<unsigned, Hook>> ModuleHooks::*list, Args&... args) {
  if (!hooks) return;
  const auto copy = (*hooks).*list;
  for (const auto& entry : copy) entry.second(args...);
}

}  // namespace hearth::nn
