// SPDX-License-Identifier: Apache-2.0
// What gather and the scatters check, and share in their gradients.
#pragma once

#include "dispatch/op.h"

namespace hearth::ops {

/// Checks gather's and scatter's index against the tensor read from or written to.
void check_elementwise_index(const Tensor& self, int64_t dim, const Tensor& index,
                             std::string_view op);
/// The index is nowhere larger than src.
void check_scatter_source(const Tensor& index, const Tensor& src, std::string_view op);
/// The gradient of scatter's source, `picked` at the index: only the part that it covers was read.
Tensor source_gradient(const Tensor& picked, const Spec& source);

}  // namespace hearth::ops
