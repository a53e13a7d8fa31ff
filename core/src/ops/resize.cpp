// SPDX-License-Identifier: Apache-2.0
#include "ops/resize.h"

#include "hearth/ops/resize.h"

#include "base/checked.h"
#include "ops/rules.h"
#include "tensor/image_layout.h"

namespace hearth {

namespace ops {

HEARTH_DEFINE_OP(Resize2d)
HEARTH_DEFINE_OP(Resize2dBackward)

namespace {

Spec resized(const TensorImpl& t, const DimVector& size) {
  DimVector sizes = t.sizes;
  sizes[2] = size[0];
  sizes[3] = size[1];
  DimVector strides = image_strides(sizes, prefers_channels_last(t));
  return Spec(std::move(sizes), std::move(strides), t.dtype, t.device);
}

/// Checks the image `t` and the size it is to get.
void check_resize(std::string_view op, const TensorImpl& t, const DimVector& size,
                  bool bytes = false) {
  HEARTH_CHECK_AS(ShapeError, t.dim() == 4, "[", op,
                  "] It is expected input_size equals to 4, [N, C, H, W], but got sizes ",
                  t.sizes.ref());
  HEARTH_CHECK_AS(ValueError, size.size() == 2, "[", op,
                  "] It is expected output_size equals to 2, height and width, but got ",
                  size.ref());
  HEARTH_CHECK_AS(ShapeError, t.sizes[2] > 0 && t.sizes[3] > 0 && size[0] > 0 && size[1] > 0, "[",
                  op, "] Input and output sizes should be greater than 0, but got input (H: ",
                  t.sizes[2], ", W: ", t.sizes[3], ") output (H: ", size[0], ", W: ", size[1], ")");
  HEARTH_CHECK_AS(ShapeError, t.sizes[1] > 0, "[", op,
                  "] Non-empty 4D data tensor expected but got a tensor with sizes ",
                  t.sizes.ref());
  HEARTH_CHECK_AS(NotImplementedError, is_floating_point(t.dtype) || (bytes && t.dtype == kByte),
                  "[", op, "] not implemented for '", to_string(t.dtype), "'");
}

}  // namespace

Specs Resize2d::infer(Args in) const {
  const TensorImpl& t = impl(in[0]);
  check_resize(info.name, t, output_size, /*bytes=*/true);
  return resized(t, output_size);
}
Grads Resize2d::vjp(const Saved& s, Args g, NeedMask) const {
  return one(invoke(
      Resize2dBackward{s.in_spec(0).sizes.ref().slice(2), mode, align_corners, scale_h, scale_w},
      g[0]));
}

Specs Resize2dBackward::infer(Args in) const {
  const TensorImpl& t = impl(in[0]);
  check_resize(info.name, t, input_size);
  return resized(t, input_size);
}
Grads Resize2dBackward::vjp(const Saved& s, Args g, NeedMask) const {
  return one(invoke(
      Resize2d{s.in_spec(0).sizes.ref().slice(2), mode, align_corners, scale_h, scale_w}, g[0]));
}

}  // namespace ops

namespace {

/// A 1d resize as a 2d one of height 1.
Tensor resize1d(std::string_view op, const Tensor& self, IntArrayRef output_size,
                ops::ResizeMode mode, bool align_corners, std::optional<double> scales) {
  HEARTH_CHECK_AS(ShapeError, !self.defined() || self.dim() == 3, "[", op,
                  "] It is expected input_size equals to 3, [N, C, W], but got sizes ",
                  self.sizes());
  HEARTH_CHECK_AS(ValueError, output_size.size() == 1, "[", op,
                  "] It is expected output_size equals to 1, but got ", output_size);
  const ops::Resize2d row{{1, output_size[0]}, mode, align_corners, std::nullopt, scales};
  return invoke(row, self.defined() ? self.unsqueeze(2) : self).squeeze(2);
}

void check_factor(std::string_view op, const Tensor& self, int64_t factor) {
  HEARTH_CHECK_AS(ShapeError, self.dim() >= 3, "[", op, "] ", op,
                  " expects input to have at least 3 dimensions, but got input with ", self.dim(),
                  " dimension(s)");
  HEARTH_CHECK_AS(ValueError, factor > 0, "[", op, "] ", op, " expects a positive factor, but got ",
                  factor);
}

}  // namespace

Tensor upsample_nearest1d(const Tensor& self, IntArrayRef output_size,
                          std::optional<double> scales) {
  return resize1d("upsample_nearest1d", self, output_size, ops::ResizeMode::Nearest, false, scales);
}
Tensor upsample_nearest2d(const Tensor& self, IntArrayRef output_size,
                          std::optional<double> scales_h, std::optional<double> scales_w) {
  return invoke(ops::Resize2d{output_size, ops::ResizeMode::Nearest, false, scales_h, scales_w},
                self);
}
Tensor upsample_linear1d(const Tensor& self, IntArrayRef output_size, bool align_corners,
                         std::optional<double> scales) {
  return resize1d("upsample_linear1d", self, output_size, ops::ResizeMode::Bilinear, align_corners,
                  scales);
}
Tensor upsample_bilinear2d(const Tensor& self, IntArrayRef output_size, bool align_corners,
                           std::optional<double> scales_h, std::optional<double> scales_w) {
  return invoke(
      ops::Resize2d{output_size, ops::ResizeMode::Bilinear, align_corners, scales_h, scales_w},
      self);
}

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

}  // namespace hearth
