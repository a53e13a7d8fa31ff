// SPDX-License-Identifier: Apache-2.0
#include "transforms/first_image.h"

#include "hearth/base/error.h"
#include "hearth/vision/types.h"

namespace hearth::vision::transforms {

const Tensor& first_image(const Sample& sample, const char* who) {
  for (const auto& [name, item] : sample.items())
    if (const auto* image = std::get_if<Image>(&item)) {
      HEARTH_CHECK_AS(
          ShapeError, image->data.defined() && image->data.dim() >= 3, "[", who,
          "] expected an image [..., C, H, W], got ",
          image->data.defined() ? cat_str("shape ", image->data.sizes()) : std::string("none"));
      return image->data;
    }
  throw ValueError(cat_str("[", who, "] expected an image in the sample, got none"));
}

}  // namespace hearth::vision::transforms
