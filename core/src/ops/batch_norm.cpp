// SPDX-License-Identifier: Apache-2.0
#include "ops/batch_norm.h"

#include "hearth/autograd/grad_mode.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/normalization.h"
#include "hearth/ops/pointwise.h"

#include "ops/normalization.h"

namespace hearth {

namespace ops {

HEARTH_DEFINE_OP(BatchNorm)
HEARTH_DEFINE_OP(BatchNormBackward)

namespace {

Spec vector_spec(int64_t n, const Tensor& like, ScalarType type) {
  return Spec({n}, type, impl(like).device);
}

}  // namespace

Specs BatchNorm::infer(Args in) const {
  const ScalarType type = check_float(info.name, in[0]);
  const TensorImpl& x = impl(in[0]);
  HEARTH_CHECK_AS(ShapeError, x.dim() >= 2, "[", info.name,
                  "] expected an input of shape [N, C, ...], got ", x.sizes.ref());
  const char* names[] = {"weight", "bias", "running_mean", "running_var"};
  for (size_t i = 0; i < 4; ++i) check_channels(info.name, in[0], names[i], in[i + 1]);
  HEARTH_CHECK_AS(ValueError, training || (in[3].defined() && in[4].defined()), "[", info.name,
                  "] Expected running_mean and running_var to be defined when training=false");
  Specs out(Spec::like(in[0]), type);
  out.out.push_back(vector_spec(x.sizes[1], in[0], type));
  out.out.push_back(vector_spec(x.sizes[1], in[0], type));
  return out;
}

Tensors BatchNorm::decompose(Args in) const {
  const Tensor x = wide(in[0]);
  const DimVector dims = all_but_channels(x);
  Moments m;
  if (training) {
    m = moments_of(x, dims, eps);
    const NoGradGuard no_grad;
    const double n = static_cast<double>(x.numel()) / static_cast<double>(x.size(1));
    const auto move = [&](const Tensor& running, const Tensor& now, double factor) {
      if (running.defined())
        running.copy_(wide(running) * (1 - momentum) + now.flatten() * (momentum * factor));
    };
    move(in[3], m.mean, 1);
    move(in[4], m.var, n / (n - 1));
  } else {
    m = {by_channel(in[3].detach(), x), (by_channel(in[4].detach(), x) + eps).rsqrt(), {}};
  }
  const Tensor y = scaled((x - m.mean) * m.rstd, by_channel(in[1], x), by_channel(in[2], x));
  return {y.to(in[0].scalar_type()), m.mean.flatten().to(x.scalar_type()),
          m.rstd.flatten().to(x.scalar_type())};
}

Grads BatchNorm::vjp(const Saved& s, Args g, NeedMask need) const {
  return wanted(invoke_n<3>(BatchNormBackward{training, eps, need[0], need[1], need[2]}, g[0],
                            s.in(0), s.out(1), s.out(2), s.in(1)),
                need, 5);
}

Specs BatchNormBackward::infer(Args in) const {
  check_backward(info.name, in[0], in[1], in[2], in[3], impl(in[1]).sizes[1]);
  return gradient_specs(in[1], {impl(in[1]).sizes[1]}, need_input, need_weight, need_bias);
}

Tensors BatchNormBackward::decompose(Args in) const {
  const Tensor g = wide(in[0]), x = wide(in[1]), weight = by_channel(in[4], x);
  const DimVector dims = all_but_channels(x);
  Moments m{by_channel(in[2].detach(), x), by_channel(in[3].detach(), x), {}};
  if (training) m = moments_of(x, dims, eps);
  const Tensor normal = (x - m.mean) * m.rstd;
  Tensor dx = g;
  if (training) dx = g - mean_of(g, dims) - normal * mean_of(g * normal, dims);
  return {or_empty(need_input, scaled(dx * m.rstd, weight, {}), in[1].scalar_type()),
          or_empty(need_weight, (g * normal).sum(dims), x.scalar_type()),
          or_empty(need_bias, g.sum(dims), x.scalar_type())};
}

}  // namespace ops

Tensor batch_norm(const Tensor& input, const std::optional<Tensor>& weight,
                  const std::optional<Tensor>& bias, const std::optional<Tensor>& running_mean,
                  const std::optional<Tensor>& running_var, bool training, double momentum,
                  double eps, bool) {
  if (input.defined() && input.numel() == 0) {
    // Nothing was seen: running statistics stay, and any shape will do.
    Tensor out = input.clone();
    if (weight && weight->defined()) out = out * weight->select(0, 0);
    if (bias && bias->defined()) out = out + bias->select(0, 0);
    return out;
  }
  return invoke_n<3>(ops::BatchNorm{training, momentum, eps}, input, ops::or_undefined(weight),
                     ops::or_undefined(bias), ops::or_undefined(running_mean),
                     ops::or_undefined(running_var))[0];
}

std::tuple<Tensor, Tensor, Tensor> native_batch_norm(const Tensor& input,
                                                     const std::optional<Tensor>& weight,
                                                     const std::optional<Tensor>& bias,
                                                     const std::optional<Tensor>& running_mean,
                                                     const std::optional<Tensor>& running_var,
                                                     bool training, double momentum, double eps) {
  auto [out, mean, rstd] = invoke_n<3>(
      ops::BatchNorm{training, momentum, eps}, input, ops::or_undefined(weight),
      ops::or_undefined(bias), ops::or_undefined(running_mean), ops::or_undefined(running_var));
  if (!training) mean = rstd = empty({0}, mean.options());
  const ScalarType type = ops::statistics_type(input, {&weight, &bias, &running_mean});
  return {std::move(out), mean.to(type), rstd.to(type)};
}

}  // namespace hearth
