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
  /// Turns the picture upright as the camera's EXIF orientation says (JPEG, PNG, WebP, TIFF).
  bool apply_exif_orientation = false;
  /// An image whose header promises more pixels is refused before memory is taken for it.
  int64_t max_pixels = 178'956'970;
  /// Only this part of the picture, where it lies after scaling and turning upright. Of a JPEG no
  /// more is decoded than it takes; the pixels are those of the whole picture.
  std::optional<Region> region;
  /// 1/2, 1/4 or 1/8 of a JPEG's size, rounded up: quicker than decoding and resizing. Other
  /// formats keep their size.
  int64_t jpeg_scale = 1;
  /// Samples of more than 8 bits as uint16, as torchvision has them, instead of rounded to uint8
  /// (PNG, PNM, TIFF).
  bool keep_16_bits = false;
  /// Which picture of a TIFF or frame of a GIF, from 0 on; ValueError for one that there is not.
  /// Other formats have one.
  int64_t page = 0;

  DecodeOptions() = default;
  DecodeOptions(ImageReadMode m) : mode(m) {}
};

/// The bytes of a file as a 1-d uint8 tensor. Throws FileError.
HEARTH_API Tensor read_file(const std::string& path);

/// Writes a 1-d uint8 tensor. The file is complete or untouched: bytes go to a temporary file next
/// to it, which then takes its name. Throws FileError.
HEARTH_API void write_file(const std::string& path, const Tensor& data);

/// What a file's header says.
struct ImageInfo {
  /// "png", "jpeg", "webp", "bmp", "pnm", "tiff" or "gif".
  std::string format;
  /// In pixels, as the picture is stored.
  int64_t width = 0;
  int64_t height = 0;
  /// Of the picture that decoding leaves Unchanged.
  int64_t channels = 0;
  /// Of a sample of the file; of its palette, if it has one.
  int64_t bits = 8;
  /// EXIF orientation, 1 to 8; 1 where none is said before the pixels.
  int64_t orientation = 1;
  /// How many pictures a TIFF has, of which the first is described, or frames a GIF; 1 for other
  /// formats.
  int64_t pages = 1;
};

/// What kind of image and how large, without decoding it. Throws FormatError.
HEARTH_API ImageInfo image_info(const Tensor& data);
/// The same of a file; errors name it.
HEARTH_API ImageInfo image_info(const std::string& path);

/// Decodes a PNG, JPEG, WebP, BMP, PNM, TIFF or GIF, told apart by their first bytes, from a 1-d
/// uint8 tensor into a uint8 tensor [C, H, W] (interleaved in memory, as decoders write it). Throws
/// FormatError for anything damaged, cut short or too large, NotImplementedError for a format whose
/// library this build lacks.
HEARTH_API Tensor decode_image(const Tensor& data, const DecodeOptions& options = {});
HEARTH_API Tensor decode_png(const Tensor& data, const DecodeOptions& options = {});
HEARTH_API Tensor decode_jpeg(const Tensor& data, const DecodeOptions& options = {});
HEARTH_API Tensor decode_webp(const Tensor& data, const DecodeOptions& options = {});
HEARTH_API Tensor decode_bmp(const Tensor& data, const DecodeOptions& options = {});
/// PBM, PGM and PPM, as text or binary (P1 to P6).
HEARTH_API Tensor decode_pnm(const Tensor& data, const DecodeOptions& options = {});
HEARTH_API Tensor decode_tiff(const Tensor& data, const DecodeOptions& options = {});
/// All frames of a GIF as they are seen, [N, 3, H, W], or [3, H, W] of one. As torchvision draws
/// them: what a frame leaves out or has transparent shows the frame before, or the background's
/// color where the frame's own disposal is "restore to background". max_pixels is the limit for all
/// together.
HEARTH_API Tensor decode_gif(const Tensor& data, const DecodeOptions& options = {});

/// decode_image of a file; errors name it.
HEARTH_API Tensor read_image(const std::string& path, const DecodeOptions& options = {});

/// An image [C, H, W] of uint8, or of uint16 for 16 bits, with 1 to 4 channels (gray, gray and
/// alpha, RGB, RGB and alpha) as a PNG in a 1-d uint8 tensor. compression_level is 0 (quick) to 9
/// (small).
HEARTH_API Tensor encode_png(const Tensor& image, int64_t compression_level = 6);
/// A uint8 image as a JPEG; 1 or 3 channels, quality 1 to 100.
HEARTH_API Tensor encode_jpeg(const Tensor& image, int64_t quality = 75);
/// The same as a WebP, which has no gray images of its own; quality 0 to 100. Lossless, quality is
/// how hard is tried to make the file small.
HEARTH_API Tensor encode_webp(const Tensor& image, int64_t quality = 80, bool lossless = false);
/// The same as a BMP; 1, 3 or 4 channels.
HEARTH_API Tensor encode_bmp(const Tensor& image);
/// The same as a binary PGM (1 channel) or PPM (3 channels).
HEARTH_API Tensor encode_pnm(const Tensor& image);

/// write_file of encode_png.
HEARTH_API void write_png(const Tensor& image, const std::string& path,
                          int64_t compression_level = 6);
/// write_file of encode_jpeg.
HEARTH_API void write_jpeg(const Tensor& image, const std::string& path, int64_t quality = 75);
/// Writes the image in the format that the name's ending says, with that format's defaults: .png,
/// .jpg, .jpeg, .webp, .bmp, .pgm or .ppm. Throws ValueError for another ending.
HEARTH_API void write_image(const Tensor& image, const std::string& path);

}  // namespace hearth::vision::io
