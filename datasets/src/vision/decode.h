// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "hearth/tensor/tensor.h"
#include "hearth/vision/io/image.h"

namespace hearth::datasets {

/// The picture, upright, that the bytes of a file are. Errors begin with its name.
Tensor decode(const Tensor& bytes, const std::string& name,
              vision::io::ImageReadMode mode = vision::io::ImageReadMode::Unchanged);

}  // namespace hearth::datasets
