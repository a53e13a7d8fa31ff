// SPDX-License-Identifier: Apache-2.0
#include "ops/pool.h"

#include "hearth/ops/pool.h"

#include "base/checked.h"
#include "ops/rules.h"
#include "tensor/image_layout.h"

namespace hearth {

namespace ops {

HEARTH_DEFINE_OP(MaxPool2d)
HEARTH_DEFINE_OP(AdaptiveMaxPool2d)
HEARTH_DEFINE_OP(MaxPool2dBackward)
HEARTH_DEFINE_OP(AvgPool2d)
HEARTH_DEFINE_OP(AdaptiveAvgPool2d)
HEARTH_DEFINE_OP(AvgPool2dBackward)

namespace {

void check_image(std::string_view op, const DimVector& sizes, bool without_channels = false) {
  HEARTH_CHECK_AS(
      ShapeError,
      sizes.size() == 4 && (without_channels || sizes[1] > 0) && sizes[2] > 0 && sizes[3] > 0, "[",
      op,
      "] Expected 3D or 4D (batch mode) tensor with optional 0 dim batch size for "
      "input, but got: ",
      sizes.ref());
}

/// A tensor of other sizes, in the memory format of `t`.
Spec resized(const TensorImpl& t, DimVector sizes) {
  DimVector strides = image_strides(sizes, prefers_channels_last(t));
  return Spec(std::move(sizes), std::move(strides), t.dtype, t.device);
}

/// What pooling makes of these sizes.
DimVector pooled(std::string_view op, const DimVector& sizes, const DimVector& kernel,
                 const DimVector& stride, const DimVector& padding, const DimVector& dilation,
                 bool ceil_mode) {
  check_image(op, sizes);
  for (const DimVector* v : {&kernel, &stride, &padding, &dilation})
    HEARTH_CHECK_AS(ValueError, v->size() == 2, "[", op,
                    "] kernel_size, stride, padding and dilation must each be one number or one "
                    "per spatial dim, got ",
                    v->ref());
  DimVector out = sizes;
  for (size_t d = 0; d < 2; ++d) {
    HEARTH_CHECK_AS(ValueError, kernel[d] > 0, "[", op,
                    "] kernel size should be greater than zero, but got ", kernel.ref());
    HEARTH_CHECK_AS(ValueError, stride[d] > 0, "[", op,
                    "] stride should be greater than zero, but got ", stride.ref());
    HEARTH_CHECK_AS(ValueError, dilation[d] > 0, "[", op,
                    "] dilation should be greater than zero, but got ", dilation.ref());
    HEARTH_CHECK_AS(ValueError, padding[d] >= 0, "[", op,
                    "] pad must be non-negative, but got pad: ", padding.ref());
    const int64_t span =
        ((Checked(kernel[d]) - 1) * dilation[d] + 1)
            .get(op, "kernel_size ", kernel.ref(), " with dilation ", dilation.ref());
    HEARTH_CHECK_AS(ValueError, padding[d] <= span / 2, "[", op,
                    "] pad should be at most half of effective kernel size, but got pad=",
                    padding[d], ", kernel_size=", kernel[d], " and dilation=", dilation[d]);
    const int64_t n = sizes[d + 2];
    // No window ends beyond what int64 holds.
    (Checked(padding[d]) * 2 + n + span + stride[d])
        .get(op, "kernel_size ", kernel.ref(), " with stride ", stride.ref(), " and padding ",
             padding.ref());
    const int64_t room = n + 2 * padding[d] - span + (ceil_mode ? stride[d] - 1 : 0);
    int64_t& windows = out[d + 2];
    windows = room < 0 ? 0 : room / stride[d] + 1;
    // A window that would start beyond the input and its left padding is left out.
    if (ceil_mode && (windows - 1) * stride[d] >= n + padding[d]) --windows;
  }
  HEARTH_CHECK_AS(ShapeError, out[2] >= 1 && out[3] >= 1, "[", op, "] Given input size: (",
                  sizes[1], "x", sizes[2], "x", sizes[3], "). Calculated output size: (", out[1],
                  "x", out[2], "x", out[3], "). Output size is too small");
  return out;
}

DimVector adapted(std::string_view op, const DimVector& sizes, const DimVector& output_size,
                  bool without_channels) {
  check_image(op, sizes, without_channels);
  HEARTH_CHECK_AS(ValueError, output_size.size() == 2, "[", op,
                  "] output_size must be one number or one per spatial dim, got ",
                  output_size.ref());
  HEARTH_CHECK_AS(ValueError, output_size[0] >= 0 && output_size[1] >= 0, "[", op,
                  "] elements of output_size must be greater than or equal to 0, but received ",
                  output_size.ref());
  return {sizes[0], sizes[1], output_size[0], output_size[1]};
}

void check_gradient(std::string_view op, const TensorImpl& g, const DimVector& input, bool fits) {
  HEARTH_CHECK_AS(ShapeError, fits, "[", op, "] a gradient of sizes ", g.sizes.ref(),
                  " does not belong to an input of sizes ", input.ref());
}

bool same_planes(const DimVector& a, const DimVector& b) {
  return a.size() == b.size() && a[0] == b[0] && a[1] == b[1];
}

Specs with_indices(Spec values) {
  Spec indices = values;
  indices.dtype = kLong;
  Specs specs(std::move(values));
  specs.out.push_back(std::move(indices));
  return specs;
}

void check_average(std::string_view op, ScalarType t, ScalarType also = ScalarType::Undefined) {
  HEARTH_CHECK_AS(NotImplementedError, is_floating_point(t) || t == also, "[", op,
                  "] not implemented for '", to_string(t), "'");
}
void check_ordered(std::string_view op, ScalarType t) {
  HEARTH_CHECK_AS(NotImplementedError, is_floating_point(t) || is_integral(t), "[", op,
                  "] not implemented for '", to_string(t), "'");
}

void check_values(Args in) {
  const Tensor& values = in.get(1);
  HEARTH_CHECK_AS(ShapeError,
                  !values.defined() || (impl(values).sizes == impl(in[0]).sizes &&
                                        impl(values).dtype == impl(in[0]).dtype),
                  "[max_pool2d] values must have the sizes and dtype of self");
}

/// The gradient of maxima belongs to self, or to the values that were taken in their place.
Grads by_input(const Saved& s, Tensor g) {
  Grads grads(s.num_inputs());
  grads[s.num_inputs() - 1] = std::move(g);
  return grads;
}

}  // namespace

Specs MaxPool2d::infer(Args in) const {
  const TensorImpl& t = impl(in[0]);
  check_ordered("max_pool2d", t.dtype);
  check_values(in);
  Spec values =
      resized(t, pooled("max_pool2d", t.sizes, kernel_size, stride, padding, dilation, ceil_mode));
  return indices ? with_indices(std::move(values)) : Specs(std::move(values));
}
Grads MaxPool2d::vjp(const Saved& s, Args g, NeedMask) const {
  return by_input(s,
                  invoke(MaxPool2dBackward{kernel_size, stride, padding, dilation}, g[0], s.in(0)));
}

Specs AdaptiveMaxPool2d::infer(Args in) const {
  const TensorImpl& t = impl(in[0]);
  check_average("adaptive_max_pool2d", t.dtype);
  check_values(in);
  Spec values =
      resized(t, adapted("adaptive_max_pool2d", t.sizes, output_size, /*without_channels=*/false));
  return indices ? with_indices(std::move(values)) : Specs(std::move(values));
}
Grads AdaptiveMaxPool2d::vjp(const Saved& s, Args g, NeedMask) const {
  return by_input(s, invoke(MaxPool2dBackward{}, g[0], s.in(0)));
}

Specs MaxPool2dBackward::infer(Args in) const {
  const TensorImpl &g = impl(in[0]), &x = impl(in[1]);
  const auto fits = [&](bool ceil_mode) {
    return g.sizes == pooled(info.name, x.sizes, kernel_size, stride, padding, dilation, ceil_mode);
  };
  const bool adaptive = kernel_size.empty();
  check_image(info.name, x.sizes);
  check_gradient(info.name, g, x.sizes,
                 adaptive ? same_planes(g.sizes, x.sizes) : fits(false) || fits(true));
  return resized(x, x.sizes);
}
Grads MaxPool2dBackward::vjp(const Saved& s, Args g, NeedMask need) const {
  Grads grads(2);
  if (!need[0]) return grads;
  const Tensor x = s.in(1).detach();
  const DimVector& sizes = s.in_spec(0).sizes;
  if (kernel_size.empty()) {
    grads[0] = invoke(AdaptiveMaxPool2d{sizes.ref().slice(2)}, x, g[0]);
    return grads;
  }
  // ceil_mode only decides how many windows there are.
  MaxPool2d forward{kernel_size, stride, padding, dilation};
  forward.ceil_mode = forward.infer(ArgList({&x}, {}))[0].sizes != sizes;
  grads[0] = invoke(forward, x, g[0]);
  return grads;
}

Specs AvgPool2d::infer(Args in) const {
  const TensorImpl& t = impl(in[0]);
  check_average("avg_pool2d", t.dtype, kLong);
  HEARTH_CHECK_AS(ValueError, divisor_override != int64_t{0},
                  "[avg_pool2d] divisor must be not zero");
  return resized(t, pooled("avg_pool2d", t.sizes, kernel_size, stride, padding, {1, 1}, ceil_mode));
}
Grads AvgPool2d::vjp(const Saved& s, Args g, NeedMask) const {
  return one(invoke(AvgPool2dBackward{kernel_size, stride, padding, ceil_mode, count_include_pad,
                                      divisor_override, s.in_spec(0).sizes.ref().slice(2)},
                    g[0]));
}

Specs AdaptiveAvgPool2d::infer(Args in) const {
  const TensorImpl& t = impl(in[0]);
  check_average("adaptive_avg_pool2d", t.dtype);
  return resized(t,
                 adapted("adaptive_avg_pool2d", t.sizes, output_size, /*without_channels=*/true));
}
Grads AdaptiveAvgPool2d::vjp(const Saved& s, Args g, NeedMask) const {
  return one(
      invoke(AvgPool2dBackward{.input_size = DimVector(s.in_spec(0).sizes.ref().slice(2))}, g[0]));
}

Specs AvgPool2dBackward::infer(Args in) const {
  const TensorImpl& g = impl(in[0]);
  HEARTH_CHECK_AS(ValueError, input_size.size() == 2 && divisor_override != int64_t{0}, "[",
                  info.name, "] expected a height, a width and a divisor that is not zero");
  HEARTH_CHECK_AS(ShapeError, g.dim() == 4, "[", info.name,
                  "] expected a gradient of sizes [N, C, H, W], got ", g.sizes.ref());
  const DimVector sizes{g.sizes[0], g.sizes[1], input_size[0], input_size[1]};
  check_image(info.name, sizes, /*without_channels=*/kernel_size.empty());
  check_gradient(info.name, g, sizes,
                 kernel_size.empty() || g.sizes == pooled(info.name, sizes, kernel_size, stride,
                                                          padding, {1, 1}, ceil_mode));
  return resized(g, sizes);
}
Grads AvgPool2dBackward::vjp(const Saved& s, Args g, NeedMask) const {
  if (kernel_size.empty())
    return one(invoke(AdaptiveAvgPool2d{DimVector(s.in_spec(0).sizes.ref().slice(2))}, g[0]));
  return one(invoke(
      AvgPool2d{kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override},
      g[0]));
}

}  // namespace ops

namespace {

/// Height and width of a list: from one number, one each, or for 1d a single width.
DimVector pair(IntArrayRef v, int64_t dims, int64_t height) {
  if (dims == 1) {
    DimVector out{height};
    for (int64_t n : v) out.push_back(n);
    return out;
  }
  return v.size() == 1 ? DimVector{v[0], v[0]} : DimVector(v);
}

/// Calls f with [N, C, H, W] made from an input with fewer dims, and takes the added dims off.
template <size_t N, class F>
std::array<Tensor, N> as_images(std::string_view op, int64_t dims, const Tensor& self, const F& f) {
  HEARTH_CHECK_AS(
      ShapeError, !self.defined() || self.dim() == dims + 1 || self.dim() == dims + 2, "[", op,
      "] Expected ", dims + 1, "D or ", dims + 2,
      "D (batch mode) tensor with optional 0 dim batch size for input, but got: ", self.sizes());
  const bool single = self.defined() && self.dim() == dims + 1;
  Tensor x = single ? self.unsqueeze(0) : self;
  if (dims == 1 && x.defined()) x = x.unsqueeze(2);
  std::array<Tensor, N> out = f(x);
  for (Tensor& t : out) {
    if (dims == 1) t = t.squeeze(2);
    if (single) t = t.squeeze(0);
  }
  return out;
}

template <size_t N>
std::array<Tensor, N> max_pool(std::string_view op, int64_t dims, const Tensor& self,
                               IntArrayRef kernel_size, IntArrayRef stride, IntArrayRef padding,
                               IntArrayRef dilation, bool ceil_mode) {
  return as_images<N>(op, dims, self, [&](const Tensor& x) {
    return invoke_n<N>(
        ops::MaxPool2d{pair(kernel_size, dims, 1),
                       pair(stride.empty() ? kernel_size : stride, dims, 1), pair(padding, dims, 0),
                       pair(dilation, dims, 1), ceil_mode, N == 2},
        x);
  });
}

Tensor avg_pool(std::string_view op, int64_t dims, const Tensor& self, IntArrayRef kernel_size,
                IntArrayRef stride, IntArrayRef padding, bool ceil_mode, bool count_include_pad,
                std::optional<int64_t> divisor_override) {
  return as_images<1>(op, dims, self, [&](const Tensor& x) {
    return invoke_n<1>(
        ops::AvgPool2d{pair(kernel_size, dims, 1),
                       pair(stride.empty() ? kernel_size : stride, dims, 1), pair(padding, dims, 0),
                       ceil_mode, count_include_pad, divisor_override},
        x);
  })[0];
}

}  // namespace

Tensor max_pool1d(const Tensor& self, IntArrayRef kernel_size, IntArrayRef stride,
                  IntArrayRef padding, IntArrayRef dilation, bool ceil_mode) {
  return max_pool<1>("max_pool1d", 1, self, kernel_size, stride, padding, dilation, ceil_mode)[0];
}
Tensor max_pool2d(const Tensor& self, IntArrayRef kernel_size, IntArrayRef stride,
                  IntArrayRef padding, IntArrayRef dilation, bool ceil_mode) {
  return max_pool<1>("max_pool2d", 2, self, kernel_size, stride, padding, dilation, ceil_mode)[0];
}
std::tuple<Tensor, Tensor> max_pool1d_with_indices(const Tensor& self, IntArrayRef kernel_size,
                                                   IntArrayRef stride, IntArrayRef padding,
                                                   IntArrayRef dilation, bool ceil_mode) {
  auto [values, indices] =
      max_pool<2>("max_pool1d", 1, self, kernel_size, stride, padding, dilation, ceil_mode);
  return {values, indices};
}
std::tuple<Tensor, Tensor> max_pool2d_with_indices(const Tensor& self, IntArrayRef kernel_size,
                                                   IntArrayRef stride, IntArrayRef padding,
                                                   IntArrayRef dilation, bool ceil_mode) {
  auto [values, indices] =
      max_pool<2>("max_pool2d", 2, self, kernel_size, stride, padding, dilation, ceil_mode);
  return {values, indices};
}

Tensor avg_pool1d(const Tensor& self, IntArrayRef kernel_size, IntArrayRef stride,
                  IntArrayRef padding, bool ceil_mode, bool count_include_pad) {
  return avg_pool("avg_pool1d", 1, self, kernel_size, stride, padding, ceil_mode, count_include_pad,
                  std::nullopt);
}
Tensor avg_pool2d(const Tensor& self, IntArrayRef kernel_size, IntArrayRef stride,
                  IntArrayRef padding, bool ceil_mode, bool count_include_pad,
                  std::optional<int64_t> divisor_override) {
  return avg_pool("avg_pool2d", 2, self, kernel_size, stride, padding, ceil_mode, count_include_pad,
                  divisor_override);
}

Tensor adaptive_avg_pool1d(const Tensor& self, IntArrayRef output_size) {
  return as_images<1>("adaptive_avg_pool1d", 1, self, [&](const Tensor& x) {
    return invoke_n<1>(ops::AdaptiveAvgPool2d{pair(output_size, 1, 1)}, x);
  })[0];
}
Tensor adaptive_avg_pool2d(const Tensor& self, IntArrayRef output_size) {
  return as_images<1>("adaptive_avg_pool2d", 2, self, [&](const Tensor& x) {
    return invoke_n<1>(ops::AdaptiveAvgPool2d{pair(output_size, 2, 1)}, x);
  })[0];
}
std::tuple<Tensor, Tensor> adaptive_max_pool1d(const Tensor& self, IntArrayRef output_size) {
  auto [values, indices] = as_images<2>("adaptive_max_pool1d", 1, self, [&](const Tensor& x) {
    return invoke_n<2>(ops::AdaptiveMaxPool2d{pair(output_size, 1, 1), true}, x);
  });
  return {values, indices};
}
std::tuple<Tensor, Tensor> adaptive_max_pool2d(const Tensor& self, IntArrayRef output_size) {
  auto [values, indices] = as_images<2>("adaptive_max_pool2d", 2, self, [&](const Tensor& x) {
    return invoke_n<2>(ops::AdaptiveMaxPool2d{pair(output_size, 2, 1), true}, x);
  });
  return {values, indices};
}

}  // namespace hearth
