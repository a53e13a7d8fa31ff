// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <utility>

#include "hearth/nn/module.h"

namespace hearth {

namespace detail {
struct ModuleHolderIndicator {};

template <typename T>
inline constexpr bool is_module_holder_v =
    std::is_base_of_v<ModuleHolderIndicator, std::decay_t<T>>;
template <typename T>
struct is_module : std::is_base_of<nn::Module, std::decay_t<T>> {};
template <typename T, typename R = void>
using enable_if_module_t = std::enable_if_t<is_module<T>::value, R>;
template <typename T, typename R = void>
using disable_if_module_holder_t = std::enable_if_t<!is_module_holder_v<T>, R>;

template <typename M>
struct has_forward {
  static constexpr bool value = requires { &M::forward; };
};
template <typename M, typename... Args>
struct return_type_of_forward {
  using type = decltype(std::declval<M&>().forward(std::declval<Args>()...));
};
template <typename M, typename... Args>
using return_type_of_forward_t = typename return_type_of_forward<M, Args...>::type;

[[noreturn]] HEARTH_API void throw_empty_holder();
}  // namespace detail

namespace nn {

namespace detail {

/// What a ModuleHolder points to. Not as a shared_ptr of the module's own type: that would be made
/// for each of the built-in modules in every program, which takes longer than all the rest of them.
class HolderBase : hearth::detail::ModuleHolderIndicator {
 public:
  explicit operator bool() const noexcept { return impl_ != nullptr; }
  bool is_empty() const noexcept { return impl_ == nullptr; }

 protected:
  HolderBase() = default;
  explicit HolderBase(std::shared_ptr<Module> module) : impl_(std::move(module)) {}
  const std::shared_ptr<Module>& checked() const {
    if (!impl_) hearth::detail::throw_empty_holder();
    return impl_;
  }

 private:
  std::shared_ptr<Module> impl_;
};

}  // namespace detail

/// A shared pointer to a module that constructs it: `Linear layer(4, 2);` makes a LinearImpl, and
/// copies refer to the same one. `Linear layer = nullptr;` is empty.
template <typename Contained>
class ModuleHolder : public detail::HolderBase {
 public:
  using ContainedType = Contained;

  ModuleHolder() : HolderBase(make_default()) {}
  ModuleHolder(std::nullptr_t) {}
  ModuleHolder(std::shared_ptr<Contained> module) : HolderBase(std::move(module)) {}
  /// Passes its arguments to the module's constructor.
  template <typename Head, typename... Tail>
  requires(sizeof...(Tail) > 0 ||
           (!std::is_base_of_v<ModuleHolder, std::decay_t<Head>> &&
            !std::is_same_v<std::decay_t<Head>, std::shared_ptr<Contained>>))  //
      explicit ModuleHolder(Head&& head, Tail&&... tail)
      : ModuleHolder(std::shared_ptr<Contained>(
            new Contained(std::forward<Head>(head), std::forward<Tail>(tail)...))) {}

  Contained* operator->() { return get(); }
  const Contained* operator->() const { return get(); }
  Contained& operator*() { return *get(); }
  const Contained& operator*() const { return *get(); }
  std::shared_ptr<Contained> ptr() const { return std::static_pointer_cast<Contained>(checked()); }
  Contained* get() { return static_cast<Contained*>(checked().get()); }
  const Contained* get() const { return static_cast<const Contained*>(checked().get()); }

  /// Calls forward, and the module's hooks around it.
  template <typename... Args>
  decltype(auto) operator()(Args&&... args) {
    return nn::detail::call_module(*get(), std::forward<Args>(args)...);
  }
  template <typename Arg>
  decltype(auto) operator[](Arg&& arg) {
    return (*get())[std::forward<Arg>(arg)];
  }

 private:
  static std::shared_ptr<Contained> make_default() {
    static_assert(std::is_default_constructible_v<Contained>,
                  "You are trying to default construct a module which has no default constructor. "
                  "Use = nullptr to give it the empty state (e.g. `Linear linear = nullptr;`).");
    return std::shared_ptr<Contained>(new Contained());
  }
};

template <typename M>
std::ostream& operator<<(std::ostream& stream, const ModuleHolder<M>& module) {
  return stream << static_cast<const Module&>(*module);
}

}  // namespace nn
}  // namespace hearth

/// Declares `Name`, the holder of the module class `ImplType`.
#define HEARTH_MODULE_IMPL(Name, ImplType)                    \
  class Name : public ::hearth::nn::ModuleHolder<ImplType> {  \
   public:                                                    \
    using ::hearth::nn::ModuleHolder<ImplType>::ModuleHolder; \
    using Impl [[maybe_unused]] = ImplType;                   \
  }
/// Declares `Name`, the holder of the module class `NameImpl`.
#define HEARTH_MODULE(Name) HEARTH_MODULE_IMPL(Name, Name##Impl)
