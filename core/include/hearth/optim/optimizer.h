// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "hearth/base/arg.h"
#include "hearth/base/callable.h"
#include "hearth/tensor/tensor.h"

namespace hearth {

namespace serialize {
class InputArchive;
class OutputArchive;
}  // namespace serialize

namespace optim {

/// A function that computes the loss again, gradients included.
using LossClosure = Callable<Tensor()>;

/// What an optimizer keeps for one parameter (momentum and the like).
class HEARTH_API OptimizerParamState {
 public:
  OptimizerParamState() = default;
  OptimizerParamState(const OptimizerParamState&) = default;
  OptimizerParamState& operator=(const OptimizerParamState&) = default;
  virtual ~OptimizerParamState();
  virtual std::unique_ptr<OptimizerParamState> clone() const;
  virtual void serialize(serialize::InputArchive& archive);
  virtual void serialize(serialize::OutputArchive& archive) const;
  /// Whether a state of the same class has the same values.
  virtual bool equals(const OptimizerParamState& other) const;
};
HEARTH_API bool operator==(const OptimizerParamState& a, const OptimizerParamState& b);

/// Derive states of your own from this, to get clone().
template <typename Derived>
class OptimizerCloneableParamState : public OptimizerParamState {
  std::unique_ptr<OptimizerParamState> clone() const override {
    return std::make_unique<Derived>(static_cast<const Derived&>(*this));
  }
};

/// The settings of one parameter group.
class HEARTH_API OptimizerOptions {
 public:
  OptimizerOptions() = default;
  OptimizerOptions(const OptimizerOptions&) = default;
  OptimizerOptions& operator=(const OptimizerOptions&) = default;
  virtual ~OptimizerOptions();
  virtual std::unique_ptr<OptimizerOptions> clone() const;
  virtual void serialize(serialize::InputArchive& archive);
  virtual void serialize(serialize::OutputArchive& archive) const;
  virtual double get_lr() const;
  virtual void set_lr(double lr);
  /// The momentum, or beta1: what OneCycleLR's cycle_momentum drives. Throws where there is none.
  virtual double get_momentum() const;
  virtual void set_momentum(double momentum);
  /// Takes the values of `defaults`, options of the same class, wherever this has what fresh
  /// options have: so a group only names what is its own, as in LibTorch. A value that equals the
  /// fresh one cannot be told from none; set it on the group that is in the optimizer. Nothing for
  /// options of one's own.
  virtual void inherit(const OptimizerOptions& defaults);
  /// Whether options of the same class have the same values.
  virtual bool equals(const OptimizerOptions& other) const;
  /// Throws ValueError for settings out of their domain.
  virtual void check() const;
  /// The learning rate that schedulers started from, if there are any.
  std::optional<double> initial_lr;
};
HEARTH_API bool operator==(const OptimizerOptions& a, const OptimizerOptions& b);

/// Derive options of your own from this, to get clone(), get_lr() and set_lr() from `lr`.
template <typename Derived>
class OptimizerCloneableOptions : public OptimizerOptions {
 public:
  double get_lr() const override { return static_cast<const Derived&>(*this).lr(); }
  void set_lr(double lr) override { static_cast<Derived&>(*this).lr(lr); }

 private:
  std::unique_ptr<OptimizerOptions> clone() const override {
    return std::make_unique<Derived>(static_cast<const Derived&>(*this));
  }
};

/// Parameters that share one set of options. Where they have none, or have them as fresh ones are,
/// the optimizer's defaults are used: see OptimizerOptions::inherit.
class HEARTH_API OptimizerParamGroup {
 public:
  OptimizerParamGroup(std::vector<Tensor> params) : params_(std::move(params)) {}
  OptimizerParamGroup(std::vector<Tensor> params, std::unique_ptr<OptimizerOptions> options)
      : params_(std::move(params)), options_(std::move(options)) {}
  OptimizerParamGroup(const OptimizerParamGroup& other);
  OptimizerParamGroup(OptimizerParamGroup&&) = default;
  OptimizerParamGroup& operator=(OptimizerParamGroup other) {
    params_.swap(other.params_);
    options_.swap(other.options_);
    return *this;
  }

  bool has_options() const { return options_ != nullptr; }
  /// Throws when the group has none.
  OptimizerOptions& options();
  const OptimizerOptions& options() const;
  void set_options(std::unique_ptr<OptimizerOptions> options) { options_ = std::move(options); }
  std::vector<Tensor>& params() { return params_; }
  const std::vector<Tensor>& params() const { return params_; }

 private:
  std::vector<Tensor> params_;
  std::unique_ptr<OptimizerOptions> options_;
};

struct OptimizerHooks;

/// Base of all optimizers (torch::optim::Optimizer). Derived classes implement step(), and
/// make_state() if they keep state that save() and load() shall handle.
class HEARTH_API Optimizer {
 public:
  using LossClosure = optim::LossClosure;
  using StateMap = std::unordered_map<void*, std::unique_ptr<OptimizerParamState>>;

  Optimizer(const Optimizer&) = delete;
  Optimizer(Optimizer&&) = default;
  Optimizer& operator=(const Optimizer&) = delete;
  Optimizer& operator=(Optimizer&&) = default;
  virtual ~Optimizer();

  /// Adds parameters with settings of their own (or the defaults). Throws ValueError if a parameter
  /// is not a leaf, or is already in a group.
  void add_param_group(OptimizerParamGroup group);
  // LibTorch's old names, which warn: parameters for, and of, the first group.
  void add_parameters(const std::vector<Tensor>& parameters);
  const std::vector<Tensor>& parameters() const;

  /// One update of every parameter that has a gradient. With a closure, calls it first (gradients
  /// enabled) and returns its loss; else returns an undefined tensor.
  virtual Tensor step(LossClosure closure = nullptr) = 0;

  /// Drops all gradients, or with false fills them with zeros.
  void zero_grad(bool set_to_none = true);

  std::vector<OptimizerParamGroup>& param_groups() { return param_groups_; }
  const std::vector<OptimizerParamGroup>& param_groups() const { return param_groups_; }
  OptimizerOptions& defaults() { return *defaults_; }
  const OptimizerOptions& defaults() const { return *defaults_; }
  /// States by parameter: `state().at(p.unsafeGetTensorImpl())`; filled by the first step,
  /// Adagrad's at once.
  StateMap& state() { return state_; }
  const StateMap& state() const { return state_; }
  /// How many parameters all groups have together.
  size_t size() const;

  /// Writes options and states; parameters themselves belong to the model.
  virtual void save(serialize::OutputArchive& archive) const;
  /// Reads what save wrote. Groups and their numbers of parameters must match; when anything does
  /// not, it throws and leaves this optimizer as it was.
  virtual void load(serialize::InputArchive& archive);
  /// The same as a value, in memory (Python's state_dict).
  serialize::OutputArchive state_dict() const;
  void load_state_dict(const serialize::OutputArchive& state);

  using StepHook = Callable<void(Optimizer&)>;
  using StateDictPreHook = Callable<void(const Optimizer&)>;
  using StateDictHook = Callable<void(const Optimizer&, serialize::OutputArchive& state)>;
  using LoadStateDictPreHook = Callable<void(Optimizer&, serialize::OutputArchive& state)>;
  /// Called before step() does anything, the closure included, and after all is done, in the order
  /// they were registered, as are all hooks. The key is for remove_hook. An optimizer of one's own
  /// begins its step() with a StepScope.
  unsigned register_step_pre_hook(StepHook hook);
  unsigned register_step_post_hook(StepHook hook);
  /// Around state_dict(): what comes after may replace the state.
  unsigned register_state_dict_pre_hook(StateDictPreHook hook);
  unsigned register_state_dict_post_hook(StateDictHook hook);
  /// Around load_state_dict(): what comes before gets a copy of the state, which it may replace.
  unsigned register_load_state_dict_pre_hook(LoadStateDictPreHook hook);
  unsigned register_load_state_dict_post_hook(StepHook hook);
  /// Throws IndexError when no hook has this key.
  void remove_hook(unsigned key);

 protected:
  /// Calls the hooks of a step: those before at construction, those after at the end of the scope
  /// unless an exception ends it.
  class HEARTH_API StepScope {
   public:
    explicit StepScope(Optimizer& optimizer);
    StepScope(const StepScope&) = delete;
    StepScope& operator=(const StepScope&) = delete;
    ~StepScope() noexcept(false);

   private:
    Optimizer& optimizer_;
    int exceptions_;
  };

  Optimizer(std::vector<OptimizerParamGroup> groups, std::unique_ptr<OptimizerOptions> defaults);
  /// A fresh state of the type this optimizer keeps; null if it keeps none.
  virtual std::unique_ptr<OptimizerParamState> make_state() const;

  std::vector<OptimizerParamGroup> param_groups_;
  StateMap state_;
  std::unique_ptr<OptimizerOptions> defaults_;

 private:
  OptimizerHooks& hooks();
  std::shared_ptr<OptimizerHooks> hooks_;
};

HEARTH_API serialize::OutputArchive& operator<<(serialize::OutputArchive& archive,
                                                const Optimizer& optimizer);
HEARTH_API serialize::InputArchive& operator>>(serialize::InputArchive& archive,
                                               Optimizer& optimizer);

}  // namespace optim
}  // namespace hearth
