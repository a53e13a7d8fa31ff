// SPDX-License-Identifier: Apache-2.0
#include "hearth/optim/sgd.h"

#include "hearth/ops/pointwise.h"

#include "ops/optim_step.h"
#include "optim/optimizer_of.h"

namespace hearth::optim {

HEARTH_DEFINE_OPTIMIZER(SGDOptions, SGDParamState)

void SGDOptions::check() const {
  check_not_negative("SGD", "learning rate", lr());
  check_not_negative("SGD", "momentum value", momentum());
  check_not_negative("SGD", "weight_decay value", weight_decay());
  HEARTH_CHECK_AS(ValueError, !nesterov() || (momentum() > 0 && dampening() == 0),
                  "[SGD] Nesterov momentum requires a momentum and zero dampening, got momentum ",
                  momentum(), " and dampening ", dampening());
}

void SGD::update(const SGDOptions& o, const std::vector<Tensor>& params) {
  ops::SgdStep op{.lr = o.lr(),
                  .momentum = o.momentum(),
                  .dampening = o.dampening(),
                  .weight_decay = o.weight_decay(),
                  .nesterov = o.nesterov(),
                  .maximize = o.maximize()};
  // A parameter's first momentum is its gradient, and parameters may join later than others.
  StepArgs first, later;
  for (const Tensor& p : params) {
    if (p.grad().is_sparse()) {
      update_sparse(o, p);
      continue;
    }
    if (o.momentum() == 0) {
      later.add({p, p.grad(), {}});
      continue;
    }
    Tensor& buffer = state_of(p).momentum_buffer();
    const bool fresh = !buffer.defined();
    (fresh ? first : later).add({p, p.grad(), zeros_once(buffer, p)});
  }
  later.run(op, {o.lr_tensor()});
  op.first = true;
  first.run(op, {o.lr_tensor()});
}

void SGD::update_sparse(const SGDOptions& o, const Tensor& p) {
  Tensor change = gradient_of(p, o.weight_decay(), o.maximize());
  if (o.momentum() != 0) {
    Tensor& buffer = state_of(p).momentum_buffer();
    const bool fresh = !buffer.defined();
    zeros_once(buffer, p).mul_(o.momentum()).add_(change, fresh ? 1 : 1 - o.dampening());
    change = o.nesterov() ? buffer * o.momentum() + change : buffer;
  }
  if (o.lr_tensor().defined()) {
    p.add_(change * o.lr_tensor(), -1);
  } else {
    p.add_(change, -o.lr());
  }
}

}  // namespace hearth::optim
