// SPDX-License-Identifier: Apache-2.0
#include "hearth/optim/optimizer.h"

#include <typeinfo>
#include <unordered_set>

#include "hearth/autograd/grad_mode.h"
#include "hearth/base/warning.h"
#include "hearth/io/archive.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/sparse.h"

#include "optim/optimizer_of.h"

namespace hearth::optim {

// ---- options, states, groups

OptimizerParamState::~OptimizerParamState() = default;
std::unique_ptr<OptimizerParamState> OptimizerParamState::clone() const {
  throw NotImplementedError(
      "clone() has not been implemented for this OptimizerParamState; subclass "
      "OptimizerCloneableParamState<YourState> instead");
}
void OptimizerParamState::serialize(serialize::InputArchive&) {
  throw NotImplementedError("serialize() has not been implemented for this OptimizerParamState");
}
void OptimizerParamState::serialize(serialize::OutputArchive&) const {
  throw NotImplementedError("serialize() has not been implemented for this OptimizerParamState");
}

bool OptimizerParamState::equals(const OptimizerParamState&) const {
  throw NotImplementedError("equals() has not been implemented for this OptimizerParamState");
}
bool operator==(const OptimizerParamState& a, const OptimizerParamState& b) {
  return typeid(a) == typeid(b) && a.equals(b);
}

OptimizerOptions::~OptimizerOptions() = default;
std::unique_ptr<OptimizerOptions> OptimizerOptions::clone() const {
  throw NotImplementedError(
      "clone() has not been implemented for this OptimizerOptions; subclass "
      "OptimizerCloneableOptions<YourOptions> instead");
}
void OptimizerOptions::serialize(serialize::InputArchive&) {
  throw NotImplementedError("serialize() has not been implemented for this OptimizerOptions");
}
void OptimizerOptions::serialize(serialize::OutputArchive&) const {
  throw NotImplementedError("serialize() has not been implemented for this OptimizerOptions");
}
bool OptimizerOptions::equals(const OptimizerOptions&) const {
  throw NotImplementedError("equals() has not been implemented for this OptimizerOptions");
}
bool operator==(const OptimizerOptions& a, const OptimizerOptions& b) {
  return typeid(a) == typeid(b) && a.equals(b);
}
void OptimizerOptions::check() const {}
double OptimizerOptions::get_lr() const {
  throw NotImplementedError("get_lr() has not been implemented for this OptimizerOptions");
}
void OptimizerOptions::set_lr(double) {
  throw NotImplementedError("set_lr() has not been implemented for this OptimizerOptions");
}
double OptimizerOptions::get_momentum() const {
  throw NotImplementedError("[get_momentum] this optimizer has neither momentum nor beta1");
}
void OptimizerOptions::inherit(const OptimizerOptions&) {}
void OptimizerOptions::set_momentum(double) {
  throw NotImplementedError("[set_momentum] this optimizer has neither momentum nor beta1");
}

OptimizerParamGroup::OptimizerParamGroup(const OptimizerParamGroup& other)
    : params_(other.params_), options_(other.options_ ? other.options_->clone() : nullptr) {}
OptimizerOptions& OptimizerParamGroup::options() {
  HEARTH_CHECK(has_options(), "[OptimizerParamGroup] this group has no options yet");
  return *options_;
}
const OptimizerOptions& OptimizerParamGroup::options() const {
  HEARTH_CHECK(has_options(), "[OptimizerParamGroup] this group has no options yet");
  return *options_;
}

// ---- the base

Optimizer::Optimizer(std::vector<OptimizerParamGroup> groups,
                     std::unique_ptr<OptimizerOptions> defaults)
    : defaults_(std::move(defaults)) {
  HEARTH_CHECK_AS(ValueError, defaults_, "[Optimizer] expected default options, got none");
  defaults_->check();
  for (OptimizerParamGroup& group : groups) add_param_group(std::move(group));
}
Optimizer::~Optimizer() = default;

void Optimizer::add_param_group(OptimizerParamGroup group) {
  if (group.has_options()) {
    group.options().inherit(*defaults_);
  } else {
    group.set_options(defaults_->clone());
  }
  group.options().check();
  std::unordered_set<const TensorImpl*> seen;
  for (const OptimizerParamGroup& other : param_groups_)
    for (const Tensor& p : other.params()) seen.insert(p.unsafeGetTensorImpl());
  for (const Tensor& p : group.params()) {
    HEARTH_CHECK_AS(ValueError, p.defined(), "[Optimizer] a parameter is undefined");
    HEARTH_CHECK_AS(ValueError, p.is_leaf(), "[Optimizer] can't optimize a non-leaf Tensor");
    HEARTH_CHECK_AS(ValueError, seen.insert(p.unsafeGetTensorImpl()).second,
                    "[Optimizer] some parameters appear in more than one parameter group");
  }
  param_groups_.push_back(std::move(group));
}

void Optimizer::add_parameters(const std::vector<Tensor>& parameters) {
  HEARTH_WARN("Optimizer::add_parameters() will be removed; use add_param_group");
  if (param_groups_.empty()) return add_param_group(parameters);
  // As a group of its own, it is checked against those there are.
  add_param_group(parameters);
  std::vector<Tensor>& first = param_groups_.front().params();
  first.insert(first.end(), parameters.begin(), parameters.end());
  param_groups_.pop_back();
}
const std::vector<Tensor>& Optimizer::parameters() const {
  HEARTH_WARN("Optimizer::parameters() will be removed; use param_groups");
  return param_groups_.at(0).params();
}

void Optimizer::zero_grad(bool set_to_none) {
  for (OptimizerParamGroup& group : param_groups_) {
    for (const Tensor& p : group.params()) {
      Tensor& grad = p.mutable_grad();
      if (!grad.defined()) continue;
      if (set_to_none) {
        grad.reset();
      } else {
        grad = grad.detach();
        grad.zero_();
      }
    }
  }
}

size_t Optimizer::size() const {
  size_t n = 0;
  for (const OptimizerParamGroup& group : param_groups_) n += group.params().size();
  return n;
}

std::unique_ptr<OptimizerParamState> Optimizer::make_state() const { return nullptr; }

// ---- saving: "param_groups/0/options/lr", "state/3/exp_avg", parameters counted over all groups

void Optimizer::save(serialize::OutputArchive& archive) const {
  serialize::OutputArchive groups, states;
  int64_t index = 0;
  for (size_t g = 0; g < param_groups_.size(); ++g) {
    serialize::OutputArchive group, options;
    param_groups_[g].options().serialize(options);
    group.write("params", static_cast<int64_t>(param_groups_[g].params().size()));
    group.write("options", options);
    if (const auto& lr = param_groups_[g].options().initial_lr) group.write("initial_lr", *lr);
    groups.write(std::to_string(g), group);
    for (const Tensor& p : param_groups_[g].params()) {
      const auto found = state_.find(p.unsafeGetTensorImpl());
      if (found != state_.end()) {
        serialize::OutputArchive state;
        found->second->serialize(state);
        states.write(std::to_string(index), state);
      }
      ++index;
    }
  }
  archive.write("param_group_count", static_cast<int64_t>(param_groups_.size()));
  archive.write("param_groups", groups);
  archive.write("state", states);
}

void Optimizer::load(serialize::InputArchive& archive) {
  int64_t count = 0;
  archive.read("param_group_count", count);
  HEARTH_CHECK_AS(ValueError, count == static_cast<int64_t>(param_groups_.size()),
                  "[Optimizer] loaded state dict has a different number of parameter groups: ",
                  count, ", this optimizer has ", param_groups_.size());
  serialize::InputArchive groups, states;
  archive.read("param_groups", groups);
  archive.try_read("state", states);
  std::vector<std::unique_ptr<OptimizerOptions>> new_options;
  StateMap new_state;
  int64_t index = 0;
  for (size_t g = 0; g < param_groups_.size(); ++g) {
    const std::vector<Tensor>& params = param_groups_[g].params();
    serialize::InputArchive group, options;
    groups.read(std::to_string(g), group);
    int64_t size = 0;
    group.read("params", size);
    HEARTH_CHECK_AS(ValueError, size == static_cast<int64_t>(params.size()),
                    "[Optimizer] loaded state dict contains a parameter group that has a size that "
                    "doesn't match the size of optimizer's parameter group: ",
                    size, " in group ", g, ", this optimizer has ", params.size());
    group.read("options", options);
    new_options.push_back(param_groups_[g].options().clone());
    new_options.back()->serialize(options);
    new_options.back()->check();
    serialize::Value initial_lr;
    new_options.back()->initial_lr.reset();
    if (group.try_read("initial_lr", initial_lr))
      new_options.back()->initial_lr = initial_lr.toDouble();
    for (const Tensor& p : params) {
      serialize::InputArchive state;
      if (states.try_read(std::to_string(index++), state)) {
        std::unique_ptr<OptimizerParamState> fresh = make_state();
        HEARTH_CHECK_AS(NotImplementedError, fresh,
                        "[Optimizer] override make_state() to load saved states");
        state.set_device(p.device());
        fresh->serialize(state);
        new_state[p.unsafeGetTensorImpl()] = std::move(fresh);
      }
    }
  }
  for (size_t g = 0; g < param_groups_.size(); ++g)
    param_groups_[g].set_options(std::move(new_options[g]));
  state_ = std::move(new_state);
}

serialize::OutputArchive& operator<<(serialize::OutputArchive& archive,
                                     const Optimizer& optimizer) {
  optimizer.save(archive);
  return archive;
}
serialize::InputArchive& operator>>(serialize::InputArchive& archive, Optimizer& optimizer) {
  optimizer.load(archive);
  return archive;
}

// ---- for the steps

std::vector<OptimizerParamGroup> one_group(std::vector<Tensor> params) {
  std::vector<OptimizerParamGroup> groups;
  groups.emplace_back(std::move(params));
  return groups;
}

Tensor call_closure(const LossClosure& closure) {
  if (!closure) return {};
  AutoGradMode grad(true);
  return closure();
}

void check_not_negative(std::string_view who, std::string_view what, double value) {
  HEARTH_CHECK_AS(ValueError, value >= 0, "[", who, "] Invalid ", what, ": ", value,
                  "; expected 0 or more");
}

void refuse_sparse(const Tensor& grad, std::string_view who) {
  HEARTH_CHECK(
      grad.layout() == kStrided, "[", who, "] ", who, " does not support sparse gradients",
      who.starts_with("Adam") && who != "Adamax" ? ", please consider SparseAdam instead" : "");
}

void check_betas(std::string_view who, const std::tuple<double, double>& betas) {
  const auto check = [&](int index, double beta) {
    HEARTH_CHECK_AS(ValueError, beta >= 0 && beta < 1, "[", who,
                    "] Invalid beta parameter at index ", index, ": ", beta,
                    "; expected a value in [0, 1)");
  };
  check(0, std::get<0>(betas));
  check(1, std::get<1>(betas));
}

Tensor gradient_of(const Tensor& param, double weight_decay, bool maximize) {
  Tensor g = real_parts(maximize ? -param.grad() : param.grad());
  HEARTH_CHECK(weight_decay == 0 || g.layout() == kStrided,
               "[gradient] weight_decay option is not compatible with sparse gradients");
  return weight_decay != 0 ? g.add(real_parts(param), weight_decay) : g;
}

Tensor with_values(const Tensor& sparse, const Tensor& values) {
  return _sparse_coo_tensor_unsafe(sparse._indices(), values, sparse.sizes(), {}, true);
}

Tensor full_once(Tensor& kept, const Tensor& param, double value) {
  const bool fresh = !kept.defined();
  Tensor parts = real_parts(zeros_once(kept, param));
  if (fresh && value != 0) parts.fill_(value);
  return parts;
}

}  // namespace hearth::optim
