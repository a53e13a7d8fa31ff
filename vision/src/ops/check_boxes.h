// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hearth/base/error.h"
#include "hearth/tensor/tensor.h"

namespace hearth::vision::ops {

inline void check_boxes(const Tensor& boxes, const char* who) {
  HEARTH_CHECK_AS(ShapeError, boxes.defined() && boxes.dim() >= 1 && boxes.size(-1) == 4, "[", who,
                  "] expected boxes [..., 4], got ",
                  boxes.defined() ? cat_str("shape ", boxes.sizes()) : std::string("none"));
}

}  // namespace hearth::vision::ops
