// SPDX-License-Identifier: Apache-2.0
#include "ops/normalization.h"

#include <algorithm>

#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"

namespace hearth::ops {

ScalarType check_float(std::string_view op, const Tensor& input) {
  HEARTH_CHECK_AS(DtypeError, is_floating_point(impl(input).dtype), "[", op,
                  "] expected a floating input, got ", impl(input).dtype);
  return accumulate_type(impl(input).dtype);
}

void check_channels(std::string_view op, const Tensor& input, std::string_view name,
                    const Tensor& t) {
  if (!t.defined()) return;
  HEARTH_CHECK_AS(ShapeError, impl(t).dim() == 1 && impl(t).numel == impl(input).sizes[1], "[", op,
                  "] ", name, " should contain ", impl(input).sizes[1], " elements not ",
                  impl(t).numel, " (a vector with one for each channel of the input ",
                  impl(input).sizes.ref(), ")");
}

void check_backward(std::string_view op, const Tensor& g, const Tensor& input, const Tensor& mean,
                    const Tensor& rstd, int64_t n) {
  const bool fits = impl(g).sizes == impl(input).sizes &&
                    (!mean.defined() || impl(mean).numel == n) && impl(rstd).numel == n;
  HEARTH_CHECK_AS(ShapeError, fits, "[", op, "] a gradient of sizes ", g.sizes(),
                  " and statistics of ", rstd.numel(), " elements do not belong to an input of ",
                  input.sizes());
}

Specs gradient_specs(const Tensor& input, DimVector affine, bool need_input, bool need_weight,
                     bool need_bias) {
  const ScalarType type = accumulate_type(impl(input).dtype);
  const Device device = impl(input).device;
  Specs out(need_input ? Spec::like(input) : Spec({0}, impl(input).dtype, device), type);
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

Tensor wide(const Tensor& t) { return t.to(accumulate_type(t.scalar_type())); }

Tensor mean_of(const Tensor& x, const DimVector& dims) {
  const Tensor sum = x.sum(dims, /*keepdim=*/true);
  const double n = static_cast<double>(x.numel()) / static_cast<double>(sum.numel());
  return sum / n;
}

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

}  // namespace hearth::ops
