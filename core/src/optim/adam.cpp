// SPDX-License-Identifier: Apache-2.0
#include "hearth/optim/adam.h"

#include <algorithm>
#include <map>

#include "ops/optim_step.h"
#include "optim/optimizer_of.h"

namespace hearth::optim {

template <bool kDecoupled>
void BasicAdamOptions<kDecoupled>::check() const {
  const char* who = kDecoupled ? "AdamW" : "Adam";
  check_not_negative(who, "learning rate", lr());
  check_not_negative(who, "epsilon value", eps());
  check_not_negative(who, "weight_decay value", weight_decay());
  check_betas(who, betas());
}

/// The count of parameters that shared `count` until now, for the step that updates `params`.
template <bool kDecoupled>
Tensor BasicAdam<kDecoupled>::next_count(const Tensor& count, const std::vector<Tensor>& params) {
  if (!count.defined())
    return full({}, this->state_of(params[0]).step() + 1,
                TensorOptions(kLong).device(params[0].device()));
  const auto sharing = std::count_if(this->state_.begin(), this->state_.end(), [&](auto& entry) {
    return static_cast<AdamParamState&>(*entry.second).step_tensor().is_same(count);
  });
  // Those without a gradient fall behind.
  const bool all = static_cast<size_t>(sharing) == params.size();
  return all ? count.add_(1) : count + 1;
}

template <bool kDecoupled>
void BasicAdam<kDecoupled>::update(const BasicAdamOptions<kDecoupled>& o,
                                   const std::vector<Tensor>& params) {
  ops::AdamStep op{.lr = o.lr(),
                   .beta1 = std::get<0>(o.betas()),
                   .beta2 = std::get<1>(o.betas()),
                   .eps = o.eps(),
                   .weight_decay = o.weight_decay(),
                   .decoupled = kDecoupled,
                   .maximize = o.maximize()};
  const auto add = [&](StepArgs& args, const Tensor& p, AdamParamState& state) {
    args.add({p, p.grad(), zeros_once(state.exp_avg(), p), zeros_once(state.exp_avg_sq(), p),
              o.amsgrad() ? zeros_once(state.max_exp_avg_sq(), p) : Tensor()});
  };
  // Parameters without a gradient fall behind in their count of steps.
  if (!o.capturable()) {
    std::map<int64_t, StepArgs> by_step;
    for (const Tensor& p : params) {
      AdamParamState& state = this->state_of(p);
      count_step(o, state, p);
      add(by_step[state.step()], p, state);
    }
    for (const auto& [step, args] : by_step) {
      op.step = step;
      args.run(op, {Tensor(), o.lr_tensor()});
    }
    return;
  }
  // Before the first such step, counts may be the states' numbers.
  std::map<std::tuple<TensorImpl*, DeviceIndex, int64_t>, std::vector<Tensor>> by_count;
  for (const Tensor& p : params) {
    const AdamParamState& state = this->state_of(p);
    by_count[{state.step_tensor().unsafeGetTensorImpl(), p.get_device(), state.step()}].push_back(
        p);
  }
  for (const auto& [key, together] : by_count) {
    const Tensor count = next_count(this->state_of(together[0]).step_tensor(), together);
    StepArgs args;
    for (const Tensor& p : together) {
      AdamParamState& state = this->state_of(p);
      state.step_tensor(count).step(0);
      add(args, p, state);
    }
    args.run(op, {count, o.lr_tensor()});
  }
}

template struct BasicAdamOptions<false>;
template struct BasicAdamOptions<true>;
HEARTH_DEFINE_OPTIMIZER(AdamOptions, AdamParamState)
HEARTH_DEFINE_OPTIMIZER_OF(AdamWOptions, AdamWParamState)
template class BasicAdam<false>;
template class BasicAdam<true>;

}  // namespace hearth::optim
