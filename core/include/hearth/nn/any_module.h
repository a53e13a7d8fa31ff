// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hearth/nn/pimpl.h"

namespace hearth::nn {

namespace detail {

/// What AnyModule knows of the type it holds.
struct AnyModuleType {
  const std::type_info& type;
  AnyValue (*forward)(Module& module, std::vector<AnyValue>&& arguments);
};

/// Adds default arguments, or throws if the number of arguments does not fit `wanted`.
HEARTH_API void fit_arguments(Module& module, const std::type_info& type, size_t wanted,
                              std::vector<AnyValue>& arguments);
[[noreturn]] HEARTH_API void throw_argument_type(size_t index, const std::type_info& wanted,
                                                 const std::type_info& actual);
[[noreturn]] HEARTH_API void throw_module_cast(const std::type_info& actual,
                                               const std::type_info& asked);
[[noreturn]] HEARTH_API void throw_empty_any_module(const char* method);

template <typename Arg>
std::decay_t<Arg>&& any_argument(std::vector<AnyValue>& arguments, size_t index) {
  static_assert(!std::is_lvalue_reference_v<Arg> || std::is_const_v<std::remove_reference_t<Arg>>,
                "Modules stored inside AnyModule must not take references. Use pointers instead.");
  using T = std::decay_t<Arg>;
  if (T* value = arguments[index].try_get<T>()) return std::move(*value);
  throw_argument_type(index, typeid(T), arguments[index].type_info());
}

template <typename M, typename... Args, size_t... I>
AnyValue any_call(M& module, std::vector<AnyValue>&& arguments, std::index_sequence<I...>) {
  fit_arguments(module, typeid(M), sizeof...(Args), arguments);
  return AnyValue(call_module(module, any_argument<Args>(arguments, I)...));
}
template <typename M, typename C, typename R, typename... Args>
AnyValue any_call(M& module, R (C::*)(Args...), std::vector<AnyValue>&& arguments) {
  return any_call<M, Args...>(module, std::move(arguments), std::index_sequence_for<Args...>());
}
template <typename M, typename C, typename R, typename... Args>
AnyValue any_call(M& module, R (C::*)(Args...) const, std::vector<AnyValue>&& arguments) {
  return any_call<M, Args...>(module, std::move(arguments), std::index_sequence_for<Args...>());
}

template <typename M>
AnyValue any_forward(Module& module, std::vector<AnyValue>&& arguments) {
  M& m = static_cast<M&>(module);
  if constexpr (requires { m.any_forward(std::move(arguments)); }) {
    return m.any_forward(std::move(arguments));
  } else {
    static_assert(hearth::detail::has_forward<M>::value,
                  "A module in an AnyModule needs one forward method that is not a template");
    return any_call(m, &M::forward, std::move(arguments));
  }
}

template <typename M>
inline constexpr AnyModuleType any_module_type{typeid(M), &any_forward<M>};

}  // namespace detail

/// A module of any type, called through type-erased arguments.
class HEARTH_API AnyModule {
 public:
  AnyModule() = default;
  template <typename M>
  requires(std::is_base_of_v<Module, M>) explicit AnyModule(std::shared_ptr<M> module)
      : module_(std::move(module)), type_(&detail::any_module_type<M>) {}
  template <typename M>
  requires(hearth::detail::is_module<M>::value) explicit AnyModule(M&& module)
      : AnyModule(std::shared_ptr<std::decay_t<M>>(new std::decay_t<M>(std::forward<M>(module)))) {}
  template <typename M>
  explicit AnyModule(const ModuleHolder<M>& holder) : AnyModule(holder.ptr()) {}
  template <typename M>
  AnyModule& operator=(std::shared_ptr<M> module) {
    return *this = AnyModule(std::move(module));
  }

  AnyModule clone(std::optional<Device> device = std::nullopt) const;
  AnyModule& assign(std::shared_ptr<Module> module) {
    module_ = std::move(module);
    return *this;
  }

  /// Calls the module. Argument types must equal those of its forward.
  template <typename... Args>
  AnyValue any_forward(Args&&... arguments) const {
    std::vector<AnyValue> values;
    values.reserve(sizeof...(Args));
    (values.push_back(AnyValue(std::forward<Args>(arguments))), ...);
    return forward_values(std::move(values));
  }
  template <typename R = Tensor, typename... Args>
  R forward(Args&&... arguments) const {
    return any_forward(std::forward<Args>(arguments)...).template get<R>();
  }
  AnyValue forward_values(std::vector<AnyValue>&& values) const;

  /// The module as what it is: `get<nn::Linear>()` or `get<nn::LinearImpl>()`.
  template <typename T>
  decltype(auto) get() const {
    if (is_empty()) detail::throw_empty_any_module("get");
    if constexpr (hearth::detail::is_module_holder_v<T>) {
      return T(ptr<typename T::ContainedType>());
    } else {
      if (type_info() != typeid(T)) detail::throw_module_cast(type_info(), typeid(T));
      return static_cast<T&>(*module_);
    }
  }
  std::shared_ptr<Module> ptr() const;
  template <typename T>
  std::shared_ptr<T> ptr() const {
    if (is_empty()) detail::throw_empty_any_module("ptr");
    if (type_info() != typeid(T)) detail::throw_module_cast(type_info(), typeid(T));
    return std::static_pointer_cast<T>(module_);
  }
  const std::type_info& type_info() const;
  bool is_empty() const noexcept { return module_ == nullptr; }

 private:
  std::shared_ptr<Module> module_;
  const detail::AnyModuleType* type_ = nullptr;
};

/// A module with the name it gets in a Sequential: `{"fc1", Linear(4, 2)}`.
class HEARTH_API NamedAnyModule {
 public:
  template <typename M>
  NamedAnyModule(std::string name, M&& module)
      : name_(std::move(name)), module_(AnyModule(std::forward<M>(module))) {}
  const std::string& name() const noexcept { return name_; }
  AnyModule& module() noexcept { return module_; }
  const AnyModule& module() const noexcept { return module_; }

 private:
  std::string name_;
  AnyModule module_;
};

}  // namespace hearth::nn
