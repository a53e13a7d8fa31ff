// SPDX-License-Identifier: Apache-2.0
#include "vision/checked.h"

#include "hearth/base/error.h"
#include "hearth/vision/classification/picture_sources.h"

namespace hearth::datasets {

std::shared_ptr<vision::PictureSource> checked(const std::string& origin,
                                               std::shared_ptr<vision::PictureSource> source,
                                               const PictureOptions& options) {
  if (options.broken() == data::readers::Broken::Skip)
    source = vision::without_broken(std::move(source));
  HEARTH_CHECK_AS(FormatError, source->size() > 0, "[", origin,
                  "] holds no picture that can be read");
  return source;
}

}  // namespace hearth::datasets
