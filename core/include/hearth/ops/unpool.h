// SPDX-License-Identifier: Apache-2.0
// The way back from max pooling, and pooling over windows at random places. With or without N.
#pragma once

#include <tuple>

#include "hearth/tensor/tensor.h"

namespace hearth {

/// Images [N, C, output_size...] of zeros with self's elements at `indices` (int64, of self's
/// sizes), which are places in a flattened channel, as max_pool2d_with_indices gives them.
HEARTH_API Tensor max_unpool2d(const Tensor& self, const Tensor& indices, IntArrayRef output_size);
HEARTH_API Tensor max_unpool3d(const Tensor& self, const Tensor& indices, IntArrayRef output_size,
                               IntArrayRef stride, IntArrayRef padding);

/// The maxima, and their places, of output_size windows a dim, a random number of elements apart.
/// random_samples [N, C, 2 or 3] are in [0, 1), for the last dim first in images and last in
/// volumes.
HEARTH_API std::tuple<Tensor, Tensor> fractional_max_pool2d(const Tensor& self,
                                                            IntArrayRef kernel_size,
                                                            IntArrayRef output_size,
                                                            const Tensor& random_samples);
HEARTH_API std::tuple<Tensor, Tensor> fractional_max_pool3d(const Tensor& self,
                                                            IntArrayRef kernel_size,
                                                            IntArrayRef output_size,
                                                            const Tensor& random_samples);

}  // namespace hearth
