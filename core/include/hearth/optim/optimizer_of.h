// SPDX-License-Identifier: Apache-2.0
// What the built-in optimizers share. Options and states name their values once, with HEARTH_ARG;
// copying, comparing, saving and loading follow, and an optimizer only says how it updates. The
// members are defined in src/optim/optimizer_of.h, for the .cpp of each optimizer.
#pragma once

#include <string_view>

#include "hearth/optim/optimizer.h"

namespace hearth::optim {

/// Options whose values are HEARTH_ARGs, among them `lr`.
template <typename Derived>
class HEARTH_API OptimizerOptionsOf : public OptimizerOptions {
 public:
  std::unique_ptr<OptimizerOptions> clone() const override;
  void serialize(serialize::InputArchive& archive) override;
  void serialize(serialize::OutputArchive& archive) const override;
  bool equals(const OptimizerOptions& other) const override;
  double get_lr() const override;
  void set_lr(double lr) override;
  double get_momentum() const override;
  void set_momentum(double momentum) override;
  void inherit(const OptimizerOptions& defaults) override;
};

/// What is kept for a parameter, as HEARTH_ARGs; tensors are undefined until they are needed.
template <typename Derived>
class HEARTH_API OptimizerStateOf : public OptimizerParamState {
 public:
  std::unique_ptr<OptimizerParamState> clone() const override;
  void serialize(serialize::InputArchive& archive) override;
  void serialize(serialize::OutputArchive& archive) const override;
  bool equals(const OptimizerParamState& other) const override;
};

/// An optimizer with such options and states.
template <typename Options, typename State>
class HEARTH_API OptimizerOf : public Optimizer {
 public:
  explicit OptimizerOf(std::vector<OptimizerParamGroup> groups, Options defaults = {});
  explicit OptimizerOf(std::vector<Tensor> params, Options defaults = {});
  OptimizerOf(OptimizerOf&&) = default;
  OptimizerOf& operator=(OptimizerOf&&) = default;
  ~OptimizerOf() override;
  Tensor step(LossClosure closure = nullptr) override;

 protected:
  OptimizerOf(std::vector<OptimizerParamGroup> groups, std::unique_ptr<OptimizerOptions> defaults);
  /// Updates parameters of one group, those that have a gradient. Nothing is recorded.
  virtual void update(const Options& options, const std::vector<Tensor>& params) = 0;
  /// What is kept for a parameter, on its device; made when first asked for.
  State& state_of(const Tensor& param);
  std::unique_ptr<OptimizerParamState> make_state() const override;
  /// Whether update() takes sparse gradients; step() refuses them for others.
  virtual bool takes_sparse() const { return false; }

 private:
  static std::string_view name();
};

}  // namespace hearth::optim
