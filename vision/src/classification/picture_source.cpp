// SPDX-License-Identifier: Apache-2.0
#include "hearth/vision/classification/picture_source.h"

namespace hearth::vision {

PictureSource::~PictureSource() = default;

Tensor PictureSource::encoded(size_t) const { return {}; }

}  // namespace hearth::vision
