// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <type_traits>
#include <variant>

#include "hearth/base/error.h"
#include "hearth/vision/types.h"

namespace hearth::vision::transforms {

/// The sample with f of each image, mask, box and point; other tensors stay as they are.
template <class F>
Sample with_each_item(const Sample& sample, const F& f) {
  Sample out = sample;
  for (auto& [name, item] : out.items())
    item = std::visit(
        [&](const auto& value) -> Item {
          if constexpr (std::is_same_v<std::decay_t<decltype(value)>, Tensor>) {
            return value;
          } else {
            return f(value);
          }
        },
        item);
  return out;
}

/// Throws ShapeError unless it is [..., C, H, W].
inline void check_pixels(const Tensor& image, const char* who) {
  HEARTH_CHECK_AS(ShapeError, image.defined() && image.dim() >= 3, "[", who,
                  "] expected an image [..., C, H, W], got ",
                  image.defined() ? cat_str("shape ", image.sizes()) : std::string("nothing"));
}

/// Throws ValueError unless p is between 0 and 1.
inline double checked_probability(double p, const char* who) {
  HEARTH_CHECK_AS(ValueError, p >= 0 && p <= 1, "[", who,
                  "] expected a probability between 0 and 1, got ", p);
  return p;
}

/// f of a mask [..., H, W] as an image; one of two dims gets a channel for that.
template <class F>
Mask through_image(const Mask& mask, const F& f) {
  HEARTH_CHECK_AS(ShapeError, mask.data.defined() && mask.data.dim() >= 2,
                  "[Mask] expected a mask [..., H, W], got ",
                  mask.data.defined() ? cat_str("shape ", mask.data.sizes()) : "nothing");
  if (mask.data.dim() > 2) return {f(mask.data)};
  return {f(mask.data.unsqueeze(0)).squeeze(0)};
}

}  // namespace hearth::vision::transforms
