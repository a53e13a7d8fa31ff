// SPDX-License-Identifier: Apache-2.0
// What libhearth_canvas does: hearth/vision/draw.h with OpenCV. libhearth_vision loads it when it
// first draws, so that programs that draw nothing neither wait for OpenCV nor start what it brings.
#pragma once

#include "hearth/vision/draw.h"

namespace hearth::vision::draw::canvas {

Tensor image_grid(const Tensor& images, const std::vector<Caption>& captions,
                  const std::string& headline, int64_t columns);

struct Pictures {
  decltype(&canvas::image_grid) image_grid;
};

}  // namespace hearth::vision::draw::canvas

/// What libhearth_vision looks up.
extern "C" HEARTH_API const hearth::vision::draw::canvas::Pictures* hearth_pictures();
