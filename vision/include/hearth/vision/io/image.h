// SPDX-License-Identifier: Apache-2.0
// Image files and uint8 tensors. Names and defaults are torchvision.io's.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "hearth/tensor/tensor.h"

namespace hearth::vision::io {

/// Which channels a decoded image has. Unchanged keeps what the file has; palettes become RGB (or
/// RGB with alpha), CMYK becomes RGB.
enum class ImageReadMode : int8_t { Unchanged, Gray, GrayAlpha, RGB, RGBAlpha };

/// A part of a picture, in pixels; in the order of torchvision's crop.
struct Region {
  int64_t top = 0;
  int64_t left = 0;
  int64_t height = 0;
  int64_t width = 0;
};

/// How a file is decoded, and how far it is trusted.
struct DecodeOptions {
  ImageReadMode mode = ImageReadMode::Unchanged;
  /// Turns the picture upright as the camera's EXIF orientation says (JPEG only).
  bool apply_exif_orientation = false;
  /// An image whose header promises more pixels is refused before memory is taken for it.
  int64_t max_pixels = 178'956'970;
  /// Only this part of the picture, where it lies after scaling and turning upright. Of a JPEG no
  /// more is decoded than it takes; the pixels are those of the whole picture.
  std::optional<Region> region;
  /// 1/2, 1/4 or 1/8 of a JPEG's size, rounded up: quicker than decoding and resizing. Other
  /// formats keep their size.
  int64_t jpeg_scale = 1;

  DecodeOptions() = default;
  DecodeOptions(ImageReadMode m) : mode(m) {}
};

/// The bytes of a file as a 1-d uint8 tensor. Throws FileError.
HEARTH_API Tensor read_file(const std::string& path);

/// Writes a 1-d uint8 tensor. The file is complete or untouched: bytes go to a temporary file next
/// to it, which then takes its name. Throws FileError.
HEARTH_API void write_file(const std::string& path, const Tensor& data);

/// Decodes a PNG or JPEG, told apart by their first bytes, from a 1-d uint8 tensor into a uint8
/// tensor [C, H, W] (interleaved in memory, as decoders write it). Samples of 16 bits are rounded
/// to 8. Throws FormatError for anything damaged, cut short or too large.
HEARTH_API Tensor decode_image(const Tensor& data, const DecodeOptions& options = {});
HEARTH_API Tensor decode_png(const Tensor& data, const DecodeOptions& options = {});
HEARTH_API Tensor decode_jpeg(const Tensor& data, const DecodeOptions& options = {});

/// decode_image of a file; errors name it.
HEARTH_API Tensor read_image(const std::string& path, const DecodeOptions& options = {});

/// A uint8 image [C, H, W] with 1 to 4 channels (gray, gray and alpha, RGB, RGB and alpha) as a
/// PNG in a 1-d uint8 tensor. compression_level is 0 (quick) to 9 (small).
HEARTH_API Tensor encode_png(const Tensor& image, int64_t compression_level = 6);
/// The same as a JPEG; 1 or 3 channels, quality 1 to 100.
HEARTH_API Tensor encode_jpeg(const Tensor& image, int64_t quality = 75);

/// write_file of encode_png.
HEARTH_API void write_png(const Tensor& image, const std::string& path,
                          int64_t compression_level = 6);
/// write_file of encode_jpeg.
HEARTH_API void write_jpeg(const Tensor& image, const std::string& path, int64_t quality = 75);

}  // namespace hearth::vision::io
