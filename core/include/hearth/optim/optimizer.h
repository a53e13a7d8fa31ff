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

/// Parameters that share one set of options. Without options, the optimizer's defaults are used.
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
  /// States by parameter: `state().at(p.unsafeGetTensorImpl())`; filled by the first step.
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

 protected:
  Optimizer(std::vector<OptimizerParamGroup> groups, std::unique_ptr<OptimizerOptions> defaults);
  /// A fresh state of the type this optimizer keeps; null if it keeps none.
  virtual std::unique_ptr<OptimizerParamState> make_state() const;

  std::vector<OptimizerParamGroup> param_groups_;
  StateMap state_;
  std::unique_ptr<OptimizerOptions> defaults_;
};

HEARTH_API serialize::OutputArchive& operator<<(serialize::OutputArchive& archive,
                                                const Optimizer& optimizer);
HEARTH_API serialize::InputArchive& operator>>(serialize::InputArchive& archive,
                                               Optimizer& optimizer);

}  // namespace optim
}  // namespace hearth
