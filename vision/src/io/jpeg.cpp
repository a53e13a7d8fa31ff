// SPDX-License-Identifier: Apache-2.0
#include <limits>

#include "hearth/ops/creation.h"

#include "io/codec.h"
#include "io/jpeg_decoder.h"

namespace hearth::vision::io {

Tensor decode_jpeg(const Tensor& data, const DecodeOptions& options) {
  const Tensor bytes = expect_bytes("decode_jpeg", data);
  JpegDecoder decoder;
  decoder.open(bytes.const_data_ptr<uint8_t>(), static_cast<size_t>(bytes.numel()),
               options.max_pixels);
  decoder.scale(options.jpeg_scale);
  const int orientation = options.apply_exif_orientation ? decoder.orientation() : 1;
  const int64_t height = decoder.height(), width = decoder.width();
  Region region{0, 0, height, width};
  if (options.region) {
    const bool swap = orientation >= 5;
    check_region("decode_jpeg", *options.region, swap ? width : height, swap ? height : width);
    region = stored_region(*options.region, orientation, height, width);
  }
  const int64_t channels = channels_of(options.mode, decoder.channels() == 1 ? 1 : 3);
  const int64_t colors = channels < 3 ? 1 : 3;
  Tensor picture = empty({region.height, region.width, colors}, kByte);
  decoder.decode(region, colors, picture.data_ptr<uint8_t>(), region.width * colors);
  picture = with_channels(picture, channels);
  if (orientation != 1) picture = turn_upright(picture, orientation);
  return picture.permute({2, 0, 1});
}

ImageInfo jpeg_info(const Tensor& data) {
  JpegDecoder decoder;
  decoder.open(data.const_data_ptr<uint8_t>(), static_cast<size_t>(data.numel()),
               std::numeric_limits<int64_t>::max());
  ImageInfo info;
  info.width = decoder.width();
  info.height = decoder.height();
  info.channels = decoder.channels() == 1 ? 1 : 3;
  info.orientation = decoder.orientation();
  return info;
}

}  // namespace hearth::vision::io
