// SPDX-License-Identifier: Apache-2.0
#include "ops/pool.h"

#include <algorithm>

#include "hearth/ops/pool.h"

#include "base/checked.h"
#include "ops/rules.h"
#include "tensor/image_layout.h"

namespace hearth {

namespace ops {

HEARTH_DEFINE_OP(MaxPool)
HEARTH_DEFINE_OP(AdaptiveMaxPool)
HEARTH_DEFINE_OP(MaxPoolBackward)
HEARTH_DEFINE_OP(AvgPool)
HEARTH_DEFINE_OP(AdaptiveAvgPool)
HEARTH_DEFINE_OP(AvgPoolBackward)

namespace {

/// A row's name with its number of spatial dims, as PyTorch names its functions.
std::string named(std::string_view row, size_t dims) {
  return cat_str(row.substr(0, row.find("_backward")), dims, "d");
}

/// The number of spatial dims of these sizes.
size_t check_image(std::string_view row, const DimVector& sizes, bool without_channels = false) {
  bool fits = sizes.size() >= 3 && sizes.size() <= 5;
  fits = fits && (sizes[1] > 0 || (without_channels && sizes.size() < 5));
  for (size_t d = 2; fits && d < sizes.size(); ++d) fits = sizes[d] > 0;
  const size_t dims = sizes.size() - std::min<size_t>(sizes.size(), 2);
  HEARTH_CHECK_AS(
      ShapeError, fits, "[", named(row, dims), "] Expected ", dims + 1, "D or ", dims + 2,
      "D (batch mode) tensor with optional 0 dim batch size for input, but got: ", sizes.ref());
  return dims;
}

/// "3x4x4": channels and spatial sizes.
std::string times(const DimVector& sizes) {
  std::string s;
  for (size_t d = 1; d < sizes.size(); ++d) s += (d > 1 ? "x" : "") + std::to_string(sizes[d]);
  return s;
}

/// A tensor of other sizes, in the memory format of `t`.
Spec resized(const TensorImpl& t, DimVector sizes) {
  DimVector strides = image_strides(sizes, prefers_channels_last(t));
  return Spec(std::move(sizes), std::move(strides), t.dtype, t.device);
}

/// What pooling makes of these sizes.
DimVector pooled(std::string_view row, const DimVector& sizes, const DimVector& kernel,
                 const DimVector& stride, const DimVector& padding, const DimVector& dilation,
                 bool ceil_mode) {
  const size_t dims = check_image(row, sizes);
  const std::string op = named(row, dims);
  for (const DimVector* v : {&kernel, &stride, &padding, &dilation})
    HEARTH_CHECK_AS(ValueError, v->size() == dims, "[", op,
                    "] kernel_size, stride, padding and dilation must each be one number or one "
                    "per spatial dim, got ",
                    v->ref());
  DimVector out = sizes;
  bool large = true;
  for (size_t d = 0; d < dims; ++d) {
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
    large &= windows >= 1;
  }
  HEARTH_CHECK_AS(ShapeError, large, "[", op, "] Given input size: (", times(sizes),
                  "). Calculated output size: (", times(out), "). Output size is too small");
  return out;
}

DimVector adapted(std::string_view row, const DimVector& sizes, const DimVector& output_size,
                  bool without_channels) {
  const size_t dims = check_image(row, sizes, without_channels);
  HEARTH_CHECK_AS(ValueError, output_size.size() == dims, "[", named(row, dims),
                  "] output_size must be one number or one per spatial dim, got ",
                  output_size.ref());
  DimVector out{sizes[0], sizes[1]};
  for (const int64_t n : output_size) {
    HEARTH_CHECK_AS(ValueError, n >= 0, "[", named(row, dims),
                    "] elements of output_size must be greater than or equal to 0, but received ",
                    output_size.ref());
    out.push_back(n);
  }
  return out;
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

void check_average(std::string_view row, ScalarType t, ScalarType also = ScalarType::Undefined) {
  HEARTH_CHECK_AS(NotImplementedError, is_floating_point(t) || t == also, "[", row,
                  "] not implemented for '", to_string(t), "'");
}
void check_ordered(std::string_view row, ScalarType t) {
  HEARTH_CHECK_AS(NotImplementedError, is_floating_point(t) || is_integral(t), "[", row,
                  "] not implemented for '", to_string(t), "'");
}

void check_values(Args in) {
  const Tensor& values = in.get(1);
  HEARTH_CHECK_AS(ShapeError,
                  !values.defined() || (impl(values).sizes == impl(in[0]).sizes &&
                                        impl(values).dtype == impl(in[0]).dtype),
                  "[max_pool] values must have the sizes and dtype of self");
}

/// The dilation of an average's windows.
DimVector ones_like(const DimVector& list) { return DimVector(list.size(), 1); }

/// The gradient of maxima belongs to self, or to the values that were taken in their place.
Grads by_input(const Saved& s, Tensor g) {
  Grads grads(s.num_inputs());
  grads[s.num_inputs() - 1] = std::move(g);
  return grads;
}

}  // namespace

Specs MaxPool::infer(Args in) const {
  const TensorImpl& t = impl(in[0]);
  check_ordered(info.name, t.dtype);
  check_values(in);
  Spec values =
      resized(t, pooled(info.name, t.sizes, kernel_size, stride, padding, dilation, ceil_mode));
  return indices ? with_indices(std::move(values)) : Specs(std::move(values));
}
Grads MaxPool::vjp(const Saved& s, Args g, NeedMask) const {
  return by_input(s,
                  invoke(MaxPoolBackward{kernel_size, stride, padding, dilation}, g[0], s.in(0)));
}

Specs AdaptiveMaxPool::infer(Args in) const {
  const TensorImpl& t = impl(in[0]);
  check_average(info.name, t.dtype);
  check_values(in);
  Spec values = resized(t, adapted(info.name, t.sizes, output_size, /*without_channels=*/false));
  return indices ? with_indices(std::move(values)) : Specs(std::move(values));
}
Grads AdaptiveMaxPool::vjp(const Saved& s, Args g, NeedMask) const {
  return by_input(s, invoke(MaxPoolBackward{}, g[0], s.in(0)));
}

Specs MaxPoolBackward::infer(Args in) const {
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
Grads MaxPoolBackward::vjp(const Saved& s, Args g, NeedMask need) const {
  Grads grads(2);
  if (!need[0]) return grads;
  const Tensor x = s.in(1).detach();
  const DimVector& sizes = s.in_spec(0).sizes;
  if (kernel_size.empty()) {
    grads[0] = invoke(AdaptiveMaxPool{sizes.ref().slice(2)}, x, g[0]);
    return grads;
  }
  // ceil_mode only decides how many windows there are.
  MaxPool forward{kernel_size, stride, padding, dilation};
  forward.ceil_mode = forward.infer(ArgList({&x}, {}))[0].sizes != sizes;
  grads[0] = invoke(forward, x, g[0]);
  return grads;
}

Specs AvgPool::infer(Args in) const {
  const TensorImpl& t = impl(in[0]);
  check_average(info.name, t.dtype, kLong);
  HEARTH_CHECK_AS(ValueError, divisor_override != int64_t{0},
                  "[avg_pool] divisor must be not zero");
  return resized(t, pooled(info.name, t.sizes, kernel_size, stride, padding, ones_like(kernel_size),
                           ceil_mode));
}
Grads AvgPool::vjp(const Saved& s, Args g, NeedMask) const {
  return one(invoke(AvgPoolBackward{kernel_size, stride, padding, ceil_mode, count_include_pad,
                                    divisor_override, s.in_spec(0).sizes.ref().slice(2)},
                    g[0]));
}

Specs AdaptiveAvgPool::infer(Args in) const {
  const TensorImpl& t = impl(in[0]);
  check_average(info.name, t.dtype);
  return resized(t, adapted(info.name, t.sizes, output_size, /*without_channels=*/true));
}
Grads AdaptiveAvgPool::vjp(const Saved& s, Args g, NeedMask) const {
  return one(
      invoke(AvgPoolBackward{.input_size = DimVector(s.in_spec(0).sizes.ref().slice(2))}, g[0]));
}

Specs AvgPoolBackward::infer(Args in) const {
  const TensorImpl& g = impl(in[0]);
  HEARTH_CHECK_AS(ValueError, divisor_override != int64_t{0}, "[", info.name,
                  "] divisor must be not zero");
  HEARTH_CHECK_AS(
      ShapeError, g.sizes.size() == input_size.size() + 2, "[", info.name,
      "] expected a gradient of sizes [N, C, spatial...] for an input of spatial sizes ",
      input_size.ref(), ", got ", g.sizes.ref());
  DimVector sizes{g.sizes[0], g.sizes[1]};
  for (const int64_t n : input_size) sizes.push_back(n);
  check_image(info.name, sizes, /*without_channels=*/kernel_size.empty());
  check_gradient(
      info.name, g, sizes,
      kernel_size.empty() || g.sizes == pooled(info.name, sizes, kernel_size, stride, padding,
                                               ones_like(kernel_size), ceil_mode));
  return resized(g, sizes);
}
Grads AvgPoolBackward::vjp(const Saved& s, Args g, NeedMask) const {
  if (kernel_size.empty())
    return one(invoke(AdaptiveAvgPool{DimVector(s.in_spec(0).sizes.ref().slice(2))}, g[0]));
  return one(invoke(
      AvgPool{kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override}, g[0]));
}

}  // namespace ops

namespace {

using Pair = std::array<Tensor, 2>;

/// One entry for each spatial dim, from one or all of them.
DimVector per_dim(IntArrayRef v, int64_t dims) {
  return v.size() == 1 ? DimVector(static_cast<size_t>(dims), v[0]) : DimVector(v);
}

/// Calls f with an input that has a batch dim, and takes it off where it was added. Adaptive pools
/// take [C, ...] without channels, but not a batch of that: then planes are the batch.
template <size_t N, class F>
std::array<Tensor, N> batched(std::string_view row, int64_t dims, const Tensor& self, const F& f,
                              bool adaptive = false) {
  HEARTH_CHECK_AS(
      ShapeError, !self.defined() || self.dim() == dims + 1 || self.dim() == dims + 2, "[", row,
      dims, "d] Expected ", dims + 1, "D or ", dims + 2,
      "D (batch mode) tensor with optional 0 dim batch size for input, but got: ", self.sizes());
  if (!self.defined() || self.dim() == dims + 2) return f(self);
  const int64_t added = adaptive && self.size(0) == 0 ? 1 : 0;
  std::array<Tensor, N> out = f(self.unsqueeze(added));
  for (Tensor& t : out) t = t.squeeze(added);
  return out;
}

/// Maxima and, for N = 2, their places.
template <size_t N>
std::array<Tensor, N> max_pool(int64_t dims, const Tensor& self, IntArrayRef kernel_size,
                               IntArrayRef stride, IntArrayRef padding, IntArrayRef dilation,
                               bool ceil_mode) {
  return batched<N>("max_pool", dims, self, [&](const Tensor& x) {
    const IntArrayRef steps = stride.empty() ? kernel_size : stride;
    return invoke_n<N>(
        ops::MaxPool{per_dim(kernel_size, dims), per_dim(steps, dims), per_dim(padding, dims),
                     per_dim(dilation, dims), ceil_mode, N == 2},
        x);
  });
}

Tensor avg_pool(int64_t dims, const Tensor& self, IntArrayRef kernel_size, IntArrayRef stride,
                IntArrayRef padding, bool ceil_mode, bool count_include_pad,
                std::optional<int64_t> divisor_override) {
  return batched<1>("avg_pool", dims, self, [&](const Tensor& x) {
    const IntArrayRef steps = stride.empty() ? kernel_size : stride;
    return invoke_n<1>(
        ops::AvgPool{per_dim(kernel_size, dims), per_dim(steps, dims), per_dim(padding, dims),
                     ceil_mode, count_include_pad, divisor_override},
        x);
  })[0];
}

Tensor adaptive_avg_pool(int64_t dims, const Tensor& self, IntArrayRef output_size) {
  // One cell is the mean, as in PyTorch: NaN where the image is empty.
  constexpr int64_t kSpatial[] = {-3, -2, -1};
  const bool one_cell = !output_size.empty() && std::ssize(output_size) <= dims &&
                        output_size.allMatch([](int64_t n) { return n == 1; });
  if (one_cell && self.defined() && self.dim() > dims && self.numel() == 0)
    return self.mean(IntArrayRef(kSpatial).slice(static_cast<size_t>(3 - dims)), /*keepdim=*/true);
  const auto pool = [&](const Tensor& x) {
    return invoke_n<1>(ops::AdaptiveAvgPool{per_dim(output_size, dims)}, x);
  };
  return batched<1>("adaptive_avg_pool", dims, self, pool, /*adaptive=*/true)[0];
}
Pair adaptive_max_pool(int64_t dims, const Tensor& self, IntArrayRef output_size) {
  const auto pool = [&](const Tensor& x) {
    return invoke_n<2>(ops::AdaptiveMaxPool{per_dim(output_size, dims), true}, x);
  };
  return batched<2>("adaptive_max_pool", dims, self, pool, /*adaptive=*/true);
}

std::tuple<Tensor, Tensor> tuple_of(Pair pair) { return {std::move(pair[0]), std::move(pair[1])}; }

}  // namespace

// What functions of the same name for different numbers of spatial dims have in common.
#define HEARTH_POOL(D)                                                                        \
  Tensor max_pool##D##d(const Tensor& self, IntArrayRef kernel_size, IntArrayRef stride,      \
                        IntArrayRef padding, IntArrayRef dilation, bool ceil_mode) {          \
    return max_pool<1>(D, self, kernel_size, stride, padding, dilation, ceil_mode)[0];        \
  }                                                                                           \
  std::tuple<Tensor, Tensor> max_pool##D##d_with_indices(                                     \
      const Tensor& self, IntArrayRef kernel_size, IntArrayRef stride, IntArrayRef padding,   \
      IntArrayRef dilation, bool ceil_mode) {                                                 \
    return tuple_of(max_pool<2>(D, self, kernel_size, stride, padding, dilation, ceil_mode)); \
  }                                                                                           \
  Tensor adaptive_avg_pool##D##d(const Tensor& self, IntArrayRef output_size) {               \
    return adaptive_avg_pool(D, self, output_size);                                           \
  }                                                                                           \
  std::tuple<Tensor, Tensor> adaptive_max_pool##D##d(const Tensor& self,                      \
                                                     IntArrayRef output_size) {               \
    return tuple_of(adaptive_max_pool(D, self, output_size));                                 \
  }
HEARTH_POOL(1)
HEARTH_POOL(2)
HEARTH_POOL(3)
#undef HEARTH_POOL

Tensor avg_pool1d(const Tensor& self, IntArrayRef kernel_size, IntArrayRef stride,
                  IntArrayRef padding, bool ceil_mode, bool count_include_pad) {
  return avg_pool(1, self, kernel_size, stride, padding, ceil_mode, count_include_pad, {});
}
Tensor avg_pool2d(const Tensor& self, IntArrayRef kernel_size, IntArrayRef stride,
                  IntArrayRef padding, bool ceil_mode, bool count_include_pad,
                  std::optional<int64_t> divisor_override) {
  return avg_pool(2, self, kernel_size, stride, padding, ceil_mode, count_include_pad,
                  divisor_override);
}
Tensor avg_pool3d(const Tensor& self, IntArrayRef kernel_size, IntArrayRef stride,
                  IntArrayRef padding, bool ceil_mode, bool count_include_pad,
                  std::optional<int64_t> divisor_override) {
  return avg_pool(3, self, kernel_size, stride, padding, ceil_mode, count_include_pad,
                  divisor_override);
}

}  // namespace hearth
