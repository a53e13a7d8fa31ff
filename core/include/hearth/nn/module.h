// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "hearth/base/callable.h"
#include "hearth/nn/any_value.h"
#include "hearth/nn/ordered_dict.h"
#include "hearth/tensor/tensor.h"

namespace hearth {
namespace serialize {
class InputArchive;
class OutputArchive;
}  // namespace serialize
namespace nn {
class HEARTH_API Module;
}
extern template class OrderedDict<std::string, std::shared_ptr<nn::Module>>;
}  // namespace hearth

namespace hearth::nn {

/// What load_state_dict did not find in the dict, and found there without a place for it.
struct IncompatibleKeys {
  std::vector<std::string> missing_keys;
  std::vector<std::string> unexpected_keys;
};

/// Sees and may replace the tensors given to forward (those among the arguments, in order).
using ForwardPreHook = Callable<void(Module&, std::vector<Tensor>& inputs)>;
/// Sees the tensors given to forward; sees and may replace those it returned.
using ForwardHook =
    Callable<void(Module&, const std::vector<Tensor>& inputs, std::vector<Tensor>& outputs)>;
/// Sees the gradients by the tensors that forward returned, and may replace those by the tensors it
/// was given (undefined for those that need none).
using FullBackwardHook = Callable<void(Module&, std::vector<Tensor>& grad_inputs,
                                       const std::vector<Tensor>& grad_outputs)>;
/// Called before a module's part of a state dict is collected, whose names begin with `prefix`.
using StateDictPreHook = Callable<void(const Module&, const std::string& prefix)>;
/// Sees and may change the dict once a module's part and those below it are there.
using StateDictHook = Callable<void(const Module&, OrderedDict<std::string, Tensor>& state,
                                    const std::string& prefix)>;
/// Sees and may change a copy of the whole dict, before anything is taken out of it.
using LoadStateDictPreHook =
    Callable<void(Module&, OrderedDict<std::string, Tensor>& state, const std::string& prefix)>;
/// Called when a module and those below it have their values; what it takes off the lists is no
/// error.
using LoadStateDictPostHook = Callable<void(Module&, IncompatibleKeys&)>;
struct ModuleHooks;

/// A piece of a network: parameters, buffers and submodules by name. Derive, register them in the
/// constructor, and write a `forward` of any signature:
///
///     struct NetImpl : nn::Module {
///       NetImpl() : fc(register_module("fc", nn::Linear(4, 2))) {}
///       Tensor forward(const Tensor& x) { return fc(x); }
///       nn::Linear fc;
///     };
///     HEARTH_MODULE(Net);
///
/// Names are joined with dots ("fc.weight") and equal PyTorch's for the built-in modules.
class HEARTH_API Module : public std::enable_shared_from_this<Module> {
 public:
  using ModuleApplyFunction = Callable<void(Module&)>;
  using ConstModuleApplyFunction = Callable<void(const Module&)>;
  using NamedModuleApplyFunction = Callable<void(const std::string&, Module&)>;
  using ConstNamedModuleApplyFunction = Callable<void(const std::string&, const Module&)>;
  using ModulePointerApplyFunction = Callable<void(const std::shared_ptr<Module>&)>;
  using NamedModulePointerApplyFunction =
      Callable<void(const std::string&, const std::shared_ptr<Module>&)>;

  Module();
  explicit Module(std::string name);
  Module(const Module&);
  Module& operator=(const Module&);
  Module(Module&&) noexcept;
  Module& operator=(Module&&) noexcept;
  virtual ~Module();

  /// The name given to the constructor, or that of the type.
  const std::string& name() const noexcept;

  /// A copy with parameters and buffers of its own, on `device` if given. Only for modules that
  /// derive from Cloneable, as the built-in ones do in effect.
  virtual std::shared_ptr<Module> clone(const std::optional<Device>& device = std::nullopt) const;

  /// Calls `function` for this module and all below it, parents first. Named forms pass the path,
  /// prefixed with `name_prefix`; forms with shared_ptr need this module to be in one.
  void apply(const ModuleApplyFunction& function);
  void apply(const ConstModuleApplyFunction& function) const;
  void apply(const NamedModuleApplyFunction& function, const std::string& name_prefix = "");
  void apply(const ConstNamedModuleApplyFunction& function,
             const std::string& name_prefix = "") const;
  void apply(const ModulePointerApplyFunction& function) const;
  void apply(const NamedModulePointerApplyFunction& function,
             const std::string& name_prefix = "") const;

  /// Parameters of this module and, with `recurse`, of all below it; a parameter that is registered
  /// in several places counts once, under its first name. Undefined ones are left out.
  std::vector<Tensor> parameters(bool recurse = true) const;
  OrderedDict<std::string, Tensor> named_parameters(bool recurse = true) const;
  std::vector<Tensor> buffers(bool recurse = true) const;
  OrderedDict<std::string, Tensor> named_buffers(bool recurse = true) const;
  /// This module (first, unless include_self is false) and all below it.
  std::vector<std::shared_ptr<Module>> modules(bool include_self = true) const;
  OrderedDict<std::string, std::shared_ptr<Module>> named_modules(
      const std::string& name_prefix = "", bool include_self = true) const;
  /// The direct submodules.
  std::vector<std::shared_ptr<Module>> children() const;
  OrderedDict<std::string, std::shared_ptr<Module>> named_children() const;
  /// The parameter or buffer at a path such as "layers.0.weight"; throws if there is none.
  Tensor get_parameter(const std::string& path) const;
  Tensor get_buffer(const std::string& path) const;
  std::shared_ptr<Module> get_submodule(const std::string& path) const;

  /// Training mode on or off, here and below.
  virtual void train(bool on = true);
  void eval() { train(false); }
  virtual bool is_training() const noexcept;

  /// Moves and casts parameters and buffers, in place. Integer buffers keep their dtype when the
  /// new one is floating.
  virtual void to(Device device, Dtype dtype, bool non_blocking = false);
  virtual void to(Dtype dtype, bool non_blocking = false);
  virtual void to(Device device, bool non_blocking = false);
  /// Lays out parameters and buffers of the format's rank anew: channels last, or contiguous.
  void to(MemoryFormat format);
  /// Gives parameters and buffers memory on `device`, whose content is arbitrary: for modules on
  /// the meta device, which have none. Without `recurse`, to those of this very module only.
  void to_empty(Device device, bool recurse = true);
  /// Forgets all gradients, or zeroes them in place.
  virtual void zero_grad(bool set_to_none = true);
  /// Whether gradients are wanted for the parameters, here and below.
  void requires_grad_(bool on = true);

  /// Parameters and persistent buffers by path, detached but sharing memory. A tensor registered
  /// twice appears under both names.
  OrderedDict<std::string, Tensor> state_dict(const std::string& prefix = "") const;
  /// Copies values by path. With `strict`, missing or unexpected keys throw; wrong sizes always do.
  /// Nothing is changed when it throws, unless there are post hooks, which get to see the keys
  /// first. `versions` are those that the state was saved with, by the
  /// paths of modules; modules bring states of older versions, or of none, to their own.
  IncompatibleKeys load_state_dict(
      const OrderedDict<std::string, Tensor>& state, bool strict = true,
      const OrderedDict<std::string, int64_t>& versions = OrderedDict<std::string, int64_t>());
  /// state_version() of this module, whose path is "", and of those below it: what Python's state
  /// dicts have in _metadata.
  OrderedDict<std::string, int64_t> state_versions() const;
  /// Files keep it beside the state. Raise it when the keys of a class change, and override
  /// upgrade_state to read the older ones. PyTorch's is 1, and 2 of batch and instance norms.
  virtual int64_t state_version() const { return 1; }

  /// Hooks run when the module is called as `layer(x)` or by a container, not on
  /// `layer->forward(x)`. The key is for remove_hook.
  unsigned register_forward_pre_hook(ForwardPreHook hook);
  unsigned register_forward_hook(ForwardHook hook);
  /// Only for modules held by a shared_ptr, as holders do.
  unsigned register_full_backward_hook(FullBackwardHook hook);
  /// Hooks of state_dict() and load_state_dict(), and so of saving and loading, of this module or
  /// of one above it. Those before run from the outermost module to the innermost, those after the
  /// other way.
  unsigned register_state_dict_pre_hook(StateDictPreHook hook);
  unsigned register_state_dict_post_hook(StateDictHook hook);
  unsigned register_load_state_dict_pre_hook(LoadStateDictPreHook hook);
  unsigned register_load_state_dict_post_hook(LoadStateDictPostHook hook);
  void remove_hook(unsigned key);
  bool has_forward_hooks() const noexcept { return hooks_ != nullptr; }
  void run_forward_pre_hooks(std::vector<Tensor>& inputs);
  void run_forward_hooks(const std::vector<Tensor>& inputs, std::vector<Tensor>& outputs);
  bool has_full_backward_hooks() const noexcept;
  void run_full_backward_hooks(std::vector<Tensor>& grad_inputs,
                               const std::vector<Tensor>& grad_outputs);

  /// This module as a T, or null: `module->as<nn::Linear>()`, `module->as<nn::LinearImpl>()`.
  template <typename T>
  auto* as() noexcept {
    if constexpr (requires { typename T::ContainedType; }) {
      return dynamic_cast<typename T::ContainedType*>(this);
    } else {
      return dynamic_cast<T*>(this);
    }
  }
  template <typename T>
  const auto* as() const noexcept {
    return const_cast<Module*>(this)->as<T>();
  }

  /// Writes state_dict() into an archive, or copies values from one. Missing names throw; what else
  /// is in the archive stays there.
  virtual void save(serialize::OutputArchive& archive) const;
  virtual void load(serialize::InputArchive& archive);

  /// Prints the module itself; `<<` adds the submodules.
  virtual void pretty_print(std::ostream& stream) const;
  /// False for modules without a state that could be saved (Functional).
  virtual bool is_serializable() const;

  /// Registers a parameter and returns it. A tensor that is not defined holds the name's place.
  Tensor& register_parameter(std::string name, Tensor tensor, bool requires_grad = true);
  /// Registers a tensor that is state but no parameter; one that is not persistent stays out of
  /// state_dict.
  Tensor& register_buffer(std::string name, Tensor tensor, bool persistent = true);
  template <typename M>
  std::shared_ptr<M> register_module(std::string name, std::shared_ptr<M> module) {
    add_child(std::move(name), module);
    return module;
  }
  template <typename Holder>
  requires requires { typename Holder::ContainedType; }
  std::shared_ptr<typename Holder::ContainedType> register_module(std::string name, Holder module) {
    return register_module(std::move(name), module.ptr());
  }
  /// Puts another module in the place of a registered one.
  template <typename M>
  std::shared_ptr<M> replace_module(const std::string& name, std::shared_ptr<M> module) {
    replace_child(name, module);
    return module;
  }
  template <typename Holder>
  requires requires { typename Holder::ContainedType; }
  std::shared_ptr<typename Holder::ContainedType> replace_module(const std::string& name,
                                                                 Holder module) {
    return replace_module(name, module.ptr());
  }
  void unregister_module(const std::string& name);
  /// Forgets a parameter of this very module; its tensor lives on where it is held.
  void unregister_parameter(const std::string& name);

  // What FORWARD_HAS_DEFAULT_ARGS overrides.
  virtual bool _forward_has_default_args() { return false; }
  virtual unsigned int _forward_num_required_args();
  virtual std::vector<AnyValue> _forward_populate_default_args(std::vector<AnyValue>&& arguments);

  /// Turns a module fresh from copying into a clone of `original`: see Cloneable.
  void forget_registered();
  void copy_registered(const Module& original, const std::optional<Device>& device);
  virtual void clone_(Module& other, const std::optional<Device>& device);

 protected:
  /// Replaces every tensor of this module and of those below it: what the forms of to() do.
  virtual void convert(const Callable<Tensor(const Tensor&)>& f);
  /// Changes keys that begin with `prefix` from what they were in `version`, if the state says
  /// which, to what this class has now. Called before values are copied.
  virtual void upgrade_state(OrderedDict<std::string, Tensor>& state, const std::string& prefix,
                             std::optional<int64_t> version) const;

  OrderedDict<std::string, Tensor> parameters_{"Parameter"};
  OrderedDict<std::string, Tensor> buffers_{"Buffer"};
  OrderedDict<std::string, std::shared_ptr<Module>> children_{"Submodule"};
  bool is_training_ = true;

 private:
  friend HEARTH_API std::ostream& operator<<(std::ostream& stream, const Module& module);

  struct StateEntry;
  void add_child(std::string name, std::shared_ptr<Module> module);
  void replace_child(const std::string& name, std::shared_ptr<Module> module);
  ModuleHooks& hooks();
  std::vector<StateEntry> own_state(const std::string& prefix) const;
  void collect_state(const std::string& prefix, std::vector<StateEntry>& entries) const;
  IncompatibleKeys load_state(const OrderedDict<std::string, Tensor>& state,
                              const OrderedDict<std::string, int64_t>& versions,
                              bool refuse_missing, bool refuse_unexpected);
  void fill_state_dict(const std::string& prefix, OrderedDict<std::string, Tensor>& state) const;
  void run_load_post_hooks(IncompatibleKeys& keys);
  bool any_load_post_hooks() const;
  void convert_own(const Callable<Tensor(const Tensor&)>& f);
  void collect_versions(const std::string& path, OrderedDict<std::string, int64_t>& versions) const;
  void upgrade_states(OrderedDict<std::string, Tensor>& state, const std::string& prefix,
                      const OrderedDict<std::string, int64_t>& versions);
  void print_recursive(std::ostream& stream, const std::string& indentation) const;
  std::shared_ptr<Module> checked_shared_from_this() const;

  mutable std::string name_;  // of the type once asked for
  std::vector<std::string> transient_buffers_;
  std::shared_ptr<ModuleHooks> hooks_;
};

/// `torch::nn::Linear(in_features=4, out_features=2, bias=true)`, submodules indented: what
/// LibTorch prints.
HEARTH_API std::ostream& operator<<(std::ostream& stream, const Module& module);

/// In a module whose forward has default arguments: `FORWARD_HAS_DEFAULT_ARGS({1, AnyValue(2)})`
/// names them by position, so that containers may leave them out.
#define FORWARD_HAS_DEFAULT_ARGS(...)                                                 \
 public:                                                                              \
  bool _forward_has_default_args() override { return true; }                          \
  unsigned int _forward_num_required_args() override {                                \
    const std::pair<unsigned int, ::hearth::nn::AnyValue> defaults[] = {__VA_ARGS__}; \
    return defaults[0].first;                                                         \
  }                                                                                   \
  std::vector<::hearth::nn::AnyValue> _forward_populate_default_args(                 \
      std::vector<::hearth::nn::AnyValue>&& arguments) override {                     \
    const std::pair<unsigned int, ::hearth::nn::AnyValue> defaults[] = {__VA_ARGS__}; \
    for (const auto& entry : defaults)                                                \
      if (entry.first >= arguments.size()) arguments.push_back(entry.second);         \
    return std::move(arguments);                                                      \
  }

/// In a built-in module: what it overrides, out of line. Cloneable does this for users' modules,
/// but as a template it would cost every program the time to instantiate it for all of them.
#define HEARTH_BUILTIN_MODULE(Impl)                 \
  /** Registers and initialises everything anew. */ \
  virtual void reset();                             \
  HEARTH_DERIVED_MODULE(Impl)
/// The same in a module whose base has reset().
#define HEARTH_DERIVED_MODULE(Impl)                                                               \
  ~Impl() override;                                                                               \
  void pretty_print(std::ostream& stream) const override;                                         \
  std::shared_ptr<::hearth::nn::Module> clone(const std::optional<Device>& device = std::nullopt) \
      const override;                                                                             \
  void clone_(Module& other, const std::optional<Device>& device) override;

namespace detail {

inline void collect_tensors(std::vector<Tensor*>& found, Tensor& t) { found.push_back(&t); }
template <typename T>
void collect_tensors(std::vector<Tensor*>&, T&) {}
template <typename... T>
void collect_tensors(std::vector<Tensor*>& found, std::tuple<T...>& values);
inline void collect_tensors(std::vector<Tensor*>& found, std::vector<Tensor>& values) {
  for (Tensor& t : values) found.push_back(&t);
}
template <typename... T>
void collect_tensors(std::vector<Tensor*>& found, std::tuple<T...>& values) {
  std::apply([&](auto&... each) { (collect_tensors(found, each), ...); }, values);
}

/// Runs a module's pre-hooks on the tensors that `found` points to; returns their values then.
HEARTH_API std::vector<Tensor> pre_hooked(Module& module, const std::vector<Tensor*>& found);
HEARTH_API void post_hooked(Module& module, const std::vector<Tensor>& inputs,
                            const std::vector<Tensor*>& found);

/// module.forward(args...) between the module's hooks.
template <typename M, typename... Args>
auto call_hooked(M& module, Args&&... args)
    -> decltype(module.forward(std::forward<Args>(args)...)) {
  std::tuple<std::decay_t<Args>...> copies(std::forward<Args>(args)...);
  std::vector<Tensor*> found;
  collect_tensors(found, copies);
  const std::vector<Tensor> inputs = pre_hooked(module, found);
  found.clear();
  const auto forward = [&](auto&... each) -> decltype(auto) {
    return module.forward(
        static_cast<std::conditional_t<std::is_lvalue_reference_v<Args>, std::decay_t<Args>&,
                                       std::decay_t<Args>&&>>(each)...);
  };
  using R = decltype(module.forward(std::forward<Args>(args)...));
  if constexpr (std::is_void_v<R>) {
    std::apply(forward, copies);
    post_hooked(module, inputs, found);
  } else if constexpr (std::is_reference_v<R>) {
    R result = std::apply(forward, copies);
    auto seen = result;
    collect_tensors(found, seen);
    post_hooked(module, inputs, found);
    return static_cast<R>(result);
  } else {
    R result = std::apply(forward, copies);
    collect_tensors(found, result);
    post_hooked(module, inputs, found);
    return result;
  }
}

/// What `layer(args...)` does.
template <typename M, typename... Args>
decltype(auto) call_module(M& module, Args&&... args) {
  if (module.has_forward_hooks()) [[unlikely]]
    return call_hooked(module, std::forward<Args>(args)...);
  return module.forward(std::forward<Args>(args)...);
}

}  // namespace detail
}  // namespace hearth::nn
