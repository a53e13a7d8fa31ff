// SPDX-License-Identifier: Apache-2.0
#include "hearth/optim/sgd.h"

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
  visit("momentum", o.momentum());
  visit("dampening", o.dampening());
  visit("weight_decay", o.weight_decay());
  visit("nesterov", o.nesterov());
  visit("maximize", o.maximize());
}

auto tied(const SGDOptions& o) {
  return std::make_tuple(o.lr(), o.momentum(), o.dampening(), o.weight_decay(), o.nesterov(),
                         o.maximize());
}

}  // namespace

SGDOptions::SGDOptions(double lr) : lr_(lr) {}
SGDOptions::~SGDOptions() = default;
void SGDOptions::serialize(serialize::InputArchive& archive) {
  options_fields(*this, FieldReader{archive});
}
void SGDOptions::serialize(serialize::OutputArchive& archive) const {
  options_fields(*this, FieldWriter{archive});
}
bool operator==(const SGDOptions& a, const SGDOptions& b) { return tied(a) == tied(b); }

SGDParamState::~SGDParamState() = default;
void SGDParamState::serialize(serialize::InputArchive& archive) {
  FieldReader{archive}("momentum_buffer", momentum_buffer());
}
void SGDParamState::serialize(serialize::OutputArchive& archive) const {
  FieldWriter{archive}("momentum_buffer", momentum_buffer());
}
bool operator==(const SGDParamState& a, const SGDParamState& b) {
  return equal_if_defined(a.momentum_buffer(), b.momentum_buffer());
}

SGD::SGD(std::vector<OptimizerParamGroup> groups, SGDOptions defaults)
    : Optimizer({}, std::make_unique<SGDOptions>(std::move(defaults))) {
  check_options(*defaults_);
  for (auto& group : groups) add_param_group(std::move(group));
}
SGD::SGD(std::vector<Tensor> params, SGDOptions defaults)
    : SGD(one_group(std::move(params)), std::move(defaults)) {}
SGD::~SGD() = default;

std::unique_ptr<OptimizerParamState> SGD::make_state() const {
  return std::make_unique<SGDParamState>();
}

void SGD::check_options(const OptimizerOptions& options) const {
  const auto& o = static_cast<const SGDOptions&>(options);
  check_not_negative("SGD", "learning rate", o.lr());
  check_not_negative("SGD", "momentum value", o.momentum());
  check_not_negative("SGD", "weight_decay value", o.weight_decay());
  HEARTH_CHECK_AS(ValueError, !o.nesterov() || (o.momentum() > 0 && o.dampening() == 0),
                  "[SGD] Nesterov momentum requires a momentum and zero dampening, got momentum ",
                  o.momentum(), " and dampening ", o.dampening());
}

Tensor SGD::step(LossClosure closure) {
  const Tensor loss = call_closure(closure);
  NoGradGuard no_grad;
  for (const OptimizerParamGroup& group : param_groups_) {
    const auto& o = static_cast<const SGDOptions&>(group.options());
    const bool momentum = o.momentum() != 0;
    // A parameter's first momentum is its gradient, and parameters may join later than others.
    std::vector<Tensor> first, later;
    for (const Tensor& p : group.params()) {
      if (!p.grad().defined()) continue;
      Tensor buffer;
      bool fresh = false;
      if (momentum) {
        auto& state = state_of<SGDParamState>(state_, p);
        fresh = !state.momentum_buffer().defined();
        if (fresh) state.momentum_buffer(zeros_like(p));
        buffer = state.momentum_buffer();
      }
      append(fresh ? first : later, {p, p.grad(), buffer});
    }
    ops::SgdStep op{o.lr(),       o.momentum(), o.dampening(), o.weight_decay(),
                    o.nesterov(), o.maximize(), false};
    run_step(op, later);
    op.first = true;
    run_step(op, first);
  }
  return loss;
}

}  // namespace hearth::optim
