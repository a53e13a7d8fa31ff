// SPDX-License-Identifier: Apache-2.0
#include "hearth/nn/modules/containers.h"

#include <algorithm>
#include <string>

#include "hearth/nn/modules/functional.h"
#include "hearth/nn/modules/sequential.h"

#include "nn/builtin.h"
#include "nn/modules/join_layers.h"

namespace hearth::nn {

namespace detail {
void throw_cast(const std::string& what, const std::type_info& type) {
  throw DtypeError(cat_str("Unable to cast ", what, " to ", type_name(type)));
}
}  // namespace detail

namespace {
void check_index(size_t index, size_t size) {
  HEARTH_CHECK_AS(IndexError, index < size, "Index out of range: ", index, " in a container of ",
                  size);
}

void print_parameters(std::ostream& stream, const char* name,
                      const OrderedDict<std::string, Tensor>& parameters) {
  stream << "torch::nn::" << name << "(\n";
  for (const auto& item : parameters)
    stream << '(' << item.key() << "): Parameter containing: ["
           << to_string(item.value().scalar_type()) << " of size " << cat_str(item.value().sizes())
           << "]\n";
  stream << ')';
}
}  // namespace

// ---- Sequential

SequentialImpl::SequentialImpl() = default;
SequentialImpl::SequentialImpl(OrderedDict<std::string, AnyModule>&& modules) {
  for (auto& item : modules) push_back(item.key(), std::move(item.value()));
}
SequentialImpl::SequentialImpl(std::initializer_list<NamedAnyModule> modules) {
  for (const NamedAnyModule& each : modules) push_back(each.name(), each.module());
}

SequentialImpl::~SequentialImpl() = default;
void SequentialImpl::reset() {}
void SequentialImpl::pretty_print(std::ostream& stream) const { stream << "torch::nn::Sequential"; }

std::shared_ptr<Module> SequentialImpl::clone(const std::optional<Device>& device) const {
  std::shared_ptr<SequentialImpl> copy(new SequentialImpl(*this));
  copy->forget_registered();
  copy->modules_.clear();
  size_t i = 0;
  for (const auto& child : children_) copy->push_back(child.key(), modules_[i++].clone(device));
  return copy;
}
void SequentialImpl::clone_(Module& other, const std::optional<Device>& device) {
  clone_into(*this, other, device);
}

AnyValue SequentialImpl::any_forward(std::vector<AnyValue>&& values) {
  HEARTH_CHECK(!is_empty(), "Cannot call forward() on an empty Sequential");
  for (size_t i = 0;;) {
    size_t layers = 0;
    if (Tensor* x = values.size() == 1 ? values[0].try_get<Tensor>() : nullptr)
      layers = join_layers(ArrayRef<AnyModule>(modules_).slice(i), *x);
    AnyValue value =
        layers > 0 ? std::move(values[0]) : modules_[i].forward_values(std::move(values));
    i += std::max<size_t>(1, layers);
    if (i >= modules_.size()) return value;
    values.clear();
    values.push_back(std::move(value));
  }
}

void SequentialImpl::push_back(AnyModule module) {
  push_back(std::to_string(modules_.size()), std::move(module));
}
void SequentialImpl::push_back(std::string name, AnyModule module) {
  register_module(std::move(name), module.ptr());
  modules_.push_back(std::move(module));
}

const AnyModule& SequentialImpl::checked(size_t index) const {
  check_index(index, size());
  return modules_[index];
}
void SequentialImpl::throw_return_type(const std::type_info& actual, const std::type_info& asked) {
  throw DtypeError(cat_str("The type of the return value is ", type_name(actual),
                           ", but you asked for type ", type_name(asked)));
}

// ---- ModuleList

ModuleListImpl::ModuleListImpl() = default;
ModuleListImpl::~ModuleListImpl() = default;
void ModuleListImpl::reset() {}
void ModuleListImpl::pretty_print(std::ostream& stream) const { stream << "torch::nn::ModuleList"; }

std::shared_ptr<Module> ModuleListImpl::clone(const std::optional<Device>& device) const {
  std::shared_ptr<ModuleListImpl> copy(new ModuleListImpl(*this));
  copy->forget_registered();
  copy->modules_.clear();
  for (const auto& module : modules_) copy->push_back(module->clone(device));
  return copy;
}
void ModuleListImpl::clone_(Module& other, const std::optional<Device>& device) {
  clone_into(*this, other, device);
}

void ModuleListImpl::push_back(std::shared_ptr<Module> module) {
  register_module(std::to_string(modules_.size()), module);
  modules_.push_back(std::move(module));
}
void ModuleListImpl::insert(size_t index, std::shared_ptr<Module> module) {
  HEARTH_CHECK_AS(IndexError, index <= size(), "Index out of range: ", index, " in a container of ",
                  size());
  if (index == size()) return push_back(std::move(module));
  modules_.insert(modules_.begin() + static_cast<std::ptrdiff_t>(index), std::move(module));
  for (size_t i = index; i + 1 < size(); ++i) replace_module(std::to_string(i), modules_[i]);
  register_module(std::to_string(size() - 1), modules_.back());
}
std::shared_ptr<Module> ModuleListImpl::ptr(size_t index) const {
  check_index(index, size());
  return modules_[index];
}

// ---- ModuleDict

ModuleDictImpl::ModuleDictImpl() = default;
ModuleDictImpl::ModuleDictImpl(
    const std::vector<std::pair<std::string, std::shared_ptr<Module>>>& modules) {
  update(modules);
}
ModuleDictImpl::ModuleDictImpl(const Children& modules) { update(modules); }
ModuleDictImpl::~ModuleDictImpl() = default;
void ModuleDictImpl::reset() {}
void ModuleDictImpl::pretty_print(std::ostream& stream) const { stream << "torch::nn::ModuleDict"; }

std::shared_ptr<Module> ModuleDictImpl::clone(const std::optional<Device>& device) const {
  std::shared_ptr<ModuleDictImpl> copy(new ModuleDictImpl(*this));
  copy->forget_registered();
  for (const auto& child : children_)
    copy->register_module(child.key(), child.value()->clone(device));
  return copy;
}
void ModuleDictImpl::clone_(Module& other, const std::optional<Device>& device) {
  clone_into(*this, other, device);
}

std::vector<std::pair<std::string, std::shared_ptr<Module>>> ModuleDictImpl::items() const {
  return children_.pairs();
}
std::shared_ptr<Module> ModuleDictImpl::pop(const std::string& key) {
  auto module = children_[key];
  unregister_module(key);
  return module;
}
void ModuleDictImpl::update(
    const std::vector<std::pair<std::string, std::shared_ptr<Module>>>& modules) {
  for (const auto& item : modules) put(item.first, item.second);
}
void ModuleDictImpl::put(const std::string& key, std::shared_ptr<Module> module) {
  if (contains(key)) {
    replace_module(key, std::move(module));
  } else {
    register_module(key, std::move(module));
  }
}

// ---- parameters

ParameterListImpl::ParameterListImpl() = default;
ParameterListImpl::~ParameterListImpl() = default;
void ParameterListImpl::reset() {}
void ParameterListImpl::pretty_print(std::ostream& stream) const {
  print_parameters(stream, "ParameterList", parameters_);
}
void ParameterListImpl::append(const Tensor& parameter) {
  register_parameter(std::to_string(size()), parameter, parameter.requires_grad());
}
void ParameterListImpl::append(const OrderedDict<std::string, Tensor>::Item& item) {
  append(item.value());
}
void ParameterListImpl::extend(const ParameterListImpl& other) {
  // A copy: a list may be extended by itself.
  for (const Tensor& parameter : other.parameters_.values()) append(parameter);
}
Tensor& ParameterListImpl::at(size_t index) {
  check_index(index, size());
  return parameters_[index].value();
}

ParameterDictImpl::ParameterDictImpl() = default;
ParameterDictImpl::ParameterDictImpl(const OrderedDict<std::string, Tensor>& parameters) {
  for (const auto& item : parameters) insert(item.key(), item.value());
}
ParameterDictImpl::~ParameterDictImpl() = default;
void ParameterDictImpl::reset() {}
void ParameterDictImpl::pretty_print(std::ostream& stream) const {
  print_parameters(stream, "ParameterDict", parameters_);
}
Tensor& ParameterDictImpl::insert(const std::string& key, const Tensor& parameter) {
  return register_parameter(key, parameter, parameter.requires_grad());
}
Tensor ParameterDictImpl::pop(const std::string& key) {
  Tensor parameter = parameters_[key];
  parameters_.erase(key);
  return parameter;
}

namespace {

/// A container without members but its parameters, copied.
template <typename M>
std::shared_ptr<Module> clone_parameters(const M& module, const std::optional<Device>& device) {
  const NoGradGuard no_grad;
  auto copy = std::make_shared<M>(module);
  copy->forget_registered();
  for (const auto& item : module)
    copy->register_parameter(item.key(), Tensor(), item.value().requires_grad());
  copy->copy_registered(module, device);
  return copy;
}

}  // namespace

std::shared_ptr<Module> ParameterListImpl::clone(const std::optional<Device>& device) const {
  return clone_parameters(*this, device);
}
void ParameterListImpl::clone_(Module& other, const std::optional<Device>& device) {
  clone_into(*this, other, device);
}
std::shared_ptr<Module> ParameterDictImpl::clone(const std::optional<Device>& device) const {
  return clone_parameters(*this, device);
}
void ParameterDictImpl::clone_(Module& other, const std::optional<Device>& device) {
  clone_into(*this, other, device);
}

// ---- Functional

FunctionalImpl::FunctionalImpl(Function function) : function_(std::move(function)) {}
void FunctionalImpl::reset() {}
void FunctionalImpl::pretty_print(std::ostream& stream) const { Printer(stream, "Functional"); }
bool FunctionalImpl::is_serializable() const { return false; }
Tensor FunctionalImpl::forward(Tensor input) { return function_(std::move(input)); }
HEARTH_DEFINE_CLONE(FunctionalImpl)

}  // namespace hearth::nn
