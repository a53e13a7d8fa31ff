// SPDX-License-Identifier: Apache-2.0
#include "nn/hooks.h"

#include "hearth/autograd/function.h"
#include "hearth/autograd/grad_mode.h"

namespace hearth::nn {

ModuleHooks& Module::hooks() {
  if (!hooks_) hooks_ = std::make_shared<ModuleHooks>();
  return *hooks_;
}

unsigned Module::register_forward_pre_hook(ForwardPreHook hook) {
  return hooks().add(hooks().pre, std::move(hook));
}
unsigned Module::register_forward_hook(ForwardHook hook) {
  return hooks().add(hooks().post, std::move(hook));
}
unsigned Module::register_full_backward_hook(FullBackwardHook hook) {
  return hooks().add(hooks().backward, std::move(hook));
}
unsigned Module::register_state_dict_pre_hook(StateDictPreHook hook) {
  return hooks().add(hooks().before_save, std::move(hook));
}
unsigned Module::register_state_dict_post_hook(StateDictHook hook) {
  return hooks().add(hooks().after_save, std::move(hook));
}
unsigned Module::register_load_state_dict_pre_hook(LoadStateDictPreHook hook) {
  return hooks().add(hooks().before_load, std::move(hook));
}
unsigned Module::register_load_state_dict_post_hook(LoadStateDictPostHook hook) {
  return hooks().add(hooks().after_load, std::move(hook));
}

void Module::remove_hook(unsigned key) {
  const auto remove = [key](auto&... lists) {
    const auto is_key = [key](const auto& entry) { return entry.first == key; };
    return (std::erase_if(lists, is_key) + ...);
  };
  const size_t removed =
      hooks_ ? remove(hooks_->pre, hooks_->post, hooks_->backward, hooks_->before_save,
                      hooks_->after_save, hooks_->before_load, hooks_->after_load)
             : 0;
  HEARTH_CHECK_AS(IndexError, removed, "[nn] no hook with key ", key, " is registered");
}

void Module::run_forward_pre_hooks(std::vector<Tensor>& inputs) {
  run_hooks(hooks_, &ModuleHooks::pre, *this, inputs);
}
void Module::run_forward_hooks(const std::vector<Tensor>& inputs, std::vector<Tensor>& outputs) {
  run_hooks(hooks_, &ModuleHooks::post, *this, inputs, outputs);
}

void Module::run_full_backward_hooks(std::vector<Tensor>& grad_inputs,
                                     const std::vector<Tensor>& grad_outputs) {
  const auto hooks = hooks_;
  const auto backward = hooks->backward;
  const size_t count = grad_inputs.size();
  for (const auto& entry : backward) {
    entry.second(*this, grad_inputs, grad_outputs);
    HEARTH_CHECK_AS(ValueError, grad_inputs.size() == count, "[nn] a backward hook of ", name(),
                    " must keep the number of gradients: expected ", count, ", got ",
                    grad_inputs.size());
  }
}
bool Module::has_full_backward_hooks() const noexcept {
  return hooks_ && !hooks_->backward.empty();
}

namespace detail {

namespace {

/// One call of a module with backward hooks.
struct BackwardCall {
  std::weak_ptr<Module> module;
  size_t inputs;               ///< tensors among the arguments
  std::vector<size_t> needed;  ///< those that get a gradient
  std::vector<Tensor> grad_outputs;

  /// The gradients of the needed inputs, as the hooks leave them.
  std::vector<Tensor> run(const std::vector<Tensor>& grads) const {
    const auto alive = module.lock();
    if (!alive) return grads;
    std::vector<Tensor> all(inputs);
    for (size_t i = 0; i < needed.size(); ++i) all[needed[i]] = grads[i];
    alive->run_full_backward_hooks(all, grad_outputs);
    std::vector<Tensor> kept;
    for (size_t i : needed) kept.push_back(all[i]);
    return kept;
  }
};

/// Where gradients leave a module: all of its inputs pass through one such node.
struct InputBoundary final : autograd::CustomNode {
  std::string name() const override { return "BackwardHookInputs"; }
  autograd::variable_list call_backward(autograd::variable_list grads) override {
    return call->run(grads);
  }
  std::shared_ptr<BackwardCall> call;
};
/// Where they enter it.
struct OutputBoundary final : autograd::CustomNode {
  std::string name() const override { return "BackwardHookOutputs"; }
  autograd::variable_list call_backward(autograd::variable_list grads) override {
    call->grad_outputs = grads;
    // Without inputs that need a gradient nothing comes later.
    if (call->needed.empty()) call->run({});
    return grads;
  }
  std::shared_ptr<BackwardCall> call;
};

/// The same tensors, whose gradients pass `node`.
template <class Boundary>
std::vector<Tensor> through(const std::vector<Tensor>& tensors,
                            const std::shared_ptr<BackwardCall>& call) {
  auto* node = new Boundary;
  const autograd::NodePtr handle = autograd::NodePtr::adopt(node);
  node->call = call;
  node->ctx.set_materialize_grads(false);
  node->set_inputs(tensors, std::vector<bool>(tensors.size(), true));
  std::vector<Tensor> same;
  for (const Tensor& t : tensors) same.push_back(t.detach());
  return node->finish(same);
}

void enter(Module& module, std::vector<Tensor>& inputs) {
  if (!module.has_full_backward_hooks() || !GradMode::is_enabled()) return;
  auto call = std::make_shared<BackwardCall>();
  call->module = module.weak_from_this();
  call->inputs = inputs.size();
  std::vector<Tensor> needing;
  for (size_t i = 0; i < inputs.size(); ++i)
    if (inputs[i].defined() && inputs[i].requires_grad()) {
      call->needed.push_back(i);
      needing.push_back(inputs[i]);
    }
  if (needing.empty()) return;
  const std::vector<Tensor> passed = through<InputBoundary>(needing, call);
  for (size_t i = 0; i < passed.size(); ++i) inputs[call->needed[i]] = passed[i];
}

void leave(Module& module, const std::vector<Tensor>& inputs, std::vector<Tensor>& outputs) {
  if (!module.has_full_backward_hooks() || !GradMode::is_enabled()) return;
  std::shared_ptr<BackwardCall> call;
  for (const Tensor& t : inputs) {
    const autograd::NodePtr fn = t.defined() ? t.grad_fn() : autograd::NodePtr();
    if (const auto* boundary = fn ? dynamic_cast<const InputBoundary*>(fn.get()) : nullptr)
      call = boundary->call;
  }
  if (!call) {
    call = std::make_shared<BackwardCall>();
    call->module = module.weak_from_this();
    call->inputs = inputs.size();
  }
  std::vector<size_t> places;
  std::vector<Tensor> needing;
  for (size_t i = 0; i < outputs.size(); ++i)
    if (outputs[i].defined() && outputs[i].requires_grad()) {
      places.push_back(i);
      needing.push_back(outputs[i]);
    }
  if (needing.empty()) return;
  const std::vector<Tensor> passed = through<OutputBoundary>(needing, call);
  for (size_t i = 0; i < passed.size(); ++i) outputs[places[i]] = passed[i];
}

std::vector<Tensor> values_of(const std::vector<Tensor*>& found) {
  std::vector<Tensor> values;
  for (const Tensor* t : found) values.push_back(*t);
  return values;
}

void write_back(const std::vector<Tensor*>& found, const std::vector<Tensor>& values,
                const Module& module) {
  HEARTH_CHECK_AS(ValueError, found.size() == values.size(), "[nn] a forward hook of ",
                  module.name(), " must keep the number of tensors: expected ", found.size(),
                  ", got ", values.size());
  for (size_t i = 0; i < found.size(); ++i) *found[i] = values[i];
}

}  // namespace

std::vector<Tensor> pre_hooked(Module& module, const std::vector<Tensor*>& found) {
  std::vector<Tensor> values = values_of(found);
  module.run_forward_pre_hooks(values);
  enter(module, values);
  write_back(found, values, module);
  return values;
}
void post_hooked(Module& module, const std::vector<Tensor>& inputs,
                 const std::vector<Tensor*>& found) {
  std::vector<Tensor> values = values_of(found);
  module.run_forward_hooks(inputs, values);
  leave(module, inputs, values);
  write_back(found, values, module);
}

}  // namespace detail

}  // namespace hearth::nn
