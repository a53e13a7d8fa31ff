// SPDX-License-Identifier: Apache-2.0
#include "hearth/nn/parametrize.h"

#include "hearth/autograd/grad_mode.h"

#include "autograd/meta.h"
#include "nn/parametrize_clone.h"

namespace hearth::nn::utils::parametrize {

Parametrization::~Parametrization() = default;
std::vector<Tensor> Parametrization::right_inverse(const Tensor& tensor) { return {tensor}; }

namespace {

/// A module's forward(Tensor) as a Parametrization.
class ForwardOf final : public Parametrization {
 public:
  explicit ForwardOf(AnyModule module) : module_(std::move(module)) {}
  Tensor compute(const std::vector<Tensor>& originals) override {
    return module_.forward(originals[0]);
  }
  std::shared_ptr<Module> clone(const std::optional<Device>& device) const override {
    return std::make_shared<ForwardOf>(module_.clone(device));
  }
  std::shared_ptr<Module> module() const { return module_.ptr(); }

 private:
  AnyModule module_;
};

Tensor copy_of(const Tensor& t, const std::optional<Device>& device) {
  const Tensor data = t.detach();
  return data.to(device ? device->resolved() : data.device(), data.scalar_type(),
                 /*non_blocking=*/false, /*copy=*/true);
}

/// The originals of a tensor and what it is computed by, as a submodule.
class ParametrizationList final : public Module {
 public:
  ParametrizationList(Tensor parameter, std::vector<Tensor> originals)
      : Module("ParametrizationList"), shown_(std::move(parameter)) {
    const bool needs_grad = shown_.requires_grad();
    for (size_t i = 0; i < originals.size(); ++i)
      originals_.push_back(
          register_parameter(originals.size() == 1 ? "original" : "original" + std::to_string(i),
                             originals[i].detach().clone(), needs_grad));
    shown_.set_requires_grad(false);
  }

  /// A copy that makes `parameter` what this one shows.
  std::shared_ptr<ParametrizationList> copy_for(const Tensor& parameter,
                                                const std::optional<Device>& device) const {
    std::vector<Tensor> originals;
    for (const Tensor& t : originals_) originals.push_back(copy_of(t, device));
    auto copy = std::make_shared<ParametrizationList>(parameter, originals);
    for (size_t i = 0; i < originals_.size(); ++i)
      copy->originals_[i].set_requires_grad(originals_[i].requires_grad());
    for (const auto& step : steps_) {
      auto same = std::dynamic_pointer_cast<Parametrization>(step->clone(device));
      HEARTH_CHECK(same, "[nn] clone() of the parametrization ", step->name(),
                   " is none; expected a Parametrization");
      copy->add(std::move(same));
    }
    // Not computed, which may change what the steps keep.
    copy->shown_.set_data(copy_of(shown_, device));
    copy->hook = hook;
    copy->is_training_ = is_training_;
    return copy;
  }

  void add(std::shared_ptr<Parametrization> step) {
    const auto* forward = dynamic_cast<const ForwardOf*>(step.get());
    register_module(std::to_string(steps_.size()), forward ? forward->module() : step);
    steps_.push_back(std::move(step));
  }
  void drop_last() {
    steps_.pop_back();
    unregister_module(std::to_string(steps_.size()));
  }

  Tensor compute() const {
    std::vector<Tensor> tensors = originals_;
    for (const auto& step : steps_) tensors = {step->compute(tensors)};
    return tensors[0];
  }
  /// Shows the computed value, with its memory and its history. Nothing is written, so that what
  /// saved the last one for backward keeps it.
  void update() const {
    const Tensor computed = compute();
    const Tensor value = computed.is_leaf() ? computed.alias() : computed;
    shown_.detach_();
    shown_.set_data(value.detach());
    if (autograd::forward_level()) autograd::set_tangent(shown_, autograd::tangent_of(value));
    if (!value.requires_grad()) return;
    const autograd::Edge edge = autograd::gradient_edge(value);
    autograd::set_history(shown_, edge.function, edge.input_nr);
  }

  const Tensor& shown() const { return shown_; }
  const std::vector<Tensor>& originals() const { return originals_; }
  size_t size() const { return steps_.size(); }

  unsigned hook = 0;

 private:
  Tensor shown_;  // shares its handle with the module's member
  std::vector<Tensor> originals_;
  std::vector<std::shared_ptr<Parametrization>> steps_;
};

std::shared_ptr<Module> child_of(const Module& module, const std::string& name) {
  for (const auto& child : module.named_children())
    if (child.key() == name) return child.value();
  return nullptr;
}

std::shared_ptr<ParametrizationList> list_of(const Module& module, const std::string& name) {
  const auto all = child_of(module, kChild);
  return all ? std::dynamic_pointer_cast<ParametrizationList>(child_of(*all, name)) : nullptr;
}

/// Makes the list of a parameter that has none yet.
std::shared_ptr<ParametrizationList> make_list(Module& module, const std::string& name,
                                               Parametrization& first) {
  const auto own = module.named_parameters(/*recurse=*/false);
  const Tensor* parameter = own.find(name);
  HEARTH_CHECK_AS(ValueError, parameter, "[register_parametrization] Module '", module.name(),
                  "' does not have a parameter or a parametrized tensor with name '", name, "'");
  const NoGradGuard no_grad;
  const std::vector<Tensor> originals = first.right_inverse(parameter->detach());
  const Tensor value = first.compute(originals);
  HEARTH_CHECK_AS(
      ShapeError,
      value.sizes() == parameter->sizes() && value.scalar_type() == parameter->scalar_type(),
      "[register_parametrization] a parametrization must keep the sizes and the dtype "
      "of '",
      name, "': expected ", parameter->sizes(), " of ", parameter->scalar_type(), ", got ",
      value.sizes(), " of ", value.scalar_type());
  auto list = std::make_shared<ParametrizationList>(*parameter, originals);
  module.unregister_parameter(name);
  auto all = child_of(module, kChild);
  if (!all) all = module.register_module(kChild, ModuleDict());
  all->register_module(name, list);
  // Of whichever module it is called for, so that a clone's hook is right as well.
  list->hook = module.register_forward_pre_hook(
      [name](Module& self, std::vector<Tensor>&) { list_of(self, name)->update(); });
  return list;
}

void add(Module& module, const std::string& name, std::shared_ptr<Parametrization> step) {
  auto list = list_of(module, name);
  if (!list) {
    list = make_list(module, name, *step);
    list->add(std::move(step));
  } else {
    const NoGradGuard no_grad;
    HEARTH_CHECK_AS(ValueError, step->right_inverse(list->shown().detach()).size() == 1,
                    "[register_parametrization] only the first parametrization of '", name,
                    "' may be computed from several tensors");
    list->add(std::move(step));
    const Tensor value = list->compute();
    const Tensor& shown = list->shown();
    if (!(value.sizes() == shown.sizes() && value.scalar_type() == shown.scalar_type())) {
      list->drop_last();
      throw ShapeError(cat_str(
          "[register_parametrization] a parametrization must keep the sizes and the dtype of '",
          name, "': expected ", shown.sizes(), ", got ", value.sizes()));
    }
  }
  const NoGradGuard no_grad;
  list->update();
}

}  // namespace

void register_parametrization(Module& module, const std::string& tensor_name,
                              AnyModule parametrization) {
  add(module, tensor_name, std::make_shared<ForwardOf>(std::move(parametrization)));
}
void register_parametrization(Module& module, const std::string& tensor_name,
                              std::shared_ptr<Parametrization> parametrization) {
  add(module, tensor_name, std::move(parametrization));
}

bool is_parametrized(const Module& module, const std::optional<std::string>& tensor_name) {
  return tensor_name ? list_of(module, *tensor_name) != nullptr
                     : child_of(module, kChild) != nullptr;
}

std::vector<std::shared_ptr<Module>> parametrizations_of(const Module& module,
                                                         const std::string& tensor_name) {
  const auto list = list_of(module, tensor_name);
  return list ? list->children() : std::vector<std::shared_ptr<Module>>();
}

void remove_parametrizations(Module& module, const std::string& tensor_name,
                             bool leave_parametrized) {
  const auto list = list_of(module, tensor_name);
  HEARTH_CHECK_AS(ValueError, list, "[remove_parametrizations] Module '", module.name(),
                  "' does not have a parametrization on '", tensor_name, "'");
  HEARTH_CHECK_AS(ValueError, leave_parametrized || list->originals().size() == 1,
                  "[remove_parametrizations] leave_parametrized=false needs a single original, '",
                  tensor_name, "' has ", list->originals().size());
  const bool needs_grad = list->originals()[0].requires_grad();
  const NoGradGuard no_grad;
  const Tensor value = leave_parametrized ? list->compute() : list->originals()[0].detach();
  const Tensor parameter = list->shown();
  parameter.detach_();
  parameter.set_data(value.clone());
  module.remove_hook(list->hook);
  const auto all = child_of(module, kChild);
  all->unregister_module(tensor_name);
  if (all->children().empty()) module.unregister_module(kChild);
  module.register_parameter(tensor_name, parameter, needs_grad);
}

void update_parametrized(Module& module) {
  const auto all = child_of(module, kChild);
  if (!all) return;
  for (const auto& child : all->children())
    if (const auto list = std::dynamic_pointer_cast<ParametrizationList>(child)) list->update();
}

void copy_parametrizations(Module& copy, const Module& original,
                           const std::optional<Device>& device) {
  const auto all = child_of(original, kChild);
  if (!all) return;
  const auto into = copy.register_module(kChild, ModuleDict());
  for (const auto& child : all->named_children()) {
    const auto list = std::dynamic_pointer_cast<ParametrizationList>(child.value());
    const auto own = copy.named_parameters(/*recurse=*/false);
    const Tensor* parameter = own.find(child.key());
    HEARTH_CHECK(list && parameter, "[nn] the clone of ", original.name(), " has no parameter '",
                 child.key(), "', which the original has parametrized");
    copy.unregister_parameter(child.key());
    into->register_module(child.key(), list->copy_for(*parameter, device));
  }
}

}  // namespace hearth::nn::utils::parametrize
