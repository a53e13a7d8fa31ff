// SPDX-License-Identifier: Apache-2.0
#include "hearth/optim/adam.h"

#include <map>

#include "hearth/autograd/grad_mode.h"
#include "hearth/ops/creation.h"

#include "ops/optim_step.h"
#include "optim/common.h"
#include "optim/fields.h"

namespace hearth::optim {

namespace {

template <typename Options, typename Visit>
void options_fields(Options& o, const Visit& visit) {
  visit("lr", o.lr());
  visit("beta1", std::get<0>(o.betas()));
  visit("beta2", std::get<1>(o.betas()));
  visit("eps", o.eps());
  visit("weight_decay", o.weight_decay());
  visit("amsgrad", o.amsgrad());
  visit("maximize", o.maximize());
}

template <typename State, typename Visit>
void state_fields(State& s, const Visit& visit) {
  visit("step", s.step());
  visit("exp_avg", s.exp_avg());
  visit("exp_avg_sq", s.exp_avg_sq());
  visit("max_exp_avg_sq", s.max_exp_avg_sq());
}

template <typename Options>
auto tied(const Options& o) {
  return std::make_tuple(o.lr(), o.betas(), o.eps(), o.weight_decay(), o.amsgrad(), o.maximize());
}

template <typename Options>
void check(std::string_view who, const OptimizerOptions& options) {
  const auto& o = static_cast<const Options&>(options);
  check_not_negative(who, "learning rate", o.lr());
  check_not_negative(who, "epsilon value", o.eps());
  check_not_negative(who, "weight_decay value", o.weight_decay());
  const auto check_beta = [&](int index, double beta) {
    HEARTH_CHECK_AS(ValueError, beta >= 0 && beta < 1, "[", who,
                    "] Invalid beta parameter at index ", index, ": ", beta,
                    "; expected a value in [0, 1)");
  };
  check_beta(0, std::get<0>(o.betas()));
  check_beta(1, std::get<1>(o.betas()));
}

template <typename Options>
void adam_step(const std::vector<OptimizerParamGroup>& groups, Optimizer::StateMap& states,
               bool decoupled) {
  NoGradGuard no_grad;
  for (const OptimizerParamGroup& group : groups) {
    const auto& o = static_cast<const Options&>(group.options());
    // Parameters without a gradient fall behind in their count of steps.
    std::map<int64_t, std::vector<Tensor>> by_step;
    for (const Tensor& p : group.params()) {
      if (!p.grad().defined()) continue;
      auto& state = state_of<AdamParamState>(states, p);
      if (!state.exp_avg().defined()) {
        state.exp_avg(zeros_like(p));
        state.exp_avg_sq(zeros_like(p));
      }
      if (o.amsgrad() && !state.max_exp_avg_sq().defined()) state.max_exp_avg_sq(zeros_like(p));
      state.step(state.step() + 1);
      append(by_step[state.step()], {p, p.grad(), state.exp_avg(), state.exp_avg_sq(),
                                     o.amsgrad() ? state.max_exp_avg_sq() : Tensor()});
    }
    for (const auto& [step, tensors] : by_step)
      run_step(ops::AdamStep{o.lr(), std::get<0>(o.betas()), std::get<1>(o.betas()), o.eps(),
                             o.weight_decay(), decoupled, o.maximize(), step},
               tensors);
  }
}

}  // namespace

AdamOptions::AdamOptions(double lr) : lr_(lr) {}
AdamOptions::~AdamOptions() = default;
void AdamOptions::serialize(serialize::InputArchive& archive) {
  options_fields(*this, FieldReader{archive});
}
void AdamOptions::serialize(serialize::OutputArchive& archive) const {
  options_fields(*this, FieldWriter{archive});
}
bool operator==(const AdamOptions& a, const AdamOptions& b) { return tied(a) == tied(b); }

AdamParamState::~AdamParamState() = default;
void AdamParamState::serialize(serialize::InputArchive& archive) {
  state_fields(*this, FieldReader{archive});
}
void AdamParamState::serialize(serialize::OutputArchive& archive) const {
  state_fields(*this, FieldWriter{archive});
}
bool operator==(const AdamParamState& a, const AdamParamState& b) {
  return a.step() == b.step() && equal_if_defined(a.exp_avg(), b.exp_avg()) &&
         equal_if_defined(a.exp_avg_sq(), b.exp_avg_sq()) &&
         equal_if_defined(a.max_exp_avg_sq(), b.max_exp_avg_sq());
}

Adam::Adam(std::vector<OptimizerParamGroup> groups, AdamOptions defaults)
    : Optimizer({}, std::make_unique<AdamOptions>(std::move(defaults))) {
  check_options(*defaults_);
  for (auto& group : groups) add_param_group(std::move(group));
}
Adam::Adam(std::vector<Tensor> params, AdamOptions defaults)
    : Adam(one_group(std::move(params)), std::move(defaults)) {}
Adam::~Adam() = default;
std::unique_ptr<OptimizerParamState> Adam::make_state() const {
  return std::make_unique<AdamParamState>();
}
void Adam::check_options(const OptimizerOptions& options) const {
  check<AdamOptions>("Adam", options);
}
Tensor Adam::step(LossClosure closure) {
  const Tensor loss = call_closure(closure);
  adam_step<AdamOptions>(param_groups_, state_, false);
  return loss;
}

AdamWOptions::AdamWOptions(double lr) : lr_(lr) {}
AdamWOptions::~AdamWOptions() = default;
void AdamWOptions::serialize(serialize::InputArchive& archive) {
  options_fields(*this, FieldReader{archive});
}
void AdamWOptions::serialize(serialize::OutputArchive& archive) const {
  options_fields(*this, FieldWriter{archive});
}
bool operator==(const AdamWOptions& a, const AdamWOptions& b) { return tied(a) == tied(b); }

AdamW::AdamW(std::vector<OptimizerParamGroup> groups, AdamWOptions defaults)
    : Optimizer({}, std::make_unique<AdamWOptions>(std::move(defaults))) {
  check_options(*defaults_);
  for (auto& group : groups) add_param_group(std::move(group));
}
AdamW::AdamW(std::vector<Tensor> params, AdamWOptions defaults)
    : AdamW(one_group(std::move(params)), std::move(defaults)) {}
AdamW::~AdamW() = default;
std::unique_ptr<OptimizerParamState> AdamW::make_state() const {
  return std::make_unique<AdamParamState>();
}
void AdamW::check_options(const OptimizerOptions& options) const {
  check<AdamWOptions>("AdamW", options);
}
Tensor AdamW::step(LossClosure closure) {
  const Tensor loss = call_closure(closure);
  adam_step<AdamWOptions>(param_groups_, state_, true);
  return loss;
}

}  // namespace hearth::optim
