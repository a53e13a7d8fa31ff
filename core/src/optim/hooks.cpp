// SPDX-License-Identifier: Apache-2.0
// Hooks of optimizers, and what runs them.
#include <exception>
#include <utility>

#include "hearth/io/archive.h"
#include "hearth/optim/optimizer.h"

namespace hearth::optim {

namespace {

template <typename Hook>
using Hooks = std::vector<std::pair<unsigned, Hook>>;

/// Hooks may register and remove hooks: each run goes over a copy.
template <typename Hook, typename... Args>
void run(const Hooks<Hook> hooks, Args&... args) {  // NOLINT(performance-unnecessary-value-param)
  for (const auto& entry : hooks) entry.second(args...);
}

}  // namespace

struct OptimizerHooks {
  unsigned next_key = 1;
  Hooks<Optimizer::StepHook> before_step, after_step, after_load;
  Hooks<Optimizer::StateDictPreHook> before_save;
  Hooks<Optimizer::StateDictHook> after_save;
  Hooks<Optimizer::LoadStateDictPreHook> before_load;

  template <typename Hook>
  unsigned add(Hooks<Hook>& list, Hook hook) {
    list.emplace_back(next_key, std::move(hook));
    return next_key++;
  }
};

OptimizerHooks& Optimizer::hooks() {
  if (!hooks_) hooks_ = std::make_shared<OptimizerHooks>();
  return *hooks_;
}

unsigned Optimizer::register_step_pre_hook(StepHook hook) {
  return hooks().add(hooks().before_step, std::move(hook));
}
unsigned Optimizer::register_step_post_hook(StepHook hook) {
  return hooks().add(hooks().after_step, std::move(hook));
}
unsigned Optimizer::register_state_dict_pre_hook(StateDictPreHook hook) {
  return hooks().add(hooks().before_save, std::move(hook));
}
unsigned Optimizer::register_state_dict_post_hook(StateDictHook hook) {
  return hooks().add(hooks().after_save, std::move(hook));
}
unsigned Optimizer::register_load_state_dict_pre_hook(LoadStateDictPreHook hook) {
  return hooks().add(hooks().before_load, std::move(hook));
}
unsigned Optimizer::register_load_state_dict_post_hook(StepHook hook) {
  return hooks().add(hooks().after_load, std::move(hook));
}

void Optimizer::remove_hook(unsigned key) {
  const auto remove = [key](auto&... lists) {
    const auto has_key = [key](const auto& entry) { return entry.first == key; };
    return (std::erase_if(lists, has_key) + ...);
  };
  const size_t removed = hooks_
                             ? remove(hooks_->before_step, hooks_->after_step, hooks_->after_load,
                                      hooks_->before_save, hooks_->after_save, hooks_->before_load)
                             : 0;
  HEARTH_CHECK_AS(IndexError, removed, "[Optimizer] no hook with key ", key, " is registered");
}

Optimizer::StepScope::StepScope(Optimizer& optimizer)
    : optimizer_(optimizer), exceptions_(std::uncaught_exceptions()) {
  if (optimizer_.hooks_) run(optimizer_.hooks_->before_step, optimizer_);
}
Optimizer::StepScope::~StepScope() noexcept(false) {
  if (optimizer_.hooks_ && std::uncaught_exceptions() == exceptions_)
    run(optimizer_.hooks_->after_step, optimizer_);
}

serialize::OutputArchive Optimizer::state_dict() const {
  if (hooks_) run(hooks_->before_save, *this);
  serialize::OutputArchive archive;
  save(archive);
  if (hooks_) run(hooks_->after_save, *this, archive);
  return archive;
}

void Optimizer::load_state_dict(const serialize::OutputArchive& state) {
  serialize::OutputArchive given(state);
  if (hooks_) run(hooks_->before_load, *this, given);
  serialize::InputArchive archive(given);
  load(archive);
  if (hooks_) run(hooks_->after_load, *this);
}

}  // namespace hearth::optim
