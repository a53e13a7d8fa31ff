// SPDX-License-Identifier: Apache-2.0
// Tensors as batch and group norm see them.
#pragma once

#include "backends/dense.h"

namespace hearth {

/// A tensor [n, channels, spatial] in memory, or with its channels last.
struct Channels {
  int64_t n, channels, spatial;
  bool last;
  explicit Channels(const Tensor& t) {
    const TensorImpl& i = impl(t);
    n = i.sizes[0];
    channels = i.sizes[1];
    spatial = 1;
    for (size_t d = 2; d < i.sizes.size(); ++d) spatial *= i.sizes[d];
    last = channels > 1 && impl(dim_last(t, 1)).contiguous;
  }
  int64_t numel() const { return n * channels * spatial; }
};

}  // namespace hearth
