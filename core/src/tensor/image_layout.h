// SPDX-License-Identifier: Apache-2.0
// Layouts of activations [N, C, spatial...]: contiguous, or channels-last in memory.
#pragma once

#include "tensor/tensor_impl.h"

namespace hearth {

inline bool prefers_channels_last(const TensorImpl& t) {
  return prefers_channels_last(t.sizes, t.strides);
}

/// Strides for `sizes` in that layout; none for contiguous.
HEARTH_API DimVector image_strides(IntArrayRef sizes, bool channels_last);

/// `t` itself when dense in the wanted layout, else a copy that is. For kernels, past the tape.
HEARTH_API Tensor image_raw(const Tensor& t, bool channels_last);

}  // namespace hearth
