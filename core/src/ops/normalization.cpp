// SPDX-License-Identifier: Apache-2.0
#include "ops/normalization.h"

#include "hearth/autograd/grad_mode.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/normalization.h"
#include "hearth/ops/pointwise.h"

#include "base/checked.h"

namespace hearth {

namespace ops {

HEARTH_DEFINE_OP(LayerNorm)
HEARTH_DEFINE_OP(RmsNorm)
HEARTH_DEFINE_OP(LayerNormBackward)
HEARTH_DEFINE_OP(GroupNorm)
HEARTH_DEFINE_OP(GroupNormBackward)
HEARTH_DEFINE_OP(BatchNorm)
HEARTH_DEFINE_OP(BatchNormBackward)

namespace {

ScalarType check_float(std::string_view op, const Tensor& input) {
  HEARTH_CHECK_AS(DtypeError, is_floating_point(impl(input).dtype), "[", op,
                  "] expected a floating input, got ", impl(input).dtype);
  return accumulate_type(impl(input).dtype);
}

/// Checks the last dims of `input`; returns the sizes of its statistics.
DimVector statistics_sizes(std::string_view op, const Tensor& input, const DimVector& shape,
                           Args affine) {
  const TensorImpl& x = impl(input);
  const size_t n = x.sizes.size(), k = shape.size();
  HEARTH_CHECK_AS(ShapeError, k > 0, "[", op,
                  "] Expected normalized_shape to be at least 1-dimensional, i.e., containing at "
                  "least one element, but got normalized_shape = []");
  bool fits = n >= k;
  for (size_t d = 0; fits && d < k; ++d) fits = x.sizes[n - k + d] == shape[d];
  HEARTH_CHECK_AS(ShapeError, fits, "[", op, "] Given normalized_shape=", shape.ref(),
                  ", expected input with shape [*, ", shape.ref(), "], but got input of size",
                  x.sizes.ref());
  for (size_t i = 0; i < affine.size(); ++i)
    HEARTH_CHECK_AS(ShapeError, !affine[i].defined() || impl(affine[i]).sizes == shape, "[", op,
                    "] Expected ", i == 0 ? "weight" : "bias",
                    " to be of same shape as normalized_shape, but got ",
                    i == 0 ? "weight" : "bias", " of shape ", affine[i].sizes(),
                    " and normalized_shape = ", shape.ref());
  DimVector sizes = x.sizes;
  for (size_t d = n - k; d < n; ++d) sizes[d] = 1;
  return sizes;
}

void check_channels(std::string_view op, const Tensor& input, std::string_view name,
                    const Tensor& t) {
  if (!t.defined()) return;
  HEARTH_CHECK_AS(ShapeError, impl(t).dim() == 1 && impl(t).numel == impl(input).sizes[1], "[", op,
                  "] ", name, " should contain ", impl(input).sizes[1], " elements not ",
                  impl(t).numel, " (a vector with one for each channel of the input ",
                  impl(input).sizes.ref(), ")");
}

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

/// Checks that a backward row's tensors belong to one call: g has the input's sizes, the statistics
/// have n elements.
void check_backward(std::string_view op, const Tensor& g, const Tensor& input, const Tensor& mean,
                    const Tensor& rstd, int64_t n) {
  const bool fits = impl(g).sizes == impl(input).sizes &&
                    (!mean.defined() || impl(mean).numel == n) && impl(rstd).numel == n;
  HEARTH_CHECK_AS(ShapeError, fits, "[", op, "] a gradient of sizes ", g.sizes(),
                  " and statistics of ", rstd.numel(), " elements do not belong to an input of ",
                  input.sizes());
}

Spec dense_like(const Tensor& t) { return Spec::like(t); }
Spec vector_spec(int64_t n, const Tensor& like, ScalarType type) {
  return Spec({n}, type, impl(like).device);
}

/// The specs of a backward row. Gradients of weight and bias come in the type they are computed in.
Specs gradient_specs(const Tensor& input, DimVector affine, bool need_input, bool need_weight,
                     bool need_bias) {
  const ScalarType type = accumulate_type(impl(input).dtype);
  const Device device = impl(input).device;
  Specs out(need_input ? dense_like(input) : Spec({0}, impl(input).dtype, device), type);
  out.out.push_back(Spec(need_weight ? affine : DimVector{0}, type, device));
  out.out.push_back(Spec(need_bias ? affine : DimVector{0}, type, device));
  return out;
}

Tensor or_empty(bool wanted, const Tensor& t, ScalarType type) {
  return wanted ? t.to(type) : empty({0}, t.options().dtype(type));
}

Grads wanted(std::array<Tensor, 3>&& all, NeedMask need, size_t inputs) {
  Grads grads(inputs);
  for (size_t i = 0; i < std::min<size_t>(inputs, 3); ++i)
    if (need[i]) grads[i] = std::move(all[i]);
  return grads;
}

DimVector last_dims(size_t n) {
  DimVector dims;
  for (size_t d = 0; d < n; ++d) dims.push_back(-1 - static_cast<int64_t>(d));
  return dims;
}

/// Input and weights as decompositions compute with them.
Tensor wide(const Tensor& t) { return t.to(accumulate_type(t.scalar_type())); }

Tensor mean_of(const Tensor& x, const DimVector& dims) {
  const Tensor sum = x.sum(dims, /*keepdim=*/true);
  const double n = static_cast<double>(x.numel()) / static_cast<double>(sum.numel());
  return sum / n;
}

struct Moments {
  Tensor mean, rstd, var;
};
/// The mean of nothing is 0; its variance is NaN.
Moments moments_of(const Tensor& x, const DimVector& dims, double eps) {
  const Tensor mean = x.numel() > 0 ? mean_of(x, dims) : x.sum(dims, /*keepdim=*/true);
  const Tensor d = x - mean;
  const Tensor var = mean_of(d * d, dims);
  return {mean, (var + eps).rsqrt(), var};
}

Tensor scaled(Tensor y, const Tensor& weight, const Tensor& bias) {
  if (weight.defined()) y = y * weight;
  return bias.defined() ? y + bias : y;
}

/// One number per channel, shaped to broadcast against [N, C, ...].
Tensor by_channel(const Tensor& v, const Tensor& input) {
  if (!v.defined()) return v;
  DimVector sizes(static_cast<size_t>(input.dim()) - 1, 1);
  sizes[0] = v.numel();
  return wide(v).view(sizes);
}

DimVector all_but_channels(const Tensor& input) {
  DimVector dims{0};
  for (int64_t d = 2; d < input.dim(); ++d) dims.push_back(d);
  return dims;
}

}  // namespace

// ---- layer and rms norm

Specs LayerNorm::infer(Args in) const {
  const ScalarType type = check_float(info.name, in[0]);
  DimVector stats = statistics_sizes(info.name, in[0], normalized_shape, in.from(1));
  const TensorImpl& x = impl(in[0]);
  Specs out(Spec(x.sizes, x.dtype, x.device), type);
  out.out.push_back(Spec(stats, type, x.device));
  out.out.push_back(Spec(stats, type, x.device));
  return out;
}

Tensors LayerNorm::decompose(Args in) const {
  const Tensor x = wide(in[0]);
  const Moments m = moments_of(x, last_dims(normalized_shape.size()), eps);
  const Tensor y = scaled((x - m.mean) * m.rstd, in[1], in[2]);
  return {y.to(in[0].scalar_type()), m.mean, m.rstd};
}

Grads LayerNorm::vjp(const Saved& s, Args g, NeedMask need) const {
  return wanted(invoke_n<3>(LayerNormBackward{normalized_shape, eps, need[0], need[1], need[2]},
                            g[0], s.in(0), s.out(1), s.out(2), s.in(1)),
                need, 3);
}

Specs RmsNorm::infer(Args in) const {
  const ScalarType type = check_float(info.name, in[0]);
  DimVector stats = statistics_sizes(info.name, in[0], normalized_shape, in.from(1));
  const TensorImpl& x = impl(in[0]);
  Specs out(Spec(x.sizes, x.dtype, x.device), type);
  out.out.push_back(Spec(std::move(stats), type, x.device));
  return out;
}

Tensors RmsNorm::decompose(Args in) const {
  const Tensor x = wide(in[0]);
  const Tensor scale = (mean_of(x * x, last_dims(normalized_shape.size())) + eps).rsqrt();
  return {scaled(x * scale, in[1], {}).to(in[0].scalar_type()), scale};
}

Grads RmsNorm::vjp(const Saved& s, Args g, NeedMask need) const {
  return wanted(invoke_n<3>(LayerNormBackward{normalized_shape, eps, need[0], need[1], false}, g[0],
                            s.in(0), Tensor(), s.out(1), s.in(1)),
                need, 2);
}

Specs LayerNormBackward::infer(Args in) const {
  const DimVector stats = statistics_sizes(info.name, in[1], normalized_shape, in.from(4));
  check_backward(info.name, in[0], in[1], in[2], in[3], checked_numel(stats));
  Specs out = gradient_specs(in[1], normalized_shape, need_input, need_weight, need_bias);
  out[0].strides = {};
  return out;
}

Tensors LayerNormBackward::decompose(Args in) const {
  const Tensor x = wide(in[1]), g = wide(in[0]);
  const bool centered = in[2].defined();
  const DimVector dims = last_dims(normalized_shape.size());
  const Tensor centre = centered ? x - mean_of(x, dims) : x;
  const Tensor scale = (mean_of(centre * centre, dims) + eps).rsqrt();
  const Tensor normal = centre * scale;
  const Tensor gw = in[4].defined() ? g * in[4] : g;
  Tensor dx = gw - normal * mean_of(gw * normal, dims);
  if (centered) dx = dx - mean_of(gw, dims);
  return {or_empty(need_input, dx * scale, in[1].scalar_type()),
          or_empty(need_weight, need_weight ? (g * normal).sum_to_size(normalized_shape) : g,
                   x.scalar_type()),
          or_empty(need_bias, need_bias ? g.sum_to_size(normalized_shape) : g, x.scalar_type())};
}

// ---- group norm

Specs GroupNorm::infer(Args in) const {
  const ScalarType type = check_float(info.name, in[0]);
  const TensorImpl& x = impl(in[0]);
  check_groups(info.name, x, groups);
  check_channels(info.name, in[0], "weight", in[1]);
  check_channels(info.name, in[0], "bias", in[2]);
  Specs out(dense_like(in[0]), type);
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

// ---- batch norm

Specs BatchNorm::infer(Args in) const {
  const ScalarType type = check_float(info.name, in[0]);
  const TensorImpl& x = impl(in[0]);
  HEARTH_CHECK_AS(ShapeError, x.dim() >= 2, "[", info.name,
                  "] expected an input of shape [N, C, ...], got ", x.sizes.ref());
  const char* names[] = {"weight", "bias", "running_mean", "running_var"};
  for (size_t i = 0; i < 4; ++i) check_channels(info.name, in[0], names[i], in[i + 1]);
  HEARTH_CHECK_AS(ValueError, training || (in[3].defined() && in[4].defined()), "[", info.name,
                  "] Expected running_mean and running_var to be defined when training=false");
  Specs out(dense_like(in[0]), type);
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

namespace {

Tensor or_undefined(const std::optional<Tensor>& t) { return t ? *t : Tensor(); }

}  // namespace

std::tuple<Tensor, Tensor, Tensor> native_layer_norm(const Tensor& input,
                                                     IntArrayRef normalized_shape,
                                                     const std::optional<Tensor>& weight,
                                                     const std::optional<Tensor>& bias,
                                                     double eps) {
  auto [y, mean, rstd] = invoke_n<3>(ops::LayerNorm{normalized_shape, eps}, input,
                                     or_undefined(weight), or_undefined(bias));
  // Backward keeps them in float for half inputs; asked for, they have the parameters' type.
  const ScalarType type = weight && weight->defined() ? weight->scalar_type() : input.scalar_type();
  return {std::move(y), mean.to(type), rstd.to(type)};
}

Tensor layer_norm(const Tensor& input, IntArrayRef normalized_shape,
                  const std::optional<Tensor>& weight, const std::optional<Tensor>& bias,
                  double eps, bool) {
  return invoke_n<3>(ops::LayerNorm{normalized_shape, eps}, input, or_undefined(weight),
                     or_undefined(bias))[0];
}

Tensor rms_norm(const Tensor& input, IntArrayRef normalized_shape,
                const std::optional<Tensor>& weight, std::optional<double> eps) {
  const auto epsilon = [&] {
    switch (input.scalar_type()) {
      case kHalf:
        return 0x1p-10;
      case kBFloat16:
        return 0x1p-7;
      case kDouble:
      case kComplexDouble:
        return 0x1p-52;
      default:
        return 0x1p-23;
    }
  };
  if (input.is_complex()) {
    const Tensor mean = ops::mean_of(input * input, ops::last_dims(normalized_shape.size()));
    const Tensor scale = (mean + (eps ? *eps : epsilon())).rsqrt();
    return ops::scaled(input * scale, or_undefined(weight), {});
  }
  return invoke_n<2>(ops::RmsNorm{normalized_shape, eps ? *eps : epsilon()}, input,
                     or_undefined(weight))[0];
}

Tensor group_norm(const Tensor& input, int64_t num_groups, const std::optional<Tensor>& weight,
                  const std::optional<Tensor>& bias, double eps, bool) {
  return invoke_n<3>(ops::GroupNorm{num_groups, eps}, input, or_undefined(weight),
                     or_undefined(bias))[0];
}

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
  return invoke_n<3>(ops::BatchNorm{training, momentum, eps}, input, or_undefined(weight),
                     or_undefined(bias), or_undefined(running_mean), or_undefined(running_var))[0];
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
  auto [y, mean, rstd] = invoke_n<3>(ops::GroupNorm{input.size(1), eps}, input,
                                     or_undefined(weight), or_undefined(bias));
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

}  // namespace hearth
