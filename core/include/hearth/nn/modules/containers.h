// SPDX-License-Identifier: Apache-2.0
// Lists and dicts of modules and of parameters. They register what they hold and have no forward.
#pragma once

#include "hearth/nn/pimpl.h"

namespace hearth::nn {

namespace detail {
[[noreturn]] HEARTH_API void throw_cast(const std::string& what, const std::type_info& type);
}

/// A list of modules, named by index.
class HEARTH_API ModuleListImpl : public Module {
 public:
  using Iterator = std::vector<std::shared_ptr<Module>>::iterator;
  using ConstIterator = std::vector<std::shared_ptr<Module>>::const_iterator;

  ModuleListImpl();
  template <typename First, typename... Rest>
  requires(sizeof...(Rest) > 0 || !std::is_base_of_v<ModuleListImpl, std::decay_t<First>>)  //
      explicit ModuleListImpl(First&& first, Rest&&... rest) {
    push_back(std::forward<First>(first));
    (push_back(std::forward<Rest>(rest)), ...);
  }
  HEARTH_BUILTIN_MODULE(ModuleListImpl)

  void push_back(std::shared_ptr<Module> module);
  template <typename M>
  void push_back(const ModuleHolder<M>& holder) {
    push_back(std::shared_ptr<Module>(holder.ptr()));
  }
  template <typename M, typename = hearth::detail::enable_if_module_t<M>>
  void push_back(M&& module) {
    using Type = std::remove_reference_t<M>;
    push_back(std::shared_ptr<Module>(new Type(std::forward<M>(module))));
  }
  template <typename Container>
  void extend(const Container& container) {
    for (const auto& module : container) push_back(module);
  }
  /// Before the module at `index`; later ones move up by one.
  void insert(size_t index, std::shared_ptr<Module> module);
  template <typename M>
  void insert(size_t index, const ModuleHolder<M>& holder) {
    insert(index, std::shared_ptr<Module>(holder.ptr()));
  }
  template <typename M, typename = hearth::detail::enable_if_module_t<M>>
  void insert(size_t index, M&& module) {
    using Type = std::remove_reference_t<M>;
    insert(index, std::shared_ptr<Module>(new Type(std::forward<M>(module))));
  }

  Iterator begin() { return modules_.begin(); }
  ConstIterator begin() const { return modules_.begin(); }
  Iterator end() { return modules_.end(); }
  ConstIterator end() const { return modules_.end(); }
  template <typename T>
  T& at(size_t index) {
    T* module = ptr(index)->template as<T>();
    if (!module) detail::throw_cast(cat_str("module[", index, "]"), typeid(T));
    return *module;
  }
  template <typename T>
  const T& at(size_t index) const {
    return const_cast<ModuleListImpl*>(this)->at<T>(index);
  }
  std::shared_ptr<Module> ptr(size_t index) const;
  template <typename T>
  std::shared_ptr<T> ptr(size_t index) const {
    return std::dynamic_pointer_cast<T>(ptr(index));
  }
  std::shared_ptr<Module> operator[](size_t index) const { return ptr(index); }
  size_t size() const noexcept { return modules_.size(); }
  bool is_empty() const noexcept { return modules_.empty(); }

 private:
  std::vector<std::shared_ptr<Module>> modules_;
};
HEARTH_MODULE(ModuleList);

/// Modules by name.
class HEARTH_API ModuleDictImpl : public Module {
 public:
  using Children = OrderedDict<std::string, std::shared_ptr<Module>>;
  using Iterator = Children::Iterator;
  using ConstIterator = Children::ConstIterator;

  ModuleDictImpl();
  explicit ModuleDictImpl(
      const std::vector<std::pair<std::string, std::shared_ptr<Module>>>& modules);
  explicit ModuleDictImpl(const Children& modules);
  HEARTH_BUILTIN_MODULE(ModuleDictImpl)

  std::vector<std::pair<std::string, std::shared_ptr<Module>>> items() const;
  std::vector<std::string> keys() const { return children_.keys(); }
  std::vector<std::shared_ptr<Module>> values() const { return children_.values(); }
  Iterator begin() { return children_.begin(); }
  ConstIterator begin() const { return children_.begin(); }
  Iterator end() { return children_.end(); }
  ConstIterator end() const { return children_.end(); }
  size_t size() const noexcept { return children_.size(); }
  bool empty() const noexcept { return children_.is_empty(); }
  bool contains(const std::string& key) const noexcept { return children_.contains(key); }
  void clear() { children_.clear(); }
  std::shared_ptr<Module> operator[](const std::string& key) const { return children_[key]; }
  template <typename T>
  T& at(const std::string& key) {
    T* module = children_[key]->template as<T>();
    if (!module) detail::throw_cast(cat_str("module[", key, "]"), typeid(T));
    return *module;
  }
  template <typename T>
  const T& at(const std::string& key) const {
    return const_cast<ModuleDictImpl*>(this)->at<T>(key);
  }
  /// Removes and returns a module; throws if there is none of that name.
  std::shared_ptr<Module> pop(const std::string& key);
  /// Adds modules; one whose name is taken replaces the old.
  void update(const std::vector<std::pair<std::string, std::shared_ptr<Module>>>& modules);
  template <typename Container>
  void update(const Container& container) {
    for (const auto& item : container) put(item.key(), item.value());
  }

 private:
  void put(const std::string& key, std::shared_ptr<Module> module);
};
HEARTH_MODULE(ModuleDict);

/// A list of parameters, named by index.
class HEARTH_API ParameterListImpl : public Module {
 public:
  using Iterator = OrderedDict<std::string, Tensor>::Iterator;
  using ConstIterator = OrderedDict<std::string, Tensor>::ConstIterator;

  ParameterListImpl();
  template <typename First, typename... Rest>
  requires(sizeof...(Rest) > 0 || !std::is_base_of_v<ParameterListImpl, std::decay_t<First>>)  //
      explicit ParameterListImpl(First&& first, Rest&&... rest) {
    append(std::forward<First>(first));
    (append(std::forward<Rest>(rest)), ...);
  }
  HEARTH_BUILTIN_MODULE(ParameterListImpl)

  /// Adds a parameter; it requires a gradient if it did before.
  void append(const Tensor& parameter);
  void append(const OrderedDict<std::string, Tensor>::Item& item);
  /// Appends each; names that items bring along are dropped.
  template <typename Container>
  void extend(const Container& container) {
    for (const auto& each : container) append(each);
  }
  void extend(const ParameterListImpl& other);
  template <typename Container>
  ParameterListImpl& operator+=(const Container& other) {
    extend(other);
    return *this;
  }
  Iterator begin() { return parameters_.begin(); }
  ConstIterator begin() const { return parameters_.begin(); }
  Iterator end() { return parameters_.end(); }
  ConstIterator end() const { return parameters_.end(); }
  Tensor& at(size_t index);
  const Tensor& at(size_t index) const { return const_cast<ParameterListImpl*>(this)->at(index); }
  Tensor& operator[](size_t index) { return at(index); }
  const Tensor& operator[](size_t index) const { return at(index); }
  size_t size() const noexcept { return parameters_.size(); }
  bool is_empty() const noexcept { return parameters_.is_empty(); }
};
HEARTH_MODULE(ParameterList);

/// Parameters by name.
class HEARTH_API ParameterDictImpl : public Module {
 public:
  using Iterator = OrderedDict<std::string, Tensor>::Iterator;
  using ConstIterator = OrderedDict<std::string, Tensor>::ConstIterator;

  ParameterDictImpl();
  explicit ParameterDictImpl(const OrderedDict<std::string, Tensor>& parameters);
  HEARTH_BUILTIN_MODULE(ParameterDictImpl)

  /// Adds a parameter; it requires a gradient if it did before.
  Tensor& insert(const std::string& key, const Tensor& parameter);
  Tensor pop(const std::string& key);
  std::vector<std::string> keys() const { return parameters_.keys(); }
  std::vector<Tensor> values() const { return parameters_.values(); }
  Iterator begin() { return parameters_.begin(); }
  ConstIterator begin() const { return parameters_.begin(); }
  Iterator end() { return parameters_.end(); }
  ConstIterator end() const { return parameters_.end(); }
  size_t size() const noexcept { return parameters_.size(); }
  bool empty() const noexcept { return parameters_.is_empty(); }
  bool contains(const std::string& key) const noexcept { return parameters_.contains(key); }
  void clear() { parameters_.clear(); }
  /// Replaces parameters; throws where a name is unknown, and then changes none.
  template <typename Container>
  void update(const Container& container) {
    for (const auto& item : container) get(item.key());
    for (const auto& item : container) get(item.key()) = item.value();
  }
  void update(const ParameterDictImpl& other) { update(other.parameters_); }
  Tensor& get(const std::string& key) { return parameters_[key]; }
  const Tensor& get(const std::string& key) const { return parameters_[key]; }
  Tensor& operator[](const std::string& key) { return get(key); }
  const Tensor& operator[](const std::string& key) const { return get(key); }
};
HEARTH_MODULE(ParameterDict);

}  // namespace hearth::nn
