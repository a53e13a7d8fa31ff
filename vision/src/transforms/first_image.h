// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hearth/tensor/tensor.h"

namespace hearth::vision {
class Sample;
}

namespace hearth::vision::transforms {

/// The pixels [..., C, H, W] of the first image of a sample. Throws ValueError where there is none,
/// and ShapeError for other shapes.
const Tensor& first_image(const Sample& sample, const char* who);

}  // namespace hearth::vision::transforms
