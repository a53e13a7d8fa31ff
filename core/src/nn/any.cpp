// SPDX-License-Identifier: Apache-2.0
// Type-erased values and modules: the parts that need no template.
#include <cstdlib>

#include <cxxabi.h>

#include "hearth/nn/any_module.h"
#include "hearth/nn/modules/sequential.h"

namespace hearth {

namespace detail {
void throw_empty_holder() { throw Error("Accessing empty ModuleHolder"); }
}  // namespace detail

namespace nn {

std::string type_name(const std::type_info& type) {
  int status = 0;
  char* text = abi::__cxa_demangle(type.name(), nullptr, nullptr, &status);
  std::string name = status == 0 ? text : type.name();
  std::free(text);
  // As LibTorch calls them, and as modules print themselves.
  constexpr std::string_view kOurs = "hearth::";
  for (size_t at = 0; (at = name.find(kOurs, at)) != std::string::npos;) {
    const bool tensor = name.compare(at + kOurs.size(), 6, "Tensor") == 0;
    name.replace(at, kOurs.size(), tensor ? "at::" : "torch::");
  }
  return name;
}

AnyValue::Content::~Content() = default;
AnyValue::~AnyValue() = default;
AnyValue::AnyValue(const AnyValue& other) : content_(other.content_->copy()) {}
AnyValue& AnyValue::operator=(const AnyValue& other) {
  content_ = other.content_->copy();
  return *this;
}

namespace detail {

void throw_any_value_cast(const std::type_info& asked, const std::type_info& actual) {
  throw DtypeError(cat_str("Attempted to cast AnyValue to ", type_name(asked),
                           ", but its actual type is ", type_name(actual)));
}

void fit_arguments(Module& module, const std::type_info& type, size_t wanted,
                   std::vector<AnyValue>& arguments) {
  const size_t given = arguments.size();
  if (module._forward_has_default_args()) {
    const size_t required = module._forward_num_required_args();
    HEARTH_CHECK_AS(ValueError, given >= required && given <= wanted, type_name(type),
                    "'s forward() method expects at least ", required, " argument(s) and at most ",
                    wanted, " argument(s), but received ", given, ".");
    arguments = module._forward_populate_default_args(std::move(arguments));
  }
  HEARTH_CHECK_AS(
      ValueError, arguments.size() == wanted, type_name(type), "'s forward() method expects ",
      wanted, " argument(s), but received ", given, ".",
      given < wanted
          ? " If " + type_name(type) +
                "'s forward() method has default arguments, please make sure the forward() method "
                "is declared with a corresponding `FORWARD_HAS_DEFAULT_ARGS` macro."
          : std::string());
}

void throw_argument_type(size_t index, const std::type_info& wanted, const std::type_info& actual) {
  throw DtypeError(cat_str("Expected argument #", index, " to be of type ", type_name(wanted),
                           ", but received value of type ", type_name(actual)));
}
void throw_module_cast(const std::type_info& actual, const std::type_info& asked) {
  throw DtypeError(cat_str("Attempted to cast module of type ", type_name(actual), " to type ",
                           type_name(asked)));
}
void throw_empty_any_module(const char* method) {
  throw Error(cat_str("Cannot call ", method, "() on an empty AnyModule"));
}

}  // namespace detail

namespace {

/// A Sequential takes and gives any types, so its hooks see those that are tensors.
AnyValue hooked_sequential(Module& module, const detail::AnyModuleType& type,
                           std::vector<AnyValue>&& values) {
  std::vector<Tensor*> found;
  const auto collect = [&found](AnyValue& value) {
    if (auto* one = value.try_get<Tensor>()) found.push_back(one);
    if (auto* several = value.try_get<std::vector<Tensor>>())
      detail::collect_tensors(found, *several);
  };
  for (AnyValue& value : values) collect(value);
  const std::vector<Tensor> inputs = detail::pre_hooked(module, found);
  AnyValue result = type.forward(module, std::move(values));
  found.clear();
  collect(result);
  detail::post_hooked(module, inputs, found);
  return result;
}

}  // namespace

AnyValue AnyModule::forward_values(std::vector<AnyValue>&& values) const {
  if (is_empty()) detail::throw_empty_any_module("forward");
  if (module_->has_forward_hooks() && module_->as<SequentialImpl>()) [[unlikely]]
    return hooked_sequential(*module_, *type_, std::move(values));
  return type_->forward(*module_, std::move(values));
}
std::shared_ptr<Module> AnyModule::ptr() const {
  if (is_empty()) detail::throw_empty_any_module("ptr");
  return module_;
}
const std::type_info& AnyModule::type_info() const {
  if (is_empty()) detail::throw_empty_any_module("type_info");
  return type_->type;
}
AnyModule AnyModule::clone(std::optional<Device> device) const {
  AnyModule copy = *this;
  if (module_) copy.module_ = module_->clone(device);
  return copy;
}

}  // namespace nn
}  // namespace hearth
