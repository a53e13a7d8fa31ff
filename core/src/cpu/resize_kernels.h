// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdint.h>

#include "cpu/isa_select.h"

namespace hearth::cpu {

/// Where one output position of a dim comes from: first * w0 + second * w1.
struct ResizeTap {
  int64_t first, second;
  double w0, w1;
};

/// One plane of contiguous images, or a block of channels of one channels-last image.
struct ResizeArgs {
  int64_t height, width, out_height, out_width;
  const ResizeTap* rows;  ///< one per output row
  const ResizeTap* cols;
  bool nearest;          ///< first is copied as it is
  int64_t channels = 0;  ///< of the block; 0: a plane
  int64_t pixel = 1;     ///< elements between pixels (all channels)
  void* line;            ///< working memory for `width` elements
};

struct ResizeTable {
  void (*forward[3])(const ResizeArgs&, const void* x, void* y);  ///< float, double, uint8
  void (*backward[2])(const ResizeArgs&, const void* gy, void* gx);
};
HEARTH_DECLARE_ISA(const ResizeTable&, resize_table)

}  // namespace hearth::cpu
