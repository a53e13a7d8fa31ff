// SPDX-License-Identifier: Apache-2.0
#include "ops/optim_step.h"

#include <cmath>

#include "hearth/ops/pointwise.h"

namespace hearth::ops {

HEARTH_DEFINE_OP(SgdStep)
HEARTH_DEFINE_OP(AdamStep)

namespace {

void check_groups(const OpInfo& info, Args in) {
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
}

}  // namespace

Specs SgdStep::infer(Args in) const {
  check_groups(info, in);
  return {};
}

Tensors SgdStep::decompose(Args in) const {
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
    p.add_(g, -lr);
  }
  return {};
}

Specs AdamStep::infer(Args in) const {
  check_groups(info, in);
  return {};
}

Tensors AdamStep::decompose(Args in) const {
  const double correction1 = 1 - std::pow(beta1, static_cast<double>(step));
  const double correction2 = std::sqrt(1 - std::pow(beta2, static_cast<double>(step)));
  for (size_t i = 0; i < in.size(); i += info.tail) {
    const Tensor &p = in[i], &mean = in[i + 2], &square = in[i + 3], &largest = in[i + 4];
    Tensor g = maximize ? -in[i + 1] : in[i + 1];
    if (weight_decay != 0) {
      if (decoupled) {
        p.mul_(1 - lr * weight_decay);
      } else {
        g = g.add(p, weight_decay);
      }
    }
    mean.lerp_(g, 1 - beta1);
    square.mul_(beta2).addcmul_(g, g, 1 - beta2);
    if (largest.defined()) largest.copy_(largest.maximum(square));
    const Tensor root = (largest.defined() ? largest : square).sqrt();
    p.addcdiv_(mean, root.div(correction2).add(eps), -lr / correction1);
  }
  return {};
}

}  // namespace hearth::ops
