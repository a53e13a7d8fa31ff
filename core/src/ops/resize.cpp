// SPDX-License-Identifier: Apache-2.0
#include "ops/resize.h"

#include <algorithm>

#include "hearth/ops/resize.h"

#include "base/checked.h"
#include "ops/rules.h"
#include "tensor/image_layout.h"

namespace hearth {

namespace ops {

HEARTH_DEFINE_OP(Upsample)
HEARTH_DEFINE_OP(UpsampleBackward)

namespace {

constexpr const char* kLinear[] = {"linear", "bilinear", "trilinear"};

/// PyTorch's name of the function.
std::string upsample_name(ResizeFilter filter, bool antialias, size_t dims) {
  std::string name = antialias ? "_upsample_" : "upsample_";
  if (filter == ResizeFilter::Nearest) name += "nearest";
  if (filter == ResizeFilter::NearestExact) name = "_upsample_nearest_exact";
  if (filter == ResizeFilter::Linear) name += kLinear[std::clamp<size_t>(dims, 1, 3) - 1];
  if (filter == ResizeFilter::Cubic) name += "bicubic";
  return cat_str(name, dims, antialias ? "d_aa" : "d");
}

/// "(H: 3, W: 4)".
std::string named_sizes(IntArrayRef sizes) {
  static constexpr const char* kNames[] = {"D: ", "H: ", "W: "};
  std::string s;
  for (size_t d = 0; d < sizes.size(); ++d)
    s += cat_str(d ? ", " : "(", kNames[3 - sizes.size() + d], sizes[d]);
  return s + ")";
}

/// Checks `t`, and makes a tensor of it with spatial sizes `size`, in its memory format.
Spec resized(const TensorImpl& t, const DimVector& size, ResizeFilter filter, bool antialias,
             bool bytes) {
  const size_t dims = size.size();
  const std::string op = upsample_name(filter, antialias, dims);
  HEARTH_CHECK_AS(ValueError, dims >= 1 && dims <= 3, "[", op,
                  "] expected an output_size of 1 to 3 numbers, got ", size.ref());
  HEARTH_CHECK_AS(ShapeError, t.sizes.size() == dims + 2, "[", op,
                  "] It is expected input_size equals to ", dims + 2, ", but got size ",
                  t.sizes.size());
  const IntArrayRef from = t.sizes.ref().slice(2);
  bool positive = true;
  for (const IntArrayRef sizes : {from, size.ref()})
    for (const int64_t n : sizes) positive &= n > 0;
  HEARTH_CHECK_AS(ShapeError, positive, "[", op,
                  "] Input and output sizes should be greater than 0, but got input ",
                  named_sizes(from), dims == 1 ? " and output " : " output ", named_sizes(size));
  HEARTH_CHECK_AS(ShapeError, t.sizes[1] > 0, "[", op, "] Non-empty ", dims + 2,
                  "D data tensor expected but got a tensor with sizes ", t.sizes.ref());
  const bool nearest = filter == ResizeFilter::Nearest || filter == ResizeFilter::NearestExact;
  bytes = bytes && t.dtype == kByte && (nearest || dims == 2);
  HEARTH_CHECK_AS(NotImplementedError, is_floating_point(t.dtype) || bytes, "[", op,
                  "] not implemented for '", to_string(t.dtype), "'");
  DimVector sizes{t.sizes[0], t.sizes[1]};
  for (const int64_t n : size) sizes.push_back(n);
  DimVector strides = image_strides(sizes, prefers_channels_last(t));
  return Spec(std::move(sizes), std::move(strides), t.dtype, t.device);
}

}  // namespace

Specs Upsample::infer(Args in) const {
  return resized(impl(in[0]), output_size, filter, antialias, /*bytes=*/true);
}
Grads Upsample::vjp(const Saved& s, Args g, NeedMask) const {
  return one(invoke(UpsampleBackward{s.in_spec(0).sizes.ref().slice(2), filter, align_corners,
                                     antialias, scale_d, scale_h, scale_w},
                    g[0]));
}

Specs UpsampleBackward::infer(Args in) const {
  return resized(impl(in[0]), input_size, filter, antialias, /*bytes=*/false);
}
Grads UpsampleBackward::vjp(const Saved& s, Args g, NeedMask) const {
  return one(invoke(Upsample{s.in_spec(0).sizes.ref().slice(2), filter, align_corners, antialias,
                             scale_d, scale_h, scale_w},
                    g[0]));
}

}  // namespace ops

namespace {

using Scale = std::optional<double>;

Tensor upsample(size_t dims, ops::ResizeFilter filter, bool antialias, const Tensor& self,
                IntArrayRef output_size, bool align_corners, Scale d, Scale h, Scale w) {
  HEARTH_CHECK_AS(
      ValueError, output_size.size() == dims, "[", ops::upsample_name(filter, antialias, dims),
      "] It is expected output_size equals to ", dims, ", but got size ", output_size.size());
  return invoke(ops::Upsample{output_size, filter, align_corners, antialias, d, h, w}, self);
}

/// With sizes or factors for each spatial dim.
Tensor upsample_by(size_t dims, ops::ResizeFilter filter, bool antialias, const Tensor& input,
                   OptionalIntArrayRef output_size, bool align_corners,
                   std::optional<ArrayRef<double>> factors) {
  const auto name = ops::upsample_name(filter, antialias, dims);
  HEARTH_CHECK_AS(ValueError, output_size.has_value() != factors.has_value(), "[", name,
                  "] Must specify exactly one of output_size and scale_factors");
  HEARTH_CHECK_AS(ShapeError, input.dim() == static_cast<int64_t>(dims) + 2, "[", name,
                  "] expected an input of ", dims + 2, " dims, got ", input.sizes());
  if (output_size)
    return upsample(dims, filter, antialias, input, *output_size, align_corners, {}, {}, {});
  HEARTH_CHECK_AS(ValueError, factors->size() == dims, "[", name, "] expected ", dims,
                  " scale_factors, got ", factors->size());
  DimVector sizes;
  Scale scales[3];
  for (size_t d = 0; d < dims; ++d) {
    const double size =
        static_cast<double>(input.size(static_cast<int64_t>(d) + 2)) * (*factors)[d];
    HEARTH_CHECK_AS(ValueError, size >= 0 && size < 0x1p62, "[", name, "] cannot resize to ", size,
                    " elements");
    sizes.push_back(static_cast<int64_t>(size));
    scales[3 - dims + d] = (*factors)[d];
  }
  return upsample(dims, filter, antialias, input, sizes, align_corners, scales[0], scales[1],
                  scales[2]);
}

void check_factor(std::string_view op, const Tensor& self, int64_t factor) {
  HEARTH_CHECK_AS(ShapeError, self.dim() >= 3, "[", op, "] ", op,
                  " expects input to have at least 3 dimensions, but got input with ", self.dim(),
                  " dimension(s)");
  HEARTH_CHECK_AS(ValueError, factor > 0, "[", op, "] ", op, " expects a positive factor, but got ",
                  factor);
}

}  // namespace

#define HEARTH_NEAREST(name, filter)                                                             \
  Tensor name##1d(const Tensor& self, IntArrayRef output_size, Scale scales) {                   \
    return upsample(1, ops::ResizeFilter::filter, false, self, output_size, false, {}, {},       \
                    scales);                                                                     \
  }                                                                                              \
  Tensor name##2d(const Tensor& self, IntArrayRef output_size, Scale scales_h, Scale scales_w) { \
    return upsample(2, ops::ResizeFilter::filter, false, self, output_size, false, {}, scales_h, \
                    scales_w);                                                                   \
  }                                                                                              \
  Tensor name##3d(const Tensor& self, IntArrayRef output_size, Scale scales_d, Scale scales_h,   \
                  Scale scales_w) {                                                              \
    return upsample(3, ops::ResizeFilter::filter, false, self, output_size, false, scales_d,     \
                    scales_h, scales_w);                                                         \
  }
HEARTH_NEAREST(upsample_nearest, Nearest)
HEARTH_NEAREST(_upsample_nearest_exact, NearestExact)
#undef HEARTH_NEAREST

Tensor upsample_linear1d(const Tensor& self, IntArrayRef output_size, bool align_corners,
                         Scale scales) {
  return upsample(1, ops::ResizeFilter::Linear, false, self, output_size, align_corners, {}, {},
                  scales);
}
Tensor upsample_trilinear3d(const Tensor& self, IntArrayRef output_size, bool align_corners,
                            Scale scales_d, Scale scales_h, Scale scales_w) {
  return upsample(3, ops::ResizeFilter::Linear, false, self, output_size, align_corners, scales_d,
                  scales_h, scales_w);
}
#define HEARTH_INTERPOLATE(name, filter, antialias)                                                \
  Tensor name(const Tensor& self, IntArrayRef output_size, bool align_corners, Scale scales_h,     \
              Scale scales_w) {                                                                    \
    return upsample(2, ops::ResizeFilter::filter, antialias, self, output_size, align_corners, {}, \
                    scales_h, scales_w);                                                           \
  }
HEARTH_INTERPOLATE(upsample_bilinear2d, Linear, false)
HEARTH_INTERPOLATE(upsample_bicubic2d, Cubic, false)
HEARTH_INTERPOLATE(_upsample_bilinear2d_aa, Linear, true)
HEARTH_INTERPOLATE(_upsample_bicubic2d_aa, Cubic, true)
#undef HEARTH_INTERPOLATE

#define HEARTH_UPSAMPLE(name, dims, filter)                                               \
  Tensor name(const Tensor& input, OptionalIntArrayRef output_size,                       \
              std::optional<ArrayRef<double>> scale_factors) {                            \
    return upsample_by(dims, ops::ResizeFilter::filter, false, input, output_size, false, \
                       scale_factors);                                                    \
  }
#define HEARTH_UPSAMPLE_ALIGNED(name, dims, filter, antialias)                          \
  Tensor name(const Tensor& input, OptionalIntArrayRef output_size, bool align_corners, \
              std::optional<ArrayRef<double>> scale_factors) {                          \
    return upsample_by(dims, ops::ResizeFilter::filter, antialias, input, output_size,  \
                       align_corners, scale_factors);                                   \
  }
HEARTH_UPSAMPLE(upsample_nearest1d, 1, Nearest)
HEARTH_UPSAMPLE(upsample_nearest2d, 2, Nearest)
HEARTH_UPSAMPLE(upsample_nearest3d, 3, Nearest)
HEARTH_UPSAMPLE(_upsample_nearest_exact1d, 1, NearestExact)
HEARTH_UPSAMPLE(_upsample_nearest_exact2d, 2, NearestExact)
HEARTH_UPSAMPLE(_upsample_nearest_exact3d, 3, NearestExact)
HEARTH_UPSAMPLE_ALIGNED(upsample_linear1d, 1, Linear, false)
HEARTH_UPSAMPLE_ALIGNED(upsample_bilinear2d, 2, Linear, false)
HEARTH_UPSAMPLE_ALIGNED(upsample_trilinear3d, 3, Linear, false)
HEARTH_UPSAMPLE_ALIGNED(upsample_bicubic2d, 2, Cubic, false)
HEARTH_UPSAMPLE_ALIGNED(_upsample_bilinear2d_aa, 2, Linear, true)
HEARTH_UPSAMPLE_ALIGNED(_upsample_bicubic2d_aa, 2, Cubic, true)
#undef HEARTH_UPSAMPLE
#undef HEARTH_UPSAMPLE_ALIGNED

Tensor pixel_shuffle(const Tensor& self, int64_t r) {
  check_factor("pixel_shuffle", self, r);
  const int64_t c = self.size(-3), h = self.size(-2), w = self.size(-1);
  HEARTH_CHECK_AS(ShapeError, c % r == 0 && c / r % r == 0,
                  "[pixel_shuffle] pixel_shuffle expects its input's 'channel' dimension to be "
                  "divisible by the square of upscale_factor, but input.size(-3)=",
                  c, " is not divisible by ", r, "^2");
  DimVector split = self.sizes().slice(0, self.sizes().size() - 3);
  const auto lead = static_cast<int64_t>(split.size());
  DimVector order, out = split;
  for (int64_t d = 0; d < lead; ++d) order.push_back(d);
  for (int64_t n : {c / r / r, r, r, h, w}) split.push_back(n);
  for (int64_t d : {0, 3, 1, 4, 2}) order.push_back(lead + d);
  out.push_back(c / r / r);
  for (int64_t n : {h, w})
    out.push_back((Checked(n) * r).get("pixel_shuffle", "upscale_factor ", r));
  return self.reshape(split).permute(order).reshape(out);
}

Tensor pixel_unshuffle(const Tensor& self, int64_t r) {
  check_factor("pixel_unshuffle", self, r);
  const int64_t c = self.size(-3), h = self.size(-2), w = self.size(-1);
  HEARTH_CHECK_AS(ShapeError, h % r == 0 && w % r == 0,
                  "[pixel_unshuffle] pixel_unshuffle expects height and width to be divisible by "
                  "downscale_factor, but got ",
                  h, " and ", w, " with downscale_factor=", r);
  DimVector split = self.sizes().slice(0, self.sizes().size() - 3);
  const auto lead = static_cast<int64_t>(split.size());
  DimVector order, out = split;
  for (int64_t d = 0; d < lead; ++d) order.push_back(d);
  for (int64_t n : {c, h / r, r, w / r, r}) split.push_back(n);
  for (int64_t d : {0, 2, 4, 1, 3}) order.push_back(lead + d);
  out.push_back((Checked(c) * r * r).get("pixel_unshuffle", "downscale_factor ", r));
  for (int64_t n : {h / r, w / r}) out.push_back(n);
  return self.reshape(split).permute(order).reshape(out);
}

Tensor channel_shuffle(const Tensor& self, int64_t groups) {
  HEARTH_CHECK_AS(ShapeError, self.dim() > 2,
                  "[channel_shuffle] channel_shuffle expects input with > 2 dims, but got input "
                  "with sizes ",
                  self.sizes());
  const int64_t c = self.size(1);
  HEARTH_CHECK_AS(ValueError, groups > 0,
                  "[channel_shuffle] Number of groups to divide channels in must be positive. "
                  "Value of groups:",
                  groups);
  HEARTH_CHECK_AS(ShapeError, c % groups == 0,
                  "[channel_shuffle] Number of channels must be divisible by groups. Got ", c,
                  " channels and ", groups, " groups.");
  DimVector split{self.size(0), groups, c / groups};
  for (int64_t d = 2; d < self.dim(); ++d) split.push_back(self.size(d));
  return self.reshape(split).transpose(1, 2).reshape(self.sizes());
}
Tensor native_channel_shuffle(const Tensor& self, int64_t groups) {
  return channel_shuffle(self, groups);
}

}  // namespace hearth
