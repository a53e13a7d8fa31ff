// SPDX-License-Identifier: Apache-2.0
// A JPEG decoder that is kept between pictures and decodes no more than is wanted of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "hearth/vision/io/image.h"

namespace hearth::vision::io {

/// Decodes one picture after the other, for one thread, and keeps its memory between them:
///
///     JpegDecoder decoder;
///     decoder.open(data, size);
///     decoder.decode({top, left, height, width}, 3, rgb, 3 * width);
///
/// Pixels are those of libjpeg-turbo's exact inverse transform with fancy upsampling, which Pillow
/// and torchvision use; a region has the pixels that it has in the whole picture. Members throw
/// FormatError for what is damaged, cut short or too large; the decoder can then open another.
class JpegDecoder {
 public:
  JpegDecoder();
  ~JpegDecoder();
  JpegDecoder(const JpegDecoder&) = delete;
  JpegDecoder& operator=(const JpegDecoder&) = delete;

  /// Reads the header of a file in memory, which must stay where it is until the picture is
  /// decoded. `max_pixels` as in DecodeOptions, before any scaling.
  void open(const uint8_t* data, size_t size, int64_t max_pixels = DecodeOptions().max_pixels);

  /// The next picture is decoded at 1/denominator of its size, rounded up: 1, 2, 4 or 8. Quicker
  /// than decoding and resizing, with other pixels.
  void scale(int64_t denominator);

  /// The size of the picture as it will be decoded, before it is turned upright.
  int64_t width() const;
  int64_t height() const;
  /// 1 for gray, 3 for colors, 4 for CMYK.
  int64_t channels() const;
  /// The camera's EXIF orientation, 1 to 8; 1 where none is said.
  int orientation() const;

  /// The pixels of a region, which lies within width() and height(), as interleaved bytes, one row
  /// each `row_bytes` from `to` on. `channels` is 1 (gray) or 3 (RGB); CMYK is converted as Pillow
  /// converts it. What comes after the region's last row is not looked at, so damage there is not
  /// seen. Once for each `open`.
  void decode(const Region& region, int64_t channels, uint8_t* to, int64_t row_bytes);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace hearth::vision::io
