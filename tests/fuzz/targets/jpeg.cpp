// SPDX-License-Identifier: Apache-2.0
#include <cstring>

#include "hearth/ops/creation.h"
#include "hearth/tensor/tensor.h"
#include "hearth/vision/io/image.h"

#include "fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  return hearth::fuzz::read([&] {
    hearth::Tensor bytes = hearth::empty({static_cast<int64_t>(size)}, hearth::kByte);
    if (size > 0) std::memcpy(bytes.data_ptr(), data, size);
    hearth::vision::io::DecodeOptions options;
    options.apply_exif_orientation = true;
    hearth::vision::io::decode_jpeg(bytes, options);
  });
}
