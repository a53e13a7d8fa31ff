// SPDX-License-Identifier: Apache-2.0
#include "ops/conv.h"

#include <algorithm>

#include "hearth/ops/conv.h"
#include "hearth/ops/pad.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/view.h"

#include "base/checked.h"
#include "tensor/image_layout.h"

namespace hearth {

namespace ops {

HEARTH_DEFINE_OP(Convolution)
HEARTH_DEFINE_OP(ConvolutionWeightGrad)

namespace {

/// "(28 x 28)".
std::string times(const DimVector& sizes) {
  std::string s = "(";
  for (size_t d = 0; d < sizes.size(); ++d) s += (d ? " x " : "") + std::to_string(sizes[d]);
  return s + ")";
}

/// How many input positions a kernel reaches over.
int64_t reach_of(int64_t kernel, int64_t dilation) {
  return (Checked(dilation) * (kernel - 1) + 1)
      .get("convolution", "kernel size ", kernel, " with dilation ", dilation);
}
/// Input positions with padding on both sides.
int64_t padded_size(int64_t in, int64_t padding) {
  return (Checked(padding) * 2 + in).get("convolution", "padding ", padding);
}
/// Input positions of the smallest input whose convolution has `out` outputs.
int64_t transposed_size(int64_t out, int64_t kernel, int64_t stride, int64_t padding,
                        int64_t dilation) {
  return ((Checked(out) - 1) * stride + reach_of(kernel, dilation) - Checked(padding) * 2)
      .get("convolution", "stride ", stride, " with ", out, " input positions");
}

void check_types(std::string_view what, ScalarType a, ScalarType b) {
  HEARTH_CHECK_AS(DtypeError, a == b, "[convolution] Input type (", dtype_name(a), ") and ", what,
                  " type (", dtype_name(b), ") should be the same; convert one with .to(dtype)");
}

void check_attributes(const Convolution& c, size_t spatial) {
  const auto check_list = [&](const char* name, const DimVector& v) {
    HEARTH_CHECK_AS(ValueError, v.size() == spatial, "[convolution] expected ", name,
                    " to be a single integer value or a list of ", spatial,
                    " values to match the convolution dimensions, but got ", name, "=", v.ref());
  };
  check_list("stride", c.stride);
  check_list("padding", c.padding);
  check_list("dilation", c.dilation);
  check_list("output_padding", c.output_padding);
  for (size_t d = 0; d < spatial; ++d) {
    HEARTH_CHECK_AS(ValueError, c.stride[d] > 0,
                    "[convolution] non-positive stride is not supported: ", c.stride.ref());
    HEARTH_CHECK_AS(ValueError, c.padding[d] >= 0,
                    "[convolution] negative padding is not supported: ", c.padding.ref());
    HEARTH_CHECK_AS(ValueError, c.dilation[d] > 0,
                    "[convolution] dilation should be greater than zero: ", c.dilation.ref());
    HEARTH_CHECK_AS(
        ValueError, c.output_padding[d] >= 0,
        "[convolution] negative output_padding is not supported: ", c.output_padding.ref());
    HEARTH_CHECK_AS(
        ValueError,
        c.output_padding[d] == 0 || c.output_padding[d] < std::max(c.stride[d], c.dilation[d]),
        "[convolution] output padding must be smaller than either stride or dilation, but got ",
        c.output_padding.ref());
  }
  HEARTH_CHECK_AS(ValueError, c.groups > 0,
                  "[convolution] non-positive groups is not supported: ", c.groups);
}

/// x cut to the sizes it should have.
Tensor narrow_to(Tensor x, const DimVector& sizes) {
  for (size_t d = 2; d < sizes.size(); ++d)
    if (x.size(static_cast<int64_t>(d)) > sizes[d])
      x = x.narrow(static_cast<int64_t>(d), 0, sizes[d]);
  return x;
}

/// conv's adjoint: from y's sizes to x's.
Tensor adjoint(const ConvolutionWeightGrad& c, const Tensor& y, const Tensor& w,
               const DimVector& x_sizes) {
  Convolution t{c.stride, c.padding, c.dilation, true, c.padding, c.groups};
  for (size_t d = 0; d < c.stride.size(); ++d)
    t.output_padding[d] =
        x_sizes[d + 2] - transposed_size(y.sizes()[d + 2], w.sizes()[d + 2], c.stride[d],
                                         c.padding[d], c.dilation[d]);
  return invoke(t, y, w, Tensor());
}

}  // namespace

Specs Convolution::infer(Args in) const {
  const TensorImpl &x = impl(in[0]), &w = impl(in[1]);
  HEARTH_CHECK_AS(ShapeError, x.dim() >= 3 && x.dim() <= 5,
                  "[convolution] Expected 3D, 4D or 5D input [N, C, spatial...], but got input of "
                  "size: ",
                  x.sizes.ref());
  HEARTH_CHECK_AS(ShapeError, w.dim() == x.dim(), "[convolution] Expected ", x.dim(),
                  "-dimensional weight for ", x.dim(),
                  "-dimensional input, but got weight of size ", w.sizes.ref());
  const size_t spatial = x.sizes.size() - 2;
  check_attributes(*this, spatial);
  check_types("weight", x.dtype, w.dtype);
  const bool integers = is_integral(x.dtype);
  HEARTH_CHECK_AS(NotImplementedError, is_floating_point(x.dtype) || integers,
                  "[convolution] not implemented for '", to_string(x.dtype), "'");
  HEARTH_CHECK_AS(ShapeError, w.sizes[0] > 0 && w.sizes[0] % groups == 0,
                  "[convolution] Given groups=", groups, ", expected weight to be divisible by ",
                  groups, " at dimension 0, but got weight of size ", w.sizes.ref(), " instead");
  const int64_t grouped = (Checked(w.sizes[1]) * groups).get(info.name, "groups ", groups);
  const int64_t channels = transposed ? w.sizes[0] : grouped;
  HEARTH_CHECK_AS(ShapeError, x.sizes[1] == channels, "[convolution] Given ",
                  transposed ? "transposed=" : "groups=", transposed ? 1 : groups,
                  ", weight of size ", w.sizes.ref(), ", expected input", x.sizes.ref(),
                  " to have ", channels, " channels, but got ", x.sizes[1], " channels instead");
  const int64_t out_channels = transposed ? grouped : w.sizes[0];
  if (in.get(2).defined()) {
    const TensorImpl& bias = impl(in[2]);
    check_types("bias", x.dtype, bias.dtype);
    HEARTH_CHECK_AS(ShapeError, bias.dim() == 1 && bias.sizes[0] == out_channels,
                    "[convolution] Given weight of size ", w.sizes.ref(),
                    ", expected bias to be 1-dimensional with ", out_channels,
                    " elements, but got bias of size ", bias.sizes.ref(), " instead");
  }
  DimVector sizes = x.sizes, padded, kernel;
  sizes[1] = out_channels;
  for (size_t d = 0; d < spatial; ++d) {
    const int64_t n = x.sizes[d + 2], k = w.sizes[d + 2];
    HEARTH_CHECK_AS(ShapeError, n > 0,
                    "[convolution] Only zero batch or zero channel inputs are supported, but got "
                    "input shape: ",
                    x.sizes.ref());
    HEARTH_CHECK_AS(ShapeError, k > 0,
                    "[convolution] weight should have at least one element per "
                    "spatial dimension, but got weight of size ",
                    w.sizes.ref());
    if (transposed) {
      sizes[d + 2] =
          (Checked(transposed_size(n, k, stride[d], padding[d], dilation[d])) + output_padding[d])
              .get(info.name, "output_padding ", output_padding.ref());
      HEARTH_CHECK_AS(ShapeError, sizes[d + 2] > 0,
                      "[convolution] Given input size per channel: ", x.sizes.ref().slice(2),
                      ". Calculated output size per channel: ", sizes[d + 2],
                      ". Output size is too small");
      continue;
    }
    padded.push_back(padded_size(n, padding[d]));
    kernel.push_back(reach_of(k, dilation[d]));
    const int64_t room = padded.back() - kernel.back();
    sizes[d + 2] = room >= 0 ? room / stride[d] + 1 : -1;
  }
  for (size_t d = 2; d < sizes.size(); ++d)
    HEARTH_CHECK_AS(ShapeError, sizes[d] >= 0,
                    "[convolution] Calculated padded input size per channel: ", times(padded),
                    ". Kernel size: ", times(kernel),
                    ". Kernel size can't be greater than actual input size");
  const bool last = prefers_channels_last(x) || prefers_channels_last(w);
  DimVector strides = image_strides(sizes, last);
  // Integers add up as int64, and wrap around when they are stored.
  return {Spec(std::move(sizes), std::move(strides), x.dtype, x.device),
          integers ? kLong : x.dtype};
}

Grads Convolution::vjp(const Saved& s, Args g, NeedMask need) const {
  Grads grads(3);
  const Spec &x = s.in_spec(0), &w = s.in_spec(1);
  ConvolutionWeightGrad wg{stride, padding, dilation, groups, w.sizes.ref().slice(2)};
  wg.channels_last = prefers_channels_last(w.sizes, w.strides);
  if (need[0]) {
    if (transposed) {
      Convolution forward = *this;
      forward.transposed = false;
      forward.output_padding = DimVector(stride.size(), 0);
      grads[0] = narrow_to(invoke(forward, g[0], s.in(1), Tensor()), x.sizes);
    } else {
      grads[0] = adjoint(wg, g[0], s.in(1), x.sizes);
    }
  }
  const bool bias_alone = need[2] && (transposed || !need[1]);
  if (need[1]) {
    const Tensor& input = s.in(0);
    if (transposed) {
      grads[1] = invoke(wg, g[0], input);
    } else if (need[2]) {
      wg.bias = true;
      auto [gw, gb] = invoke_n<2>(wg, input, g[0]);
      grads[1] = std::move(gw);
      grads[2] = std::move(gb);
    } else {
      grads[1] = invoke(wg, input, g[0]);
    }
  }
  if (bias_alone) {
    DimVector dims{0};
    for (int64_t d = 2; d < g[0].dim(); ++d) dims.push_back(d);
    grads[2] = g[0].sum(dims);
  }
  return grads;
}

Specs ConvolutionWeightGrad::infer(Args in) const {
  const TensorImpl &x = impl(in[0]), &g = impl(in[1]);
  const size_t spatial = kernel.size();
  HEARTH_CHECK_AS(
      ShapeError,
      x.sizes.size() == spatial + 2 && g.sizes.size() == spatial + 2 && stride.size() == spatial &&
          padding.size() == spatial && dilation.size() == spatial && groups > 0 &&
          x.sizes[0] == g.sizes[0] && x.sizes[1] % groups == 0 && g.sizes[1] % groups == 0,
      "[convolution_weight_grad] input ", x.sizes.ref(), " and gradient ", g.sizes.ref(),
      " are not of a convolution with kernel ", kernel.ref(), " and ", groups, " groups");
  for (size_t d = 0; d < spatial; ++d) {
    const bool positive = kernel[d] > 0 && stride[d] > 0 && dilation[d] > 0 && padding[d] >= 0;
    HEARTH_CHECK_AS(ShapeError,
                    positive && transposed_size(g.sizes[d + 2], kernel[d], stride[d], padding[d],
                                                dilation[d]) <= x.sizes[d + 2],
                    "[convolution_weight_grad] a gradient of sizes ", g.sizes.ref(),
                    " does not belong to an input of sizes ", x.sizes.ref());
  }
  DimVector sizes = g.sizes;
  sizes[0] = g.sizes[1];
  sizes[1] = x.sizes[1] / groups;
  for (size_t d = 0; d < kernel.size(); ++d) sizes[d + 2] = kernel[d];
  DimVector strides = image_strides(sizes, channels_last);
  Specs specs(Spec(std::move(sizes), std::move(strides), x.dtype, x.device));
  if (bias) specs.out.push_back(Spec({g.sizes[1]}, x.dtype, x.device));
  return specs;
}

Grads ConvolutionWeightGrad::vjp(const Saved& s, Args g, NeedMask need) const {
  Grads grads(2);
  const Tensor& gw = g[0];
  const Tensor& gb = g.get(1);
  const DimVector &x = s.in_spec(0).sizes, &y = s.in_spec(1).sizes;
  if (need[0] && gw.defined()) grads[0] = adjoint(*this, s.in(1), gw, x);
  if (!need[1]) return grads;
  if (gw.defined()) {
    const Convolution forward{stride, padding, dilation, false, DimVector(stride.size(), 0),
                              groups};
    grads[1] = narrow_to(invoke(forward, s.in(0), gw, gb), y);
  } else if (gb.defined()) {
    DimVector channel(y.size(), 1);
    channel[1] = y[1];
    grads[1] = gb.view(channel).expand(y);
  }
  return grads;
}

}  // namespace ops

namespace {

/// A list with one value per spatial dim, from one or all of them.
DimVector per_dim(IntArrayRef v, int64_t dims) {
  return v.size() == 1 ? DimVector(static_cast<size_t>(dims), v[0]) : DimVector(v);
}

/// Adds the batch dim that `f` needs, and takes it off again.
template <class F>
Tensor batched(std::string_view op, int64_t dims, const Tensor& input, const F& f) {
  HEARTH_CHECK_AS(ShapeError,
                  !input.defined() || input.dim() == dims + 1 || input.dim() == dims + 2, "[", op,
                  "] Expected ", dims + 1, "D (unbatched) or ", dims + 2, "D (batched) input to ",
                  op, ", but got input of size: ", input.sizes());
  if (input.defined() && input.dim() == dims + 1) return f(input.unsqueeze(0)).squeeze(0);
  return f(input);
}

/// The row, or three of it for complex numbers: (a + bi)(c + di) from ac, bd and (a + b)(c + d).
Tensor convolve(const ops::Convolution& op, const Tensor& x, const Tensor& w, const Tensor& bias) {
  const auto complex = [](const Tensor& t) { return t.defined() && t.is_complex(); };
  if (!complex(x) || !complex(w) || (bias.defined() && !complex(bias)))
    return invoke(op, x, w, bias);
  const Tensor none, xr = real(x), xi = imag(x), wr = real(w), wi = imag(w);
  const Tensor br = bias.defined() ? real(bias) : none;
  const Tensor first = invoke(op, xr, wr, br), second = invoke(op, xi, wi, none);
  const Tensor both = invoke(op, xr + xi, wr + wi, bias.defined() ? br + imag(bias) : none);
  return view_as_complex(stack({first - second, both - first - second}, -1));
}

Tensor conv(std::string_view op, int64_t dims, const Tensor& input, const Tensor& weight,
            const std::optional<Tensor>& bias, IntArrayRef stride, IntArrayRef padding,
            IntArrayRef dilation, bool transposed, IntArrayRef output_padding, int64_t groups) {
  return batched(op, dims, input, [&](const Tensor& x) {
    return convolve({per_dim(stride, dims), per_dim(padding, dims), per_dim(dilation, dims),
                     transposed, per_dim(output_padding, dims), groups},
                    x, weight, bias ? *bias : Tensor());
  });
}

}  // namespace

Tensor convolution(const Tensor& input, const Tensor& weight, const std::optional<Tensor>& bias,
                   IntArrayRef stride, IntArrayRef padding, IntArrayRef dilation, bool transposed,
                   IntArrayRef output_padding, int64_t groups) {
  HEARTH_CHECK_AS(ShapeError, !weight.defined() || weight.dim() >= 3,
                  "[convolution] weight should have at least three dimensions, got sizes ",
                  weight.sizes());
  const int64_t dims = weight.defined() ? weight.dim() - 2 : 0;
  return convolve({per_dim(stride, dims), per_dim(padding, dims), per_dim(dilation, dims),
                   transposed, per_dim(output_padding, dims), groups},
                  input, weight, bias ? *bias : Tensor());
}

Tensor conv1d(const Tensor& input, const Tensor& weight, const std::optional<Tensor>& bias,
              IntArrayRef stride, IntArrayRef padding, IntArrayRef dilation, int64_t groups) {
  return conv("conv1d", 1, input, weight, bias, stride, padding, dilation, false, 0, groups);
}
Tensor conv2d(const Tensor& input, const Tensor& weight, const std::optional<Tensor>& bias,
              IntArrayRef stride, IntArrayRef padding, IntArrayRef dilation, int64_t groups) {
  return conv("conv2d", 2, input, weight, bias, stride, padding, dilation, false, 0, groups);
}
Tensor conv3d(const Tensor& input, const Tensor& weight, const std::optional<Tensor>& bias,
              IntArrayRef stride, IntArrayRef padding, IntArrayRef dilation, int64_t groups) {
  return conv("conv3d", 3, input, weight, bias, stride, padding, dilation, false, 0, groups);
}
Tensor conv_transpose1d(const Tensor& input, const Tensor& weight,
                        const std::optional<Tensor>& bias, IntArrayRef stride, IntArrayRef padding,
                        IntArrayRef output_padding, int64_t groups, IntArrayRef dilation) {
  return conv("conv_transpose1d", 1, input, weight, bias, stride, padding, dilation, true,
              output_padding, groups);
}
Tensor conv_transpose2d(const Tensor& input, const Tensor& weight,
                        const std::optional<Tensor>& bias, IntArrayRef stride, IntArrayRef padding,
                        IntArrayRef output_padding, int64_t groups, IntArrayRef dilation) {
  return conv("conv_transpose2d", 2, input, weight, bias, stride, padding, dilation, true,
              output_padding, groups);
}

Tensor conv_transpose3d(const Tensor& input, const Tensor& weight,
                        const std::optional<Tensor>& bias, IntArrayRef stride, IntArrayRef padding,
                        IntArrayRef output_padding, int64_t groups, IntArrayRef dilation) {
  return conv("conv_transpose3d", 3, input, weight, bias, stride, padding, dilation, true,
              output_padding, groups);
}

Tensor detail::conv_padded(int64_t dims, const Tensor& input, const Tensor& weight,
                           const std::optional<Tensor>& bias, IntArrayRef stride,
                           std::string_view padding, IntArrayRef dilation, int64_t groups) {
  const std::string_view op = dims == 1 ? "conv1d" : dims == 2 ? "conv2d" : "conv3d";
  if (padding == "valid")
    return conv(op, dims, input, weight, bias, stride, 0, dilation, false, 0, groups);
  HEARTH_CHECK_AS(ValueError, padding == "same", "[", op, "] Invalid padding string: '", padding,
                  "'; expected 'valid' or 'same'");
  for (int64_t s : stride)
    HEARTH_CHECK_AS(ValueError, s == 1, "[", op,
                    "] padding='same' is not supported for strided convolutions");
  HEARTH_CHECK_AS(ShapeError, weight.defined() && weight.dim() == dims + 2, "[", op, "] expected ",
                  dims + 2, "-dimensional weight");
  const DimVector by = per_dim(dilation, dims);
  DimVector pad(static_cast<size_t>(dims), 0);
  DimVector extra(static_cast<size_t>(2 * dims), 0);  // last dim first; before, after
  bool uneven = false;
  for (size_t d = 0; d < pad.size() && by.size() == pad.size(); ++d) {
    const int64_t total =
        (Checked(by[d]) * (weight.sizes()[d + 2] - 1)).get(op, "dilation ", by.ref());
    pad[d] = total / 2;
    extra[2 * (pad.size() - 1 - d) + 1] = total % 2;
    uneven |= total % 2 != 0;
  }
  return conv(op, dims, uneven ? constant_pad_nd(input, extra) : input, weight, bias, stride, pad,
              dilation, false, 0, groups);
}

Tensor conv_tbc(const Tensor& self, const Tensor& weight, const Tensor& bias, int64_t pad) {
  HEARTH_CHECK_AS(ShapeError, self.dim() == 3,
                  "[conv_tbc] Input must have 3 dims: time, batch, in_channel, got ", self.sizes());
  HEARTH_CHECK_AS(
      ShapeError, weight.dim() == 3,
      "[conv_tbc] Weight tensor must have 3 dims: kernel_width, in_channels, out_channels, got ",
      weight.sizes());
  HEARTH_CHECK_AS(ShapeError, bias.dim() == 1 && bias.size(0) == weight.size(2),
                  "[conv_tbc] Bias size must equal dim 2 in the weight tensor (output channels), "
                  "got ",
                  bias.sizes(), " and ", weight.sizes());
  HEARTH_CHECK_AS(ShapeError, self.size(2) == weight.size(1),
                  "[conv_tbc] Input dim 2 (input channels) is not == dim 1 in the weight tensor, "
                  "got ",
                  self.sizes(), " and ", weight.sizes());
  return conv1d(self.permute({1, 2, 0}), weight.permute({2, 1, 0}), bias, 1, pad)
      .permute({2, 0, 1});
}

}  // namespace hearth
