// SPDX-License-Identifier: Apache-2.0
// For the .cpp of an optimizer: what hearth/optim/optimizer_of.h declares, and
// HEARTH_DEFINE_OPTIMIZER, which makes it for one optimizer.
#pragma once

#include <cmath>

#include "hearth/autograd/grad_mode.h"
#include "hearth/io/args.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/view.h"
#include "hearth/optim/optimizer_of.h"

#include "dispatch/interceptor.h"
#include "ops/optim_step.h"

namespace hearth::optim {

std::vector<OptimizerParamGroup> one_group(std::vector<Tensor> params);
/// The closure's loss, computed with gradients enabled; undefined without a closure.
Tensor call_closure(const LossClosure& closure);
/// ValueError "[SGD] Invalid momentum value: ...".
void check_not_negative(std::string_view who, std::string_view what, double value);
/// Throws for a sparse gradient: "Adam does not support sparse gradients ...".
void refuse_sparse(const Tensor& grad, std::string_view who);
/// ValueError unless both are in [0, 1).
void check_betas(std::string_view who, const std::tuple<double, double>& betas);

/// Steps treat the two parts of a complex number as two numbers. Undefined tensors stay so.
inline Tensor real_parts(const Tensor& t) {
  return t.defined() && t.is_complex() ? view_as_real(t) : t;
}
/// The parameter's gradient as real numbers, with the L2 penalty, negated first to climb.
Tensor gradient_of(const Tensor& param, double weight_decay, bool maximize);
/// The same where the decay may be decoupled: then it scales the parameter here and now.
template <typename Options>
Tensor gradient_of(const Tensor& param, const Options& o) {
  if (!o.decoupled_weight_decay()) return gradient_of(param, o.weight_decay(), o.maximize());
  if (o.weight_decay() != 0) param.mul_(1 - o.lr() * o.weight_decay());
  return gradient_of(param, 0, o.maximize());
}

/// A coalesced sparse gradient with other values.
Tensor with_values(const Tensor& sparse, const Tensor& values);

/// A tensor of a state, zeros like the parameter to begin with.
inline const Tensor& zeros_once(Tensor& kept, const Tensor& param) {
  if (!kept.defined()) kept = zeros_like(param);
  return kept;
}

/// The same as real numbers, each `value` to begin with.
Tensor full_once(Tensor& kept, const Tensor& param, double value);

/// The type that a tensor of a state has beside its parameter: the parameter's, as in PyTorch,
/// where both are of floating point; but counts and rates in memory have their own.
inline ScalarType type_beside(const Tensor& param, std::string_view name, const Tensor& value) {
  const bool follows =
      param.is_floating_point() && value.is_floating_point() && !name.ends_with("_tensor");
  return follows ? param.scalar_type() : value.scalar_type();
}

/// Throws where a step would be captured in a CUDA graph whose count of steps stays on the host.
template <typename State, typename Options>
void check_replayed_count(const Options& o, std::string_view who) {
  if constexpr (requires { o.capturable(); }) {
    HEARTH_CHECK_AS(
        ValueError, o.capturable(), "[", who,
        "] a step in a CUDA graph wants capturable(true): replays count no steps on the "
        "host");
  } else if constexpr (requires(const State& s) { s.step(); }) {
    throw NotImplementedError(cat_str("[", who,
                                      "] counts its steps on the host, so it cannot be in a CUDA "
                                      "graph; call step() after the replay"));
  }
}

/// Moves the count of steps to where the options want it, as they may have changed: to the state's
/// number, or with capturable to a tensor beside the parameter.
template <typename Options, typename State>
void place_count(const Options& o, State& state, const Tensor& param) {
  if (o.capturable() == state.step_tensor().defined()) return;
  if (o.capturable()) {
    state.step_tensor(full({}, state.step(), param.options().dtype(kLong)));
    state.step(0);
  } else {
    state.step(state.step_tensor().template item<int64_t>());
    state.step_tensor().reset();
  }
}

/// Counts a step of a parameter.
template <typename Options, typename State>
void count_step(const Options& o, State& state, const Tensor& param) {
  place_count(o, state, param);
  if (o.capturable()) {
    state.step_tensor().add_(1);
  } else {
    state.step(state.step() + 1);
  }
}
/// Calls f with the count of steps, a double, or with capturable a tensor of one.
template <typename Options, typename State, typename F>
void with_count(const Options& o, const State& state, F&& f) {
  if (o.capturable()) {
    f(state.step_tensor().to(kDouble));
  } else {
    f(static_cast<double>(state.step()));
  }
}
/// A number of a state that lies in memory: a 0-dim double beside the parameter, `value` at first.
inline Tensor& number_once(Tensor& kept, const Tensor& param, double value) {
  if (!kept.defined()) kept = full({}, value, TensorOptions(kDouble).device(param.device()));
  return kept;
}
/// Takes the number back into the state, once it is no longer to lie in memory.
inline double& number_back(double& number, Tensor& kept) {
  if (kept.defined()) number = kept.item<double>();
  kept.reset();
  return number;
}

// Arithmetic that is the same of numbers and of tensors of one number.
inline double power(double base, double exponent) { return std::pow(base, exponent); }
inline Tensor power(double base, const Tensor& exponent) { return pow(base, exponent); }
/// to += rate * a / b
inline void add_quotient(const Tensor& to, const Tensor& a, const Tensor& b, double rate) {
  to.addcdiv_(a, b, rate);
}
inline void add_quotient(const Tensor& to, const Tensor& a, const Tensor& b, const Tensor& rate) {
  to.addcdiv_(a * rate, b);
}

/// The tensors that a step op takes for each of many parameters: those of its row, in its order.
class StepArgs {
 public:
  void add(std::initializer_list<Tensor> tensors) {
    for (const Tensor& t : tensors) tensors_.push_back(real_parts(t));
  }
  /// `numbers`: those that come from memory instead of the fields; others are undefined.
  template <class Op>
  void run(const Op& op, std::vector<Tensor> numbers) const {
    if (tensors_.empty()) return;
    std::vector<Tensor> all(std::move(numbers));
    all.resize(ops::step_numbers<Op>);
    for (Tensor& number : all)
      if (number.defined()) number = number.to(tensors_[0].device(), number.scalar_type());
    all.insert(all.end(), tensors_.begin(), tensors_.end());
    invoke({Op::row(), &op, ArgList(all), {}, Bind::Fresh});
  }

 private:
  std::vector<Tensor> tensors_;
};

// ---- options

template <typename Derived>
std::unique_ptr<OptimizerOptions> OptimizerOptionsOf<Derived>::clone() const {
  return std::make_unique<Derived>(static_cast<const Derived&>(*this));
}
template <typename Derived>
void OptimizerOptionsOf<Derived>::serialize(serialize::InputArchive& archive) {
  serialize::read_args(archive, static_cast<Derived&>(*this));
}
template <typename Derived>
void OptimizerOptionsOf<Derived>::serialize(serialize::OutputArchive& archive) const {
  serialize::write_args(archive, static_cast<const Derived&>(*this));
}
template <typename Derived>
bool OptimizerOptionsOf<Derived>::equals(const OptimizerOptions& other) const {
  return equal_args(static_cast<const Derived&>(*this), static_cast<const Derived&>(other));
}
template <typename Derived>
double OptimizerOptionsOf<Derived>::get_lr() const {
  return static_cast<const Derived&>(*this).lr();
}
template <typename Derived>
void OptimizerOptionsOf<Derived>::set_lr(double lr) {
  auto& self = static_cast<Derived&>(*this);
  self.lr(lr);
  if constexpr (requires { self.lr_tensor(); })
    if (self.lr_tensor().defined()) self.lr_tensor().fill_(lr);
}

namespace detail {
/// The momentum or beta1 of options; null where there is neither.
template <typename Options>
auto* momentum_of(Options& options) {
  if constexpr (requires { options.momentum(); }) {
    return &options.momentum();
  } else if constexpr (requires { options.betas(); }) {
    return &std::get<0>(options.betas());
  } else {
    return static_cast<double*>(nullptr);
  }
}
}  // namespace detail

template <typename Derived>
double OptimizerOptionsOf<Derived>::get_momentum() const {
  const double* momentum = detail::momentum_of(static_cast<const Derived&>(*this));
  return momentum ? *momentum : OptimizerOptions::get_momentum();
}
template <typename Derived>
void OptimizerOptionsOf<Derived>::set_momentum(double value) {
  double* momentum = detail::momentum_of(static_cast<Derived&>(*this));
  if (!momentum) return OptimizerOptions::set_momentum(value);
  *momentum = value;
}

template <typename Derived>
void OptimizerOptionsOf<Derived>::inherit(const OptimizerOptions& other) {
  const auto* defaults = dynamic_cast<const Derived*>(&other);
  if (!defaults) return;
  auto& self = static_cast<Derived&>(*this);
  // SGD's rate has no default in PyTorch, but LibTorch compares with this one.
  const Derived fresh = [] {
    if constexpr (std::is_default_constructible_v<Derived>) {
      return Derived();
    } else {
      return Derived(1e-3);
    }
  }();
  // A rate is a number and maybe a tensor, of one origin.
  const Derived own = self;
  bool own_rate = own.lr() != fresh.lr();
  if constexpr (requires { own.lr_tensor(); }) own_rate |= own.lr_tensor().defined();
  for_each_arg(
      [](const char*, auto& value, const auto& unset, const auto& inherited) {
        if (hearth::detail::equal_arg(value, unset)) value = inherited;
      },
      self, fresh, *defaults);
  if (!own_rate) return;
  self.lr(own.lr());
  if constexpr (requires { own.lr_tensor(); }) self.lr_tensor(own.lr_tensor());
}

// ---- state

template <typename Derived>
std::unique_ptr<OptimizerParamState> OptimizerStateOf<Derived>::clone() const {
  return std::make_unique<Derived>(static_cast<const Derived&>(*this));
}
template <typename Derived>
void OptimizerStateOf<Derived>::serialize(serialize::InputArchive& archive) {
  serialize::read_args(archive, static_cast<Derived&>(*this));
}
template <typename Derived>
void OptimizerStateOf<Derived>::serialize(serialize::OutputArchive& archive) const {
  serialize::write_args(archive, static_cast<const Derived&>(*this));
}
template <typename Derived>
bool OptimizerStateOf<Derived>::equals(const OptimizerParamState& other) const {
  return equal_args(static_cast<const Derived&>(*this), static_cast<const Derived&>(other));
}

// ---- the optimizer

template <typename Options, typename State>
OptimizerOf<Options, State>::OptimizerOf(std::vector<OptimizerParamGroup> groups, Options defaults)
    : Optimizer(std::move(groups), std::make_unique<Options>(std::move(defaults))) {}
template <typename Options, typename State>
OptimizerOf<Options, State>::OptimizerOf(std::vector<Tensor> params, Options defaults)
    : OptimizerOf(one_group(std::move(params)), std::move(defaults)) {}
template <typename Options, typename State>
OptimizerOf<Options, State>::OptimizerOf(std::vector<OptimizerParamGroup> groups,
                                         std::unique_ptr<OptimizerOptions> defaults)
    : Optimizer(std::move(groups), std::move(defaults)) {}
template <typename Options, typename State>
OptimizerOf<Options, State>::~OptimizerOf() = default;

template <typename Options, typename State>
Tensor OptimizerOf<Options, State>::step(LossClosure closure) {
  const StepScope hooks(*this);
  const Tensor loss = call_closure(closure);
  const NoGradGuard no_grad;
  std::vector<Tensor> params;
  const bool replayed = will_replay_in_place();
  for (const OptimizerParamGroup& group : param_groups_) {
    if (replayed) check_replayed_count<State>(static_cast<const Options&>(group.options()), name());
    params.clear();
    for (const Tensor& p : group.params()) {
      if (!p.grad().defined()) continue;
      if (!takes_sparse()) refuse_sparse(p.grad(), name());
      params.push_back(p);
    }
    update(static_cast<const Options&>(group.options()), params);
  }
  return loss;
}

template <typename Options, typename State>
State& OptimizerOf<Options, State>::state_of(const Tensor& param) {
  std::unique_ptr<OptimizerParamState>& slot = state_[param.unsafeGetTensorImpl()];
  if (!slot) {
    HEARTH_CHECK_AS(
        ValueError, !will_replay_in_place(), "[", name(),
        "] expected a step before the one in a CUDA graph: each replay would begin with "
        "the state that this one makes");
    slot = make_state();
  }
  State& state = static_cast<State&>(*slot);
  for_each_arg(
      [&](std::string_view name, auto& value) {
        if constexpr (std::is_same_v<decltype(value), Tensor&>) {
          if (!value.defined()) return;
          const ScalarType type = type_beside(param, name, value);
          if (value.device() != param.device() || value.scalar_type() != type)
            value = value.to(param.device(), type);
        }
      },
      state);
  return state;
}

template <typename Options, typename State>
std::unique_ptr<OptimizerParamState> OptimizerOf<Options, State>::make_state() const {
  return std::make_unique<State>();
}

/// Defines all of the above for one optimizer. In namespace hearth::optim.
#define HEARTH_DEFINE_OPTIMIZER(Options, State) \
  template class OptimizerStateOf<State>;       \
  HEARTH_DEFINE_OPTIMIZER_OF(Options, State)
/// Without the state, which it shares with another.
#define HEARTH_DEFINE_OPTIMIZER_OF(Options, State)       \
  template class OptimizerOptionsOf<Options>;            \
  template <>                                            \
  std::string_view OptimizerOf<Options, State>::name() { \
    constexpr std::string_view options = #Options;       \
    return options.substr(0, options.find("Options"));   \
  }                                                      \
  template class OptimizerOf<Options, State>;

}  // namespace hearth::optim
