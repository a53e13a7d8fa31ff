// SPDX-License-Identifier: Apache-2.0
#include "hearth/vision/io/image.h"

#include <cstring>

#include "hearth/ops/creation.h"
#include "hearth/tensor/tensor.h"

#include "fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  namespace io = hearth::vision::io;
  hearth::Tensor bytes = hearth::empty({static_cast<int64_t>(size)}, hearth::kByte);
  if (size > 0) std::memcpy(bytes.data_ptr(), data, size);
  io::DecodeOptions options;
  options.max_pixels = 1 << 20;  // so that no round takes long
  options.apply_exif_orientation = true;
  options.keep_16_bits = size % 2 == 0;
  hearth::fuzz::read([&] { io::decode_image(bytes, options); });
  hearth::fuzz::read([&] { io::decode_gif(bytes, options); });
  // A part of it, which a JPEG is decoded for in another way.
  return hearth::fuzz::read([&] {
    const io::ImageInfo info = io::image_info(bytes);
    options.apply_exif_orientation = false;
    options.region = io::Region{info.height / 3, info.width / 3, info.height / 3, info.width / 3};
    io::decode_image(bytes, options);
    options.region.reset();
    options.jpeg_scale = 2;
    io::decode_image(bytes, options);
  });
}
