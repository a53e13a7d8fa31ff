// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "hearth/ops/view.h"
#include "hearth/tensor/tensor.h"

namespace hearth::audio::features {

/// The values of a feature [frames] of one signal, frames being `hop` seconds apart.
inline std::vector<double> course_of(const Tensor& feature, double hop, const char* op) {
  HEARTH_CHECK_AS(ShapeError, feature.dim() == 1, "[", op,
                  "] expected values [frames] of one signal, got ", feature.sizes());
  HEARTH_CHECK_AS(ValueError, hop > 0, "[", op,
                  "] expected the time from one frame to the next in seconds, got ", hop);
  const Tensor values = feature.detach().to(kCPU, kDouble).contiguous();
  const auto* x = values.const_data_ptr<double>();
  return {x, x + values.numel()};
}

}  // namespace hearth::audio::features
