// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <type_traits>

#include "hearth/vision/transforms/functional/pad.h"
#include "hearth/vision/types.h"

namespace hearth::vision::transforms {

/// What new pixels of a kind of item become.
template <class T>
Fill fill_of(const T&, const Fill& of_images, double of_masks) {
  return std::is_same_v<T, Mask> ? Fill{of_masks} : of_images;
}

}  // namespace hearth::vision::transforms
