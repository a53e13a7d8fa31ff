// SPDX-License-Identifier: Apache-2.0
#include "ops/layer_norm.h"

#include "hearth/ops/normalization.h"
#include "hearth/ops/pointwise.h"

#include "base/checked.h"
#include "ops/normalization.h"

namespace hearth {

namespace ops {

HEARTH_DEFINE_OP(LayerNorm)
HEARTH_DEFINE_OP(RmsNorm)
HEARTH_DEFINE_OP(LayerNormBackward)

namespace {

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

DimVector last_dims(size_t n) {
  DimVector dims;
  for (size_t d = 0; d < n; ++d) dims.push_back(-1 - static_cast<int64_t>(d));
  return dims;
}

}  // namespace

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

}  // namespace ops

std::tuple<Tensor, Tensor, Tensor> native_layer_norm(const Tensor& input,
                                                     IntArrayRef normalized_shape,
                                                     const std::optional<Tensor>& weight,
                                                     const std::optional<Tensor>& bias,
                                                     double eps) {
  auto [y, mean, rstd] = invoke_n<3>(ops::LayerNorm{normalized_shape, eps}, input,
                                     ops::or_undefined(weight), ops::or_undefined(bias));
  const ScalarType type = ops::statistics_type(input, {&weight});
  return {std::move(y), mean.to(type), rstd.to(type)};
}

Tensor layer_norm(const Tensor& input, IntArrayRef normalized_shape,
                  const std::optional<Tensor>& weight, const std::optional<Tensor>& bias,
                  double eps, bool) {
  return invoke_n<3>(ops::LayerNorm{normalized_shape, eps}, input, ops::or_undefined(weight),
                     ops::or_undefined(bias))[0];
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
    return ops::scaled(input * scale, ops::or_undefined(weight), {});
  }
  return invoke_n<2>(ops::RmsNorm{normalized_shape, eps ? *eps : epsilon()}, input,
                     ops::or_undefined(weight))[0];
}

}  // namespace hearth
