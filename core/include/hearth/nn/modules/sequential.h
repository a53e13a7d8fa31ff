// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <initializer_list>

#include "hearth/nn/any_module.h"

namespace hearth::nn {

/// Modules called one after another, each with what the one before returned. Holds any modules,
/// other Sequentials included, named by index or as given.
class HEARTH_API SequentialImpl : public Module {
 public:
  using Iterator = std::vector<AnyModule>::iterator;
  using ConstIterator = std::vector<AnyModule>::const_iterator;

  SequentialImpl();
  template <typename First, typename... Rest>
  requires(sizeof...(Rest) > 0 || !std::is_base_of_v<SequentialImpl, std::decay_t<First>>)  //
      explicit SequentialImpl(First&& first, Rest&&... rest) {
    push_back(std::forward<First>(first));
    (push_back(std::forward<Rest>(rest)), ...);
  }
  explicit SequentialImpl(OrderedDict<std::string, AnyModule>&& modules);
  explicit SequentialImpl(std::initializer_list<NamedAnyModule> modules);
  HEARTH_BUILTIN_MODULE(SequentialImpl)

  /// Feeds the inputs to the first module and returns what the last one returns, which must be an
  /// R.
  template <typename R = Tensor, typename... Inputs>
  R forward(Inputs&&... inputs) {
    std::vector<AnyValue> values;
    values.reserve(sizeof...(Inputs));
    (values.push_back(AnyValue(std::forward<Inputs>(inputs))), ...);
    AnyValue result = any_forward(std::move(values));
    if (R* value = result.template try_get<R>()) return std::move(*value);
    throw_return_type(result.type_info(), typeid(R));
  }
  AnyValue any_forward(std::vector<AnyValue>&& values);

  void push_back(AnyModule module);
  void push_back(std::string name, AnyModule module);
  /// A module, a holder of one, or a shared_ptr to one.
  template <typename M>
  requires(std::is_constructible_v<AnyModule, M>) void push_back(M&& module) {
    push_back(AnyModule(std::forward<M>(module)));
  }
  template <typename M>
  requires(std::is_constructible_v<AnyModule, M>) void push_back(std::string name, M&& module) {
    push_back(std::move(name), AnyModule(std::forward<M>(module)));
  }
  template <typename Container>
  void extend(const Container& container) {
    for (const auto& module : container) push_back(module);
  }

  Iterator begin() { return modules_.begin(); }
  ConstIterator begin() const { return modules_.begin(); }
  Iterator end() { return modules_.end(); }
  ConstIterator end() const { return modules_.end(); }
  template <typename T>
  T& at(size_t index) {
    return checked(index).template get<T>();
  }
  template <typename T>
  const T& at(size_t index) const {
    return checked(index).template get<T>();
  }
  std::shared_ptr<Module> ptr(size_t index) const { return checked(index).ptr(); }
  template <typename T>
  std::shared_ptr<T> ptr(size_t index) const {
    return checked(index).template ptr<T>();
  }
  std::shared_ptr<Module> operator[](size_t index) const { return ptr(index); }
  size_t size() const noexcept { return modules_.size(); }
  bool is_empty() const noexcept { return modules_.empty(); }

 private:
  const AnyModule& checked(size_t index) const;
  [[noreturn]] static void throw_return_type(const std::type_info& actual,
                                             const std::type_info& asked);

  std::vector<AnyModule> modules_;
};

/// Holder of a SequentialImpl.
class Sequential : public ModuleHolder<SequentialImpl> {
 public:
  using ModuleHolder<SequentialImpl>::ModuleHolder;
  using Impl = SequentialImpl;
  Sequential() = default;
  Sequential(std::initializer_list<NamedAnyModule> modules)
      : ModuleHolder(std::make_shared<SequentialImpl>(modules)) {}
};

}  // namespace hearth::nn
