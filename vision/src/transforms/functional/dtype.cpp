// SPDX-License-Identifier: Apache-2.0
#include "hearth/vision/transforms/functional/dtype.h"

#include <algorithm>
#include <cmath>

#include "hearth/base/error.h"
#include "hearth/base/threads.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/shape.h"
#include "hearth/tensor/tensor_literal.h"

#include "transforms/color_kernels.h"
#include "transforms/pixels.h"

namespace hearth::vision::transforms::functional {
namespace {

Tensor bytes_to_unit(const Tensor& image) {
  Tensor in = image;
  if (!in.is_non_overlapping_and_dense()) in = in.contiguous();
  Tensor out = empty_strided(in.sizes(), in.strides(), kFloat);
  const auto* from = in.const_data_ptr<uint8_t>();
  auto* to = out.data_ptr<float>();
  parallel_for(0, in.numel(), 1 << 18, [&](int64_t begin, int64_t end) {
    color_kernels().to_unit(from + begin, end - begin, to + begin);
  });
  return out;
}

Tensor per_channel(const Tensor& image, ArrayRef<double> values, const char* name) {
  const auto n = static_cast<int64_t>(values.size());
  HEARTH_CHECK_AS(ShapeError, n == 1 || n == image.size(-3), "[normalize] expected 1 or ",
                  image.size(-3), " numbers in ", name, ", got ", n);
  return tensor(values.vec(), image.scalar_type()).to(image.device()).view({n, 1, 1});
}

}  // namespace

Tensor to_dtype(const Tensor& image, ScalarType dtype, bool scale) {
  HEARTH_CHECK_AS(ValueError, image.defined(), "[to_dtype] expected an image, got none");
  const ScalarType from = image.scalar_type();
  if (from == dtype) return image;
  if (!scale) return image.to(dtype);
  HEARTH_CHECK_AS(DtypeError, !is_complex(from) && !is_complex(dtype),
                  "[to_dtype] expected integers or floating point to scale, got ", from, " and ",
                  dtype);
  if (is_floating_point(from)) {
    if (is_floating_point(dtype)) return image.to(dtype);
    const bool coarse = (from == kFloat && (dtype == kInt || dtype == kLong)) ||
                        (from == kDouble && dtype == kLong);
    HEARTH_CHECK_AS(DtypeError, !coarse, "[to_dtype] ", from, " is too coarse to be scaled to ",
                    dtype);
    // Where rounding makes 65536 of 1, torchvision makes 0 of it, and here it is 65535.
    return cut_off(image * (white_of(dtype) + 1.0 - 1e-3), dtype);
  }
  if (is_floating_point(dtype)) {
    if (from == kByte && dtype == kFloat && image.is_cpu()) return bytes_to_unit(image);
    return image.to(dtype).mul_(1.0 / white_of(from));
  }
  const int more = value_bits(dtype) - value_bits(from);
  return more < 0 ? image.bitwise_right_shift(-more).to(dtype)
                  : image.to(dtype).bitwise_left_shift_(more);
}

Tensor normalize(const Tensor& image, ArrayRef<double> mean, ArrayRef<double> std, bool inplace) {
  HEARTH_CHECK_AS(ValueError, image.defined(), "[normalize] expected an image, got none");
  HEARTH_CHECK_AS(DtypeError, image.is_floating_point(),
                  "[normalize] expected an image of floating point, got ", image.scalar_type());
  HEARTH_CHECK_AS(ShapeError, image.dim() >= 3,
                  "[normalize] expected an image [..., C, H, W], got shape ", image.sizes());
  HEARTH_CHECK_AS(ValueError, std::find(std.begin(), std.end(), 0.0) == std.end(),
                  "[normalize] expected a std other than 0, got 0");
  const Tensor middle = per_channel(image, mean, "mean"), spread = per_channel(image, std, "std");
  if (!inplace) return (image - middle).div_(spread);
  Tensor out = image;
  return out.sub_(middle).div_(spread);
}

}  // namespace hearth::vision::transforms::functional
