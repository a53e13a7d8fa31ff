// SPDX-License-Identifier: Apache-2.0
#include "transforms/pixels.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "hearth/base/error.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"

namespace hearth::vision::transforms {
namespace {

/// The strides of images whose channels lie side by side.
std::vector<int64_t> interleaved_strides(IntArrayRef sizes) {
  std::vector<int64_t> strides(sizes.size());
  const size_t c = sizes.size() - 3;
  strides[c] = 1;
  strides[c + 2] = sizes[c];
  strides[c + 1] = sizes[c] * sizes[c + 2];
  int64_t step = strides[c + 1] * sizes[c + 1];
  for (size_t i = c; i-- > 0; step *= sizes[i]) strides[i] = step;
  return strides;
}

/// Whether elements lie as these strides say; those of dims of size 1 say nothing.
bool lies_as(const Tensor& t, const std::vector<int64_t>& strides) {
  for (size_t i = 0; i < strides.size(); ++i)
    if (t.sizes()[i] != 1 && t.strides()[i] != strides[i]) return false;
  return true;
}

}  // namespace

void check_shades(const Tensor& image, const char* who) {
  HEARTH_CHECK_AS(ValueError, image.defined(), "[", who, "] expected an image, got none");
  const ScalarType dtype = image.scalar_type();
  const bool integers =
      is_integral(dtype) && dtype != kBool && dtype != kUInt32 && dtype != kUInt64;
  HEARTH_CHECK_AS(DtypeError, integers || image.is_floating_point(), "[", who,
                  "] expected an image of floating point or integers, got ", dtype);
  HEARTH_CHECK_AS(ShapeError, image.dim() >= 3, "[", who,
                  "] expected an image [..., C, H, W], got shape ", image.sizes());
}

void check_colors(const Tensor& image, const char* who) {
  check_shades(image, who);
  const int64_t channels = image.size(-3);
  HEARTH_CHECK_AS(ShapeError, channels == 1 || channels == 3, "[", who,
                  "] expected an image of 1 or 3 channels, got shape ", image.sizes());
}

int value_bits(ScalarType dtype) {
  HEARTH_CHECK_AS(DtypeError, is_integral(dtype),
                  "[to_dtype] expected integers or floating point to scale, got ", dtype);
  const int bits = static_cast<int>(element_size(dtype)) * 8;
  return dtype == kByte || is_barebones_unsigned(dtype) ? bits : bits - 1;
}

double white_of(ScalarType dtype) {
  if (is_floating_point(dtype) || dtype == kBool) return 1;
  return std::exp2(value_bits(dtype)) - 1;
}

Tensor cut_off(const Tensor& numbers, ScalarType dtype) {
  // Half types have fewer bits than their largest numbers need.
  const bool fine = numbers.scalar_type() == kDouble || numbers.scalar_type() == kFloat;
  const Tensor x = fine ? numbers : numbers.to(kFloat);
  const int bits = value_bits(dtype), precise = x.scalar_type() == kDouble ? 53 : 24;
  return x.clamp_max(std::exp2(bits) - std::exp2(std::max(bits - precise, 0))).to(dtype);
}

Pixels pixels_of(const Tensor& image) {
  Pixels p{image.cpu(), 1, image.size(-3), image.size(-2), image.size(-1), false};
  for (int64_t i = 0; i < image.dim() - 3; ++i) p.images *= image.size(i);
  if (p.data.is_contiguous()) return p;
  p.interleaved = lies_as(p.data, interleaved_strides(p.data.sizes()));
  if (!p.interleaved) p.data = p.data.contiguous();
  return p;
}

Pixels like(const Pixels& pixels) { return like(pixels, pixels.height, pixels.width); }

Pixels like(const Pixels& pixels, int64_t height, int64_t width) {
  Pixels out = pixels;
  out.height = height;
  out.width = width;
  std::vector<int64_t> sizes = pixels.data.sizes().vec();
  sizes[sizes.size() - 2] = height;
  sizes[sizes.size() - 1] = width;
  const TensorOptions options = pixels.data.options();
  out.data = pixels.interleaved ? empty_strided(sizes, interleaved_strides(sizes), options)
                                : empty(sizes, options);
  return out;
}

Tensor back(const Pixels& result, const Tensor& image) { return result.data.to(image.device()); }

}  // namespace hearth::vision::transforms
