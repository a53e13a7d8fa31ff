// SPDX-License-Identifier: Apache-2.0
// What the optimizers' steps have in common.
#pragma once

#include "hearth/optim/optimizer.h"

#include "dispatch/op.h"

namespace hearth::optim {

std::vector<OptimizerParamGroup> one_group(std::vector<Tensor> params);
/// The closure's loss, computed with gradients enabled; undefined without a closure.
Tensor call_closure(const LossClosure& closure);
void check_not_negative(std::string_view who, std::string_view what, double value);
/// Both undefined, or equal.
bool equal_if_defined(const Tensor& a, const Tensor& b);

template <typename State>
State& state_of(Optimizer::StateMap& states, const Tensor& param) {
  std::unique_ptr<OptimizerParamState>& slot = states[param.unsafeGetTensorImpl()];
  if (!slot) slot = std::make_unique<State>();
  return static_cast<State&>(*slot);
}

inline void append(std::vector<Tensor>& to, std::initializer_list<Tensor> tensors) {
  to.insert(to.end(), tensors.begin(), tensors.end());
}

/// Runs a step op, which has no outputs, on a list of tensors.
template <class Op>
void run_step(const Op& op, const std::vector<Tensor>& tensors) {
  if (tensors.empty()) return;
  invoke({Op::row(), &op, ArgList(tensors), {}, Bind::Fresh});
}

}  // namespace hearth::optim
