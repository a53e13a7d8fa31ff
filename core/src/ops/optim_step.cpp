// SPDX-License-Identifier: Apache-2.0
#include "ops/optim_step.h"

#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"

namespace hearth::ops {

HEARTH_DEFINE_OP(SgdStep)
HEARTH_DEFINE_OP(AdamStep)

namespace {

/// Checks a step's tensors and returns the groups among them.
template <class Op>
Args check_groups(Args all) {
  constexpr const OpInfo& info = Op::info;
  HEARTH_CHECK_AS(ValueError, all.size() >= step_numbers<Op>, "[", info.name, "] expected ",
                  step_numbers<Op>, " numbers before the groups, got ", all.size(), " tensors");
  for (size_t i = 0; i < step_numbers<Op>; ++i)
    HEARTH_CHECK_AS(ShapeError, !all[i].defined() || impl(all[i]).dim() == 0, "[", info.name, "] ",
                    info.args[i].name, " must be a 0-dim tensor, got sizes ", all[i].sizes());
  const Args in = all.from(step_numbers<Op>);
  HEARTH_CHECK_AS(ValueError, in.size() % info.tail == 0, "[", info.name, "] expected groups of ",
                  int{info.tail}, " tensors, got ", in.size(), " tensors");
  for (size_t i = 0; i < in.size(); ++i) {
    const TensorImpl& parameter = impl(in[i - i % info.tail]);
    if (i % info.tail == 0)
      HEARTH_CHECK_AS(DtypeError, is_floating_point(parameter.dtype), "[", info.name,
                      "] expected floating point parameters, got ", parameter.dtype);
    if (!in[i].defined()) continue;
    const TensorImpl& t = impl(in[i]);
    HEARTH_CHECK_AS(ShapeError, t.sizes == parameter.sizes, "[", info.name,
                    "] a parameter of shape ", parameter.sizes.ref(),
                    " came with a tensor of shape ", t.sizes.ref(), " as its gradient or state");
    HEARTH_CHECK_AS(DtypeError, t.dtype == parameter.dtype, "[", info.name,
                    "] a parameter of type ", parameter.dtype, " came with a tensor of type ",
                    t.dtype, " as its gradient or state");
  }
  return in;
}

/// lr or, from memory, what stands for it.
Tensor number_of(const Tensor& memory, double field) {
  return memory.defined() ? memory.to(kDouble)
                          : scalar_tensor(field, TensorOptions(kDouble).device(kCPU));
}

}  // namespace

Specs SgdStep::infer(Args in) const {
  check_groups<SgdStep>(in);
  return {};
}

Tensors SgdStep::decompose(Args all) const {
  const Args in = check_groups<SgdStep>(all);
  const Tensor rate = number_of(all[0], lr);
  for (size_t i = 0; i < in.size(); i += info.tail) {
    const Tensor &p = in[i], &buffer = in[i + 2];
    Tensor g = maximize ? -in[i + 1] : in[i + 1];
    if (weight_decay != 0) g = g.add(p, weight_decay);
    if (buffer.defined()) {
      if (first) {
        buffer.copy_(g);
      } else {
        buffer.mul_(momentum).add_(g, 1 - dampening);
      }
      g = nesterov ? g.add(buffer, momentum) : buffer;
    }
    p.addcmul_(g, rate, -1);
  }
  return {};
}

Specs AdamStep::infer(Args in) const {
  check_groups<AdamStep>(in);
  return {};
}

Tensors AdamStep::decompose(Args all) const {
  const Args in = check_groups<AdamStep>(all);
  const Tensor n = number_of(all[0], static_cast<double>(step)), rate = number_of(all[1], lr);
  const Tensor correction1 = 1 - pow(beta1, n), correction2 = (1 - pow(beta2, n)).sqrt();
  for (size_t i = 0; i < in.size(); i += info.tail) {
    const Tensor &p = in[i], &mean = in[i + 2], &square = in[i + 3], &largest = in[i + 4];
    Tensor g = maximize ? -in[i + 1] : in[i + 1];
    if (weight_decay != 0) {
      if (decoupled) {
        p.mul_(1 - rate * weight_decay);
      } else {
        g = g.add(p, weight_decay);
      }
    }
    mean.lerp_(g, 1 - beta1);
    square.mul_(beta2).addcmul_(g, g, 1 - beta2);
    if (largest.defined()) largest.copy_(largest.maximum(square));
    const Tensor root = (largest.defined() ? largest : square).sqrt();
    p.addcmul_(mean.div(root.div(correction2).add(eps)), rate / correction1, -1);
  }
  return {};
}

}  // namespace hearth::ops
