// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "hearth/tensor/tensor.h"

namespace hearth::vision::transforms {

/// Throws unless it is an image [..., C, H, W] of floating point or of integers (not uint32 and
/// uint64, with which nothing computes).
void check_shades(const Tensor& image, const char* who);
/// The same, and that it has 1 or 3 channels.
void check_colors(const Tensor& image, const char* who);

inline bool is_bytes(const Tensor& image) { return image.scalar_type() == kByte; }
/// Integers other than bytes are changed as floats, which hold those of 16 bits exactly, and cut
/// off behind the point.
inline bool is_whole(const Tensor& image) { return !is_bytes(image) && !image.is_floating_point(); }
/// How many bits hold an integer's value without its sign. Throws DtypeError for other types.
int value_bits(ScalarType dtype);
/// The largest number of an image of this type, white.
double white_of(ScalarType dtype);
inline double white_of(const Tensor& image) { return white_of(image.scalar_type()); }
/// Floating point as integers, cut off behind the point; what is more than the largest becomes the
/// largest that the numbers can say.
Tensor cut_off(const Tensor& numbers, ScalarType dtype);

/// Where the pixels of images are: on the CPU and dense, plane after plane or pixel after pixel.
/// Loops see planes of lines: planar images have a plane for each channel, interleaved ones a
/// single plane whose lines hold all channels in turn.
struct Pixels {
  Tensor data;
  int64_t images, channels, height, width;
  bool interleaved;

  int64_t count() const { return height * width; }  ///< of one image
  int64_t step() const { return interleaved ? channels : 1; }
  int64_t planes() const { return interleaved ? images : images * channels; }
  int64_t line() const { return width * step(); }
  int64_t plane() const { return height * line(); }
};

/// Of an image [..., C, H, W]; a copy where its memory is in another order.
Pixels pixels_of(const Tensor& image);
/// Room for an image like this one.
Pixels like(const Pixels& pixels);
/// The same, of another size.
Pixels like(const Pixels& pixels, int64_t height, int64_t width);
/// The result on the device of the image that it was made of.
Tensor back(const Pixels& result, const Tensor& image);

}  // namespace hearth::vision::transforms
