// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "hearth/optim/optimizer_of.h"

namespace hearth::optim {

/// Options of LBFGS.
struct HEARTH_API LBFGSOptions : OptimizerOptionsOf<LBFGSOptions> {
  LBFGSOptions(double lr = 1) : lr_(lr) {}
  void check() const override;
  HEARTH_ARG(double, lr);
  /// Iterations of one step.
  HEARTH_ARG(int64_t, max_iter) = 20;
  /// Calls of the closure in one step; by default max_iter * 5 / 4.
  HEARTH_ARG(std::optional<int64_t>, max_eval);
  /// A step ends when no element of the gradient is larger,
  HEARTH_ARG(double, tolerance_grad) = 1e-7;
  /// or when neither loss nor parameters change by more.
  HEARTH_ARG(double, tolerance_change) = 1e-9;
  /// How many changes of the gradient are remembered.
  HEARTH_ARG(int64_t, history_size) = 100;
  /// "strong_wolfe", or none: every iteration moves by lr.
  HEARTH_ARG(std::optional<std::string>, line_search_fn);
  /// Climb instead of descend.
  HEARTH_ARG(bool, maximize) = false;
};

/// One for all parameters, kept for the first of them.
struct HEARTH_API LBFGSParamState : OptimizerParamState {
  std::unique_ptr<OptimizerParamState> clone() const override;
  void serialize(serialize::InputArchive& archive) override;
  void serialize(serialize::OutputArchive& archive) const override;
  bool equals(const OptimizerParamState& other) const override;
  HEARTH_ARG(int64_t, func_evals) = 0;
  HEARTH_ARG(int64_t, n_iter) = 0;
  /// Length of the last move along `d`.
  HEARTH_ARG(double, t) = 0;
  HEARTH_ARG(double, prev_loss) = 0;
  HEARTH_ARG(Tensor, d);
  HEARTH_ARG(Tensor, H_diag);
  HEARTH_ARG(Tensor, prev_flat_grad);
  /// Changes of the gradient, of the parameters, and one over the product of both.
  HEARTH_ARG(std::deque<Tensor>, old_dirs);
  HEARTH_ARG(std::deque<Tensor>, old_stps);
  HEARTH_ARG(std::deque<Tensor>, ro);
  /// What the last direction took of each of them; not saved.
  HEARTH_ARG(std::optional<std::vector<Tensor>>, al) = std::nullopt;
};

/// L-BFGS (torch::optim::LBFGS; Liu and Nocedal 1989): moves along the gradient times an estimate
/// of the inverse Hessian, made of the last moves. One group of parameters, all on one device.
class HEARTH_API LBFGS : public Optimizer {
 public:
  explicit LBFGS(std::vector<OptimizerParamGroup> groups, LBFGSOptions defaults = {});
  explicit LBFGS(std::vector<Tensor> params, LBFGSOptions defaults = {});
  /// Several iterations, each with one or more calls of the closure, which must clear the
  /// gradients, compute the loss and call backward(). Returns the loss before the step.
  Tensor step(LossClosure closure) override;

 protected:
  std::unique_ptr<OptimizerParamState> make_state() const override;
};

}  // namespace hearth::optim
