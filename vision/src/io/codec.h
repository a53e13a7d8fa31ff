// SPDX-License-Identifier: Apache-2.0
// What the image codecs share.
#pragma once

#include <cstdint>
#include <string_view>

#include "hearth/vision/io/image.h"

namespace hearth::vision::io {

/// The bytes of a 1-d uint8 tensor, contiguous.
Tensor expect_bytes(std::string_view op, const Tensor& data);

/// An image [C, H, W] as contiguous samples [H, W, C] for an encoder that takes `channels` of type
/// `dtype`.
Tensor expect_image(std::string_view op, const Tensor& image, ArrayRef<int64_t> channels,
                    ScalarType dtype = kByte);

/// Throws FormatError unless an image of these sizes may be decoded.
void check_pixels(std::string_view op, uint64_t width, uint64_t height, int64_t max_pixels);

/// Throws ValueError unless the region has pixels and lies within a picture of this size.
void check_region(std::string_view op, const Region& region, int64_t height, int64_t width);

/// The number of channels of a mode, or of the file where the mode is Unchanged.
int64_t channels_of(ImageReadMode mode, int64_t in_file);

/// The EXIF orientation (1 to 8) in a JPEG APP1 segment; 1 where there is none or it is damaged.
int exif_orientation(const uint8_t* data, size_t size);
/// The same of the TIFF structure that EXIF is; PNG and WebP have it alone.
int tiff_orientation(const uint8_t* data, size_t size);

/// A picture [H, W, C], uint8 or uint16, with so many channels: gray as Pillow makes it,
/// new alpha opaque.
Tensor with_channels(const Tensor& picture, int64_t channels);

/// Samples from 0 to `most`, a uint16 tensor, as uint8 from 0 to 255, rounded.
Tensor to_bytes(const Tensor& samples, int64_t most);

/// Where a region of an upright picture lies in the picture [height, width] as it is stored.
Region stored_region(const Region& upright, int orientation, int64_t height, int64_t width);

/// A picture [H, W, C] turned upright from an EXIF orientation.
Tensor turn_upright(const Tensor& picture, int orientation);

/// What decoders of whole pictures [H, W, C] return: the region asked for of the upright picture,
/// as [C, H, W].
Tensor finish(std::string_view op, Tensor picture, const DecodeOptions& options, int orientation);

/// The headers of each format, of contiguous bytes that start like it.
ImageInfo png_info(const Tensor& data);
ImageInfo jpeg_info(const Tensor& data);
ImageInfo webp_info(const Tensor& data);
ImageInfo bmp_info(const Tensor& data);
ImageInfo pnm_info(const Tensor& data);
ImageInfo tiff_info(const Tensor& data);
ImageInfo gif_info(const Tensor& data);

/// One frame of a GIF, [C, H, W].
Tensor decode_gif_page(const Tensor& data, const DecodeOptions& options);

}  // namespace hearth::vision::io
