// SPDX-License-Identifier: Apache-2.0
#include "vision/decode.h"

#include "hearth/base/error.h"

namespace hearth::datasets {

Tensor decode(const Tensor& bytes, const std::string& name, vision::io::ImageReadMode mode) {
  vision::io::DecodeOptions options(mode);
  options.apply_exif_orientation = true;
  try {
    return vision::io::decode_image(bytes, options);
  } catch (const FormatError& e) {
    throw FormatError(cat_str("[", name, "] cannot be decoded: ", e.what()));
  }
}

}  // namespace hearth::datasets
