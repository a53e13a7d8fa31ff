// SPDX-License-Identifier: Apache-2.0
#include "hearth/vision/io/image.h"

#include <cstring>

#include "hearth/ops/creation.h"
#include "hearth/ops/view.h"

#include "io/codec.h"

namespace hearth::vision::io {

Tensor expect_bytes(std::string_view op, const Tensor& data) {
  HEARTH_CHECK_AS(ValueError, data.defined() && data.is_cpu(), "[", op,
                  "] expected the file's bytes as a CPU tensor, got an undefined one or another",
                  " device's; read them with read_file");
  HEARTH_CHECK_AS(DtypeError, data.scalar_type() == kByte, "[", op,
                  "] expected the file's bytes as uint8, got ", data.scalar_type());
  HEARTH_CHECK_AS(ShapeError, data.dim() == 1, "[", op,
                  "] expected the file's bytes as a 1-d tensor, got shape ", data.sizes());
  return data.contiguous();
}

Tensor expect_image(std::string_view op, const Tensor& image, ArrayRef<int64_t> channels,
                    ScalarType dtype) {
  HEARTH_CHECK_AS(ValueError, image.defined() && image.is_cpu(), "[", op,
                  "] expected a CPU tensor, got an undefined one or another device's");
  HEARTH_CHECK_AS(DtypeError, image.scalar_type() == dtype, "[", op,
                  "] expected a uint8 image, got ", image.scalar_type(),
                  "; scale to 0..255 and convert with to(kByte)");
  bool fits = image.dim() == 3 && image.size(1) > 0 && image.size(2) > 0;
  if (fits) {
    fits = false;
    for (int64_t c : channels) fits = fits || c == image.size(0);
  }
  HEARTH_CHECK_AS(ShapeError, fits, "[", op, "] expected an image [C, H, W] with C in ", channels,
                  ", got shape ", image.sizes());
  return image.permute({1, 2, 0}).contiguous();
}

void check_pixels(std::string_view op, uint64_t width, uint64_t height, int64_t max_pixels) {
  // Both are below 2^32 in every format, so the product cannot wrap.
  HEARTH_CHECK_AS(FormatError, width > 0 && height > 0, "[", op, "] the image is empty: ", width,
                  " x ", height);
  HEARTH_CHECK_AS(FormatError, width * height <= static_cast<uint64_t>(max_pixels), "[", op,
                  "] the header promises ", width, " x ", height, " pixels, the limit is ",
                  max_pixels, " (DecodeOptions::max_pixels)");
}

void check_region(std::string_view op, const Region& region, int64_t height, int64_t width) {
  const bool fits = region.top >= 0 && region.left >= 0 && region.height > 0 && region.width > 0 &&
                    region.height <= height - region.top && region.width <= width - region.left;
  HEARTH_CHECK_AS(ValueError, fits, "[", op, "] expected a region within ", height, " x ", width,
                  " pixels, got ", region.height, " x ", region.width, " at (", region.top, ", ",
                  region.left, ")");
}

int64_t channels_of(ImageReadMode mode, int64_t in_file) {
  return mode == ImageReadMode::Unchanged ? in_file : static_cast<int64_t>(mode);
}

Tensor finish(std::string_view op, Tensor picture, const DecodeOptions& options, int orientation) {
  if (options.apply_exif_orientation && orientation != 1)
    picture = turn_upright(picture, orientation);
  if (const auto& region = options.region) {
    check_region(op, *region, picture.size(0), picture.size(1));
    picture = picture.narrow(0, region->top, region->height)
                  .narrow(1, region->left, region->width)
                  .contiguous();
  }
  return picture.permute({2, 0, 1});
}

void write_png(const Tensor& image, const std::string& path, int64_t compression_level) {
  write_file(path, encode_png(image, compression_level));
}

void write_jpeg(const Tensor& image, const std::string& path, int64_t quality) {
  write_file(path, encode_jpeg(image, quality));
}

}  // namespace hearth::vision::io
