// SPDX-License-Identifier: Apache-2.0
#include "ops/batch_norm_act.h"

#include "hearth/ops/normalization.h"
#include "hearth/ops/pointwise.h"

#include "ops/normalization.h"

namespace hearth {

namespace ops {

HEARTH_DEFINE_OP(BatchNormAct)
HEARTH_DEFINE_OP(BatchNormActBackward)

namespace {

void check_residual(std::string_view op, const Tensor& input, const Tensor& residual) {
  if (!residual.defined()) return;
  HEARTH_CHECK_AS(ShapeError, impl(residual).sizes == impl(input).sizes, "[", op,
                  "] expected a residual of the input's shape ", input.sizes(), ", got ",
                  residual.sizes());
  HEARTH_CHECK_AS(DtypeError, impl(residual).dtype == impl(input).dtype, "[", op,
                  "] expected a residual of the input's type (", input.scalar_type(), "), got ",
                  residual.scalar_type());
}

/// What the gradient g of activated(z) makes of z.
Tensor activation_gradient(ConvActivation activation, const Tensor& g, const Tensor& z) {
  switch (activation) {
    case ConvActivation::ReLU:
      return g.masked_fill(z <= 0, 0);
    case ConvActivation::ReLU6:
      return g.masked_fill((z <= 0).logical_or(z >= 6), 0);
    case ConvActivation::SiLU: {
      const Tensor s = sigmoid(z);
      return g * (s * (1 + z * (1 - s)));
    }
    case ConvActivation::Hardswish:
      return where(z < 3, g * (z / 3 + 0.5), g).masked_fill(z <= -3, 0);
    default:
      return g;
  }
}

}  // namespace

Specs BatchNormAct::infer(Args in) const {
  check_residual(info.name, in[0], in[5]);
  return norm().infer(in);
}

Tensors BatchNormAct::decompose(Args in) const {
  std::array<Tensor, 3> out = invoke_n<3>(norm(), wide(in[0]), in[1], in[2], in[3], in[4]);
  Tensor y = std::move(out[0]);
  if (in[5].defined()) y = y.add_(wide(in[5]));
  y = activation == ConvActivation::ReLU ? y.relu_() : activated(y, activation);
  return {y.to(in[0].scalar_type()), std::move(out[1]), std::move(out[2])};
}

Grads BatchNormAct::vjp(const Saved& s, Args g, NeedMask need) const {
  Grads grads(6);
  if (activation == ConvActivation::None) {
    grads = wanted(invoke_n<3>(BatchNormBackward{training, eps, need[0], need[1], need[2]}, g[0],
                               s.in(0), s.out(1), s.out(2), s.in(1)),
                   need, 6);
    if (need[5]) grads[5] = g[0];
    return grads;
  }
  auto all = invoke_n<4>(
      BatchNormActBackward{training, eps, activation, need[0], need[1], need[2], need[5]}, g[0],
      s.in(0), s.out(1), s.out(2), s.in(1), s.in(2), s.in(5));
  const size_t places[] = {0, 1, 2, 5};
  for (size_t i = 0; i < 4; ++i)
    if (need[places[i]]) grads[places[i]] = std::move(all[i]);
  return grads;
}

Specs BatchNormActBackward::infer(Args in) const {
  check_residual(info.name, in[1], in[6]);
  check_channels(info.name, in[1], "bias", in[5]);
  Specs out = norm().infer(in);
  out.out.push_back(need_residual ? Spec::like(in[1])
                                  : Spec({0}, impl(in[1]).dtype, impl(in[1]).device));
  return out;
}

Tensors BatchNormActBackward::decompose(Args in) const {
  const Tensor x = wide(in[1]);
  Moments m{by_channel(in[2].detach(), x), by_channel(in[3].detach(), x), {}};
  if (training) m = moments_of(x, all_but_channels(x), eps);
  Tensor z = scaled((x - m.mean) * m.rstd, by_channel(in[4], x), by_channel(in[5], x));
  if (in[6].defined()) z = z + wide(in[6]);
  const Tensor g = activation_gradient(activation, wide(in[0]), z);
  auto all = invoke_n<3>(norm(), g, x, in[2], in[3], in[4]);
  const ScalarType type = in[1].scalar_type();
  return {all[0].to(type), std::move(all[1]), std::move(all[2]), or_empty(need_residual, g, type)};
}

}  // namespace ops

Tensor batch_norm_act(const Tensor& input, const Tensor& weight, const Tensor& bias,
                      const Tensor& running_mean, const Tensor& running_var, const Tensor& residual,
                      const BatchNormActOptions& options) {
  if (!residual.defined() && options.activation() == ConvActivation::None)
    return batch_norm(input, weight, bias, running_mean, running_var, options.training(),
                      options.momentum(), options.eps());
  if (input.defined() && input.numel() == 0) {
    const Tensor y = batch_norm(input, weight, bias, running_mean, running_var, options.training(),
                                options.momentum(), options.eps());
    ops::check_residual("batch_norm_act", input, residual);
    return ops::activated(residual.defined() ? y + residual : y, options.activation());
  }
  return invoke_n<3>(ops::BatchNormAct{options.training(), options.momentum(), options.eps(),
                                       options.activation()},
                     input, weight, bias, running_mean, running_var, residual)[0];
}

}  // namespace hearth
