// SPDX-License-Identifier: Apache-2.0
#include "ops/group_norm.h"

#include "hearth/autograd/grad_mode.h"
#include "hearth/ops/normalization.h"
#include "hearth/ops/pointwise.h"

#include "autograd/autocast_modes.h"
#include "base/checked.h"
#include "ops/normalization.h"

namespace hearth {

namespace ops {

HEARTH_DEFINE_OP(GroupNorm)
HEARTH_DEFINE_OP(GroupNormBackward)

namespace {

void check_groups(std::string_view op, const TensorImpl& x, int64_t groups) {
  HEARTH_CHECK_AS(ShapeError, x.dim() >= 2, "[", op,
                  "] Expected at least 2 dimensions for input tensor but received ", x.dim());
  HEARTH_CHECK_AS(ValueError, groups > 0, "[", op,
                  "] Expected num groups to be greater than 0, got ", groups);
  HEARTH_CHECK_AS(ShapeError, x.sizes[1] > 0, "[", op,
                  "] Expected number of channels to be greater than 0, got ", x.sizes[1]);
  for (size_t d = 2; d < x.sizes.size(); ++d)
    HEARTH_CHECK_AS(ShapeError, x.sizes[d] > 0, "[", op,
                    "] Expected HxW to be greater than 0, got input of shape ", x.sizes.ref());
  HEARTH_CHECK_AS(ShapeError, x.sizes[1] % groups == 0, "[", op,
                  "] Expected number of channels in input to be divisible by num_groups, but got "
                  "input of shape ",
                  x.sizes.ref(), " and num_groups=", groups);
}

}  // namespace

Specs GroupNorm::infer(Args in) const {
  const ScalarType type = check_float(info.name, in[0]);
  const TensorImpl& x = impl(in[0]);
  check_groups(info.name, x, groups);
  check_channels(info.name, in[0], "weight", in[1]);
  check_channels(info.name, in[0], "bias", in[2]);
  Specs out(Spec::like(in[0]), type);
  out.out.push_back(Spec({x.sizes[0], groups}, type, x.device));
  out.out.push_back(Spec({x.sizes[0], groups}, type, x.device));
  return out;
}

namespace {

DimVector grouped_sizes(const Tensor& input, int64_t groups) {
  const int64_t n = input.size(0);
  return {n, groups, n == 0 ? 0 : input.numel() / (n * groups)};
}

}  // namespace

Tensors GroupNorm::decompose(Args in) const {
  const Tensor x = wide(in[0]).reshape(grouped_sizes(in[0], groups));
  const Moments m = moments_of(x, {2}, eps);
  const Tensor y = ((x - m.mean) * m.rstd).view(in[0].sizes());
  return {scaled(y, by_channel(in[1], in[0]), by_channel(in[2], in[0])).to(in[0].scalar_type()),
          m.mean.squeeze(2), m.rstd.squeeze(2)};
}

Grads GroupNorm::vjp(const Saved& s, Args g, NeedMask need) const {
  return wanted(invoke_n<3>(GroupNormBackward{groups, eps, need[0], need[1], need[2]}, g[0],
                            s.in(0), s.out(1), s.out(2), s.in(1)),
                need, 3);
}

Specs GroupNormBackward::infer(Args in) const {
  check_groups(info.name, impl(in[1]), groups);
  const int64_t count = (Checked(in[1].size(0)) * groups).get(info.name, "num_groups ", groups);
  check_backward(info.name, in[0], in[1], in[2], in[3], count);
  return gradient_specs(in[1], {impl(in[1]).sizes[1]}, need_input, need_weight, need_bias);
}

Tensors GroupNormBackward::decompose(Args in) const {
  const DimVector sizes(in[1].sizes()), grouped = grouped_sizes(in[1], groups);
  const Tensor g = wide(in[0]), x = wide(in[1]).reshape(grouped);
  const Moments m = moments_of(x, {2}, eps);
  const Tensor normal = (x - m.mean) * m.rstd;
  const Tensor gw = scaled(g, by_channel(in[4], in[1]), {}).reshape(grouped);
  const Tensor dx = m.rstd * (gw - mean_of(gw, {2}) - normal * mean_of(gw * normal, {2}));
  const DimVector dims = all_but_channels(in[1]);
  return {or_empty(need_input, dx.view(sizes), in[1].scalar_type()),
          or_empty(need_weight, (g * normal.view(sizes)).sum(dims), x.scalar_type()),
          or_empty(need_bias, g.sum(dims), x.scalar_type())};
}

}  // namespace ops

Tensor group_norm(const Tensor& input, int64_t num_groups, const std::optional<Tensor>& weight,
                  const std::optional<Tensor>& bias, double eps, bool) {
  return invoke_n<3>(ops::GroupNorm{num_groups, eps}, input, ops::or_undefined(weight),
                     ops::or_undefined(bias))[0];
}

Tensor instance_norm(const Tensor& input, const std::optional<Tensor>& weight,
                     const std::optional<Tensor>& bias, const std::optional<Tensor>& running_mean,
                     const std::optional<Tensor>& running_var, bool use_input_stats,
                     double momentum, double eps, bool) {
  if (!use_input_stats)
    return batch_norm(input, weight, bias, running_mean, running_var, false, momentum, eps);
  HEARTH_CHECK_AS(ShapeError, input.dim() >= 2,
                  "[instance_norm] expected an input of shape [N, C, ...], got ", input.sizes());
  if (input.numel() == 0) return batch_norm(input, weight, bias, {}, {}, true, momentum, eps);
  // PyTorch makes it of batch_norm, which takes what comes.
  Tensor x = input;
  const AutocastAsOne cast({std::nullopt, Cast::Any}, {&x});
  auto [y, mean, rstd] = invoke_n<3>(ops::GroupNorm{input.size(1), eps}, input,
                                     ops::or_undefined(weight), ops::or_undefined(bias));
  const NoGradGuard no_grad;
  const double samples = static_cast<double>(input.size(0));
  const double n = static_cast<double>(input.numel()) / static_cast<double>(mean.numel());
  if (running_mean && running_mean->defined())
    running_mean->mul_(1 - momentum).add_(mean.sum(0), momentum / samples);
  if (running_var && running_var->defined())
    running_var->mul_(1 - momentum)
        .add_((rstd.square().reciprocal() - eps).sum(0), momentum / samples * n / (n - 1));
  return y;
}

std::tuple<Tensor, Tensor, Tensor> native_group_norm(const Tensor& input,
                                                     const std::optional<Tensor>& weight,
                                                     const std::optional<Tensor>& bias, int64_t N,
                                                     int64_t C, int64_t HxW, int64_t group,
                                                     double eps) {
  HEARTH_CHECK_AS(ShapeError,
                  input.dim() >= 2 && input.size(0) == N && input.size(1) == C &&
                      (Checked(N) * C * HxW).value_or(-1) == input.numel(),
                  "[native_group_norm] expected an input of ", N, " samples, ", C, " channels and ",
                  HxW, " elements in each, got ", input.sizes());
  auto [out, mean, rstd] = invoke_n<3>(ops::GroupNorm{group, eps}, input, ops::or_undefined(weight),
                                       ops::or_undefined(bias));
  if (GradMode::is_enabled() && input.requires_grad()) {
    // Unlike those of other norms, PyTorch's have gradients.
    const ops::Moments m =
        ops::moments_of(ops::wide(input).reshape(ops::grouped_sizes(input, group)), {2}, eps);
    mean = m.mean.squeeze(2);
    rstd = m.rstd.squeeze(2);
  }
  const ScalarType type = ops::statistics_type(input, {&weight, &bias});
  return {std::move(out), mean.to(type), rstd.to(type)};
}

}  // namespace hearth
