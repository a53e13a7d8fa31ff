// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "hearth/tensor/tensor.h"

namespace hearth::vision::transforms {

/// Throws unless it is an image [..., C, H, W] of uint8, uint16 or floating-point numbers.
void check_shades(const Tensor& image, const char* who);
/// The same, and that it has 1 or 3 channels.
void check_colors(const Tensor& image, const char* who);

inline bool is_bytes(const Tensor& image) { return image.scalar_type() == kByte; }
/// Numbers of 16 bits are changed as floats from 0 to 65535, which hold them exactly, and cut off
/// behind the point.
inline bool is_wide(const Tensor& image) { return image.scalar_type() == kUInt16; }
/// The largest number of an image of this type, white.
inline double white_of(const Tensor& image) {
  return is_bytes(image) ? 255 : is_wide(image) ? 65535 : 1;
}

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
