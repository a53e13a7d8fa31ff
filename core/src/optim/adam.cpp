// SPDX-License-Identifier: Apache-2.0
#include "hearth/optim/adam.h"

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
  const auto check_beta = [&](int index, double beta) {
    HEARTH_CHECK_AS(ValueError, beta >= 0 && beta < 1, "[", who,
                    "] Invalid beta parameter at index ", index, ": ", beta,
                    "; expected a value in [0, 1)");
  };
  check_beta(0, std::get<0>(betas()));
  check_beta(1, std::get<1>(betas()));
}

template <bool kDecoupled>
void BasicAdam<kDecoupled>::update(const BasicAdamOptions<kDecoupled>& o,
                                   const std::vector<Tensor>& params) {
  // Parameters without a gradient fall behind in their count of steps.
  std::map<int64_t, StepArgs> by_step;
  for (const Tensor& p : params) {
    AdamParamState& state = this->state_of(p);
    state.step(state.step() + 1);
    by_step[state.step()].add({p, p.grad(), zeros_once(state.exp_avg(), p),
                               zeros_once(state.exp_avg_sq(), p),
                               o.amsgrad() ? zeros_once(state.max_exp_avg_sq(), p) : Tensor()});
  }
  for (const auto& [step, args] : by_step)
    args.run(ops::AdamStep{.lr = o.lr(),
                           .beta1 = std::get<0>(o.betas()),
                           .beta2 = std::get<1>(o.betas()),
                           .eps = o.eps(),
                           .weight_decay = o.weight_decay(),
                           .decoupled = kDecoupled,
                           .maximize = o.maximize(),
                           .step = step});
}

template struct BasicAdamOptions<false>;
template struct BasicAdamOptions<true>;
HEARTH_DEFINE_OPTIMIZER(AdamOptions, AdamParamState)
template class OptimizerOptionsOf<AdamWOptions>;
template class OptimizerOf<AdamWOptions, AdamWParamState>;
template class BasicAdam<false>;
template class BasicAdam<true>;

}  // namespace hearth::optim
