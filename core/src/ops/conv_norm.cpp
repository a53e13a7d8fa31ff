// SPDX-License-Identifier: Apache-2.0
#include "ops/conv_norm.h"

#include "hearth/ops/pointwise.h"

#include "ops/normalization.h"

namespace hearth {

namespace ops {

HEARTH_DEFINE_OP(ConvNorm)

Tensor activated(const Tensor& y, ConvActivation activation) {
  switch (activation) {
    case ConvActivation::ReLU:
      return y.relu();
    case ConvActivation::ReLU6:
      return relu6(y);
    case ConvActivation::SiLU:
      return silu(y);
    case ConvActivation::Hardswish:
      return hardswish(y);
    default:
      return y;
  }
}

Specs ConvNorm::infer(Args in) const {
  const ScalarType type = impl(in[0]).dtype;
  HEARTH_CHECK_AS(DtypeError, type == kFloat || type == kDouble, "[", info.name,
                  "] expected floats or doubles, got ", to_string(type));
  Specs out = convolution().infer(in);
  const DimVector& sizes = out.out[0].sizes;
  HEARTH_CHECK_AS(ValueError, in.get(3).defined() == in.get(4).defined(), "[", info.name,
                  "] expected both a mean and a variance, or none");
  const char* names[] = {"mean", "var", "norm_weight", "norm_bias"};
  for (size_t i = 0; i < 4; ++i) {
    const Tensor& t = in.get(i + 3);
    if (!t.defined()) continue;
    HEARTH_CHECK_AS(ValueError, in.get(3).defined(), "[", info.name, "] ", names[i],
                    " without a mean and a variance");
    HEARTH_CHECK_AS(ShapeError, t.dim() == 1 && t.size(0) == sizes[1], "[", info.name,
                    "] expected ", names[i], " of ", sizes[1], " channels, got shape ", t.sizes());
    HEARTH_CHECK_AS(DtypeError, impl(t).dtype == type, "[", info.name, "] expected ", names[i],
                    " of the input's type (", to_string(type), "), got ", t.scalar_type());
  }
  if (const Tensor& residual = in.get(7); residual.defined()) {
    HEARTH_CHECK_AS(ShapeError, residual.sizes() == sizes.ref(), "[", info.name,
                    "] expected a residual of the result's shape ", sizes.ref(), ", got ",
                    residual.sizes());
    HEARTH_CHECK_AS(DtypeError, impl(residual).dtype == type, "[", info.name,
                    "] expected a residual of the input's type (", to_string(type), "), got ",
                    residual.scalar_type());
  }
  return out;
}

Tensors ConvNorm::decompose(Args in) const {
  Tensor y = invoke(convolution(), in[0], in[1], in[2]);
  if (in[3].defined())
    y = scaled((y - by_channel(in[3], y)) * (by_channel(in[4], y) + eps).rsqrt(),
               by_channel(in[5], y), by_channel(in[6], y));
  if (in[7].defined()) y = y + in[7];
  return {activated(y, activation)};
}

}  // namespace ops

Tensor conv_norm(const Tensor& input, const Tensor& weight, const Tensor& bias,
                 const ConvNormStatistics& norm, const Tensor& residual,
                 const ConvNormOptions& options) {
  HEARTH_CHECK_AS(ShapeError, input.defined() && input.dim() >= 3 && input.dim() <= 5,
                  "[conv_norm] expected an input [N, C, spatial...] of 1 to 3 spatial dims");
  const auto spatial = static_cast<size_t>(input.dim() - 2);
  const auto each = [&](const std::vector<int64_t>& v) {
    return v.size() == 1 ? DimVector(spatial, v[0]) : DimVector(v);
  };
  return invoke(
      ops::ConvNorm{each(options.stride()), each(options.padding()), each(options.dilation()),
                    options.groups(), options.eps(), options.activation()},
      input, weight, bias, norm.mean, norm.var, norm.weight, norm.bias, residual);
}

}  // namespace hearth
