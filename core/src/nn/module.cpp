// SPDX-License-Identifier: Apache-2.0
#include "hearth/nn/module.h"

#include <algorithm>
#include <ostream>

#include "hearth/autograd/grad_mode.h"
#include "hearth/ops/creation.h"

#include "nn/hooks.h"
#include "nn/parametrize_clone.h"
#include "tensor/tensor_impl.h"

namespace hearth {

template class OrderedDict<std::string, Tensor>;
template class OrderedDict<std::string, std::shared_ptr<nn::Module>>;

namespace nn {

Module::Module() = default;
Module::Module(std::string name) : name_(std::move(name)) {}
Module::Module(const Module&) = default;
Module& Module::operator=(const Module&) = default;
Module::Module(Module&&) noexcept = default;
Module& Module::operator=(Module&&) noexcept = default;
Module::~Module() = default;

const std::string& Module::name() const noexcept {
  if (name_.empty()) name_ = type_name(typeid(*this));
  return name_;
}

// ---- registration

namespace {

void check_name(const std::string& name, const char* what) {
  HEARTH_CHECK_AS(ValueError, !name.empty(), "[nn] ", what, " name must not be empty");
  HEARTH_CHECK_AS(ValueError, name.find('.') == std::string::npos, "[nn] ", what,
                  " name must not contain a dot (got '", name, "')");
}

std::string joined(const std::string& prefix, const std::string& name) {
  return prefix.empty() ? name : prefix + "." + name;
}

}  // namespace

Tensor& Module::register_parameter(std::string name, Tensor tensor, bool requires_grad) {
  check_name(name, "Parameter");
  if (tensor.defined() && tensor.requires_grad() != requires_grad)
    tensor.set_requires_grad(requires_grad);
  return parameters_.insert(std::move(name), std::move(tensor));
}

Tensor& Module::register_buffer(std::string name, Tensor tensor, bool persistent) {
  check_name(name, "Buffer");
  Tensor& registered = buffers_.insert(name, std::move(tensor));
  if (!persistent) transient_buffers_.push_back(std::move(name));
  return registered;
}

void Module::add_child(std::string name, std::shared_ptr<Module> module) {
  check_name(name, "Submodule");
  HEARTH_CHECK_AS(ValueError, module != nullptr, "[nn] cannot register an empty module as '", name,
                  "'");
  children_.insert(std::move(name), std::move(module));
}

void Module::replace_child(const std::string& name, std::shared_ptr<Module> module) {
  HEARTH_CHECK_AS(ValueError, module != nullptr, "[nn] cannot replace '", name,
                  "' by an empty module");
  children_[name] = std::move(module);
}

void Module::unregister_module(const std::string& name) {
  HEARTH_CHECK_AS(IndexError, children_.contains(name), "No Module with name `", name,
                  "` is registered");
  children_.erase(name);
}

void Module::unregister_parameter(const std::string& name) {
  HEARTH_CHECK_AS(IndexError, parameters_.contains(name), "No Parameter with name `", name,
                  "` is registered");
  parameters_.erase(name);
}

// ---- traversal

void Module::apply(const NamedModulePointerApplyFunction& function,
                   const std::string& name_prefix) const {
  function(name_prefix, checked_shared_from_this());
  for (const auto& child : children_)
    child.value()->apply(function, joined(name_prefix, child.key()));
}
void Module::apply(const ModulePointerApplyFunction& function) const {
  function(checked_shared_from_this());
  for (const auto& child : children_) std::as_const(*child.value()).apply(function);
}
void Module::apply(const NamedModuleApplyFunction& function, const std::string& name_prefix) {
  function(name_prefix, *this);
  for (auto& child : children_) child.value()->apply(function, joined(name_prefix, child.key()));
}
void Module::apply(const ConstNamedModuleApplyFunction& function,
                   const std::string& name_prefix) const {
  function(name_prefix, *this);
  for (const auto& child : children_)
    std::as_const(*child.value()).apply(function, joined(name_prefix, child.key()));
}
void Module::apply(const ModuleApplyFunction& function) {
  function(*this);
  for (auto& child : children_) child.value()->apply(function);
}
void Module::apply(const ConstModuleApplyFunction& function) const {
  function(*this);
  for (const auto& child : children_) std::as_const(*child.value()).apply(function);
}

std::shared_ptr<Module> Module::checked_shared_from_this() const {
  auto self = weak_from_this().lock();
  HEARTH_CHECK(self,
               "It looks like you attempted to retrieve your top-level module as a shared_ptr, but "
               "it is not stored in a shared_ptr. Use std::make_shared<",
               name(),
               "> instead of creating your module on the stack, or alternatively do not try to "
               "access your top-level module at all by passing /*include_self=*/false to modules() "
               "or named_modules()");
  return std::const_pointer_cast<Module>(self);
}

namespace {

/// Tensors met so far, so that shared ones count once.
class Seen {
 public:
  bool first_time(const Tensor& t) {
    const TensorImpl* key = t.unsafeGetTensorImpl();
    const auto at = std::lower_bound(keys_.begin(), keys_.end(), key);
    if (at != keys_.end() && *at == key) return false;
    keys_.insert(at, key);
    return true;
  }

 private:
  std::vector<const TensorImpl*> keys_;
};

void collect(OrderedDict<std::string, Tensor>& found, Seen& seen, const std::string& prefix,
             const OrderedDict<std::string, Tensor>& tensors) {
  for (const auto& item : tensors)
    if (item.value().defined() && seen.first_time(item.value()))
      found.insert(joined(prefix, item.key()), item.value());
}

}  // namespace

OrderedDict<std::string, Tensor> Module::named_parameters(bool recurse) const {
  OrderedDict<std::string, Tensor> found;
  Seen seen;
  if (!recurse) {
    collect(found, seen, "", parameters_);
    return found;
  }
  apply(ConstNamedModuleApplyFunction([&](const std::string& path, const Module& module) {
    collect(found, seen, path, module.parameters_);
  }));
  return found;
}
std::vector<Tensor> Module::parameters(bool recurse) const {
  return named_parameters(recurse).values();
}

OrderedDict<std::string, Tensor> Module::named_buffers(bool recurse) const {
  OrderedDict<std::string, Tensor> found;
  Seen seen;
  if (!recurse) {
    collect(found, seen, "", buffers_);
    return found;
  }
  apply(ConstNamedModuleApplyFunction([&](const std::string& path, const Module& module) {
    collect(found, seen, path, module.buffers_);
  }));
  return found;
}
std::vector<Tensor> Module::buffers(bool recurse) const { return named_buffers(recurse).values(); }

OrderedDict<std::string, std::shared_ptr<Module>> Module::named_modules(
    const std::string& name_prefix, bool include_self) const {
  OrderedDict<std::string, std::shared_ptr<Module>> found;
  const NamedModulePointerApplyFunction add = [&](const std::string& path,
                                                  const std::shared_ptr<Module>& module) {
    found.insert(path, module);
  };
  if (include_self) {
    apply(add, name_prefix);
  } else {
    for (const auto& child : children_) child.value()->apply(add, joined(name_prefix, child.key()));
  }
  return found;
}
std::vector<std::shared_ptr<Module>> Module::modules(bool include_self) const {
  return named_modules("", include_self).values();
}

OrderedDict<std::string, std::shared_ptr<Module>> Module::named_children() const {
  return children_;
}
std::vector<std::shared_ptr<Module>> Module::children() const { return children_.values(); }

std::shared_ptr<Module> Module::get_submodule(const std::string& path) const {
  const Module* at = this;
  std::shared_ptr<Module> found;
  size_t from = 0;
  do {
    const size_t dot = std::min(path.find('.', from), path.size());
    const auto* child = at->children_.find(path.substr(from, dot - from));
    HEARTH_CHECK_AS(IndexError, child, "[nn] ", name(), " has no submodule '", path, "'");
    found = *child;
    at = found.get();
    from = dot + 1;
  } while (from <= path.size());
  return found;
}

namespace {

Tensor find_tensor(const Module& module, const std::string& path, const char* what,
                   OrderedDict<std::string, Tensor> (Module::*tensors)(bool) const) {
  const size_t dot = path.rfind('.');
  const bool here = dot == std::string::npos;
  const auto owner = here ? nullptr : module.get_submodule(path.substr(0, dot));
  const auto all = ((here ? module : *owner).*tensors)(false);
  const Tensor* found = all.find(here ? path : path.substr(dot + 1));
  HEARTH_CHECK_AS(IndexError, found, "[nn] ", module.name(), " has no ", what, " '", path, "'");
  return *found;
}

}  // namespace

Tensor Module::get_parameter(const std::string& path) const {
  return find_tensor(*this, path, "parameter", &Module::named_parameters);
}
Tensor Module::get_buffer(const std::string& path) const {
  return find_tensor(*this, path, "buffer", &Module::named_buffers);
}

// ---- modes, conversion, gradients

void Module::train(bool on) {
  for (auto& child : children_) child.value()->train(on);
  is_training_ = on;
}
bool Module::is_training() const noexcept { return is_training_; }

void Module::convert(const Callable<Tensor(const Tensor&)>& f) {
  for (auto& child : children_) child.value()->convert(f);
  convert_own(f);
}

void Module::convert_own(const Callable<Tensor(const Tensor&)>& f) {
  const NoGradGuard no_grad;
  for (auto& item : parameters_) {
    const Tensor& p = item.value();
    if (!p.defined()) continue;
    p.set_data(f(p.detach()));
    if (p.grad().defined()) p.mutable_grad() = f(p.grad());
  }
  for (auto& item : buffers_)
    if (item.value().defined()) item.value().set_data(f(item.value().detach()));
}

namespace {

/// The dtype `t` takes in a module that is cast to `to`.
Dtype cast_of(const Tensor& t, Dtype to) {
  return is_differentiable(to) && !is_differentiable(t.scalar_type()) ? t.scalar_type() : to;
}

}  // namespace

void Module::to(Device device, Dtype dtype, bool non_blocking) {
  convert([=](const Tensor& t) { return t.to(device, cast_of(t, dtype), non_blocking); });
}
void Module::to(Dtype dtype, bool non_blocking) {
  convert([=](const Tensor& t) { return t.to(cast_of(t, dtype), non_blocking); });
}
void Module::to(Device device, bool non_blocking) {
  convert([=](const Tensor& t) { return t.to(device, t.scalar_type(), non_blocking); });
}
void Module::to(MemoryFormat format) {
  convert([=](const Tensor& t) {
    const bool fits = format == MemoryFormat::Contiguous ||
                      channels_last_format(static_cast<size_t>(t.dim())) == format;
    return fits ? t.contiguous(format) : t;
  });
}

void Module::to_empty(Device device, bool recurse) {
  const auto emptied = [=](const Tensor& t) { return empty_like(t, TensorOptions(device)); };
  if (recurse) {
    convert(emptied);
  } else {
    convert_own(emptied);
  }
}

void Module::zero_grad(bool set_to_none) {
  for (auto& child : children_) child.value()->zero_grad(set_to_none);
  for (auto& item : named_parameters(false)) {
    Tensor& grad = item.value().mutable_grad();
    if (!grad.defined()) continue;
    if (set_to_none) {
      grad.reset();
    } else {
      grad.detach_();
      grad.zero_();
    }
  }
}

void Module::requires_grad_(bool on) {
  for (const Tensor& p : parameters()) p.set_requires_grad(on);
}

// ---- clone

std::shared_ptr<Module> Module::clone(const std::optional<Device>&) const {
  HEARTH_CHECK_AS(NotImplementedError, false, "clone() has not been implemented for ", name(),
                  ". Subclass hearth::nn::Cloneable<", name(),
                  "> instead of hearth::nn::Module to inherit the ability to clone.");
  return nullptr;
}

void Module::clone_(Module&, const std::optional<Device>&) {}

namespace {

template <typename T>
void check_count(const OrderedDict<std::string, T>& copy, const OrderedDict<std::string, T>& from,
                 const char* what, const char* method) {
  HEARTH_CHECK(copy.size() == from.size(), "The cloned module does not have the same number of ",
               what, " as the original module after calling reset(). Are you sure you called ",
               method, "() inside reset() and not the constructor?");
}

void copy_tensors(OrderedDict<std::string, Tensor>& copy,
                  const OrderedDict<std::string, Tensor>& from,
                  const std::optional<Device>& device) {
  for (const auto& item : from) {
    Tensor& target = copy[item.key()];
    const Tensor& source = item.value();
    if (!source.defined()) {
      target.reset();
      continue;
    }
    const Tensor data = source.detach();
    const Tensor fresh = data.to(device ? device->resolved() : data.device(), data.scalar_type(),
                                 /*non_blocking=*/false, /*copy=*/true);
    if (target.defined()) {
      target.set_data(fresh);
      target.set_requires_grad(source.requires_grad());
    } else {
      target = fresh.set_requires_grad(source.requires_grad());
    }
  }
}

}  // namespace

void Module::forget_registered() {
  parameters_.clear();
  buffers_.clear();
  children_.clear();
  transient_buffers_.clear();
  if (hooks_) hooks_ = std::make_shared<ModuleHooks>(*hooks_);
}

void Module::copy_registered(const Module& original, const std::optional<Device>& device) {
  const NoGradGuard no_grad;
  utils::parametrize::copy_parametrizations(*this, original, device);
  check_count(parameters_, original.parameters_, "parameters", "register_parameter");
  check_count(buffers_, original.buffers_, "buffers", "register_buffer");
  check_count(children_, original.children_, "child modules", "register_module");
  copy_tensors(parameters_, original.parameters_, device);
  copy_tensors(buffers_, original.buffers_, device);
  for (const auto& child : original.children_)
    if (child.key() != utils::parametrize::kChild)
      children_[child.key()]->clone_(*child.value(), device);
}

// ---- text

void Module::pretty_print(std::ostream& stream) const { stream << name(); }

void Module::print_recursive(std::ostream& stream, const std::string& indentation) const {
  pretty_print(stream);
  if (children_.is_empty()) return;
  const std::string inner = indentation + "  ";
  stream << "(\n";
  for (const auto& child : children_) {
    stream << inner << "(" << child.key() << "): ";
    child.value()->print_recursive(stream, inner);
    stream << '\n';
  }
  stream << indentation << ")";
}

std::ostream& operator<<(std::ostream& stream, const Module& module) {
  // LibTorch's modules leave this set: what a program prints after its model reads true and false.
  stream << std::boolalpha;
  module.print_recursive(stream, "");
  return stream;
}

bool Module::is_serializable() const { return true; }

unsigned int Module::_forward_num_required_args() {
  throw Error(
      "Module subclass that has default arguments in `forward` method must override "
      "`_forward_num_required_args` method. Please use `FORWARD_HAS_DEFAULT_ARGS` macro to do so.");
}
std::vector<AnyValue> Module::_forward_populate_default_args(std::vector<AnyValue>&&) {
  throw Error(
      "Module subclass that has default arguments in `forward` method must override "
      "`_forward_populate_default_args` method. Please use `FORWARD_HAS_DEFAULT_ARGS` macro to do "
      "so.");
}

}  // namespace nn
}  // namespace hearth
