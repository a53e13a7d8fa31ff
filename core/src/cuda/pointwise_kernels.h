// SPDX-License-Identifier: Apache-2.0
// The launches behind pointwise ops, by compute type.
#pragma once

#include "dispatch/op.h"
#include "pointwise/op_ids.h"

namespace hearth::cuda {

/// One operand: a tensor broadcast to the output, a number, or (neither) unread.
struct PointwiseSlot {
  const Tensor* tensor = nullptr;
  const Scalar* number = nullptr;
};

/// out = f(slots; numbers), converting from and to the tensors' dtypes. Forward slots are a, b, c;
/// backward ones g, a, b, c, y.
using PointwiseLaunch = void (*)(const Tensor& out, const PointwiseSlot* slots,
                                 const Scalar* const* numbers, std::string_view op);

/// One compute type's launches; null where an op does not have it.
struct PointwiseTable {
  PointwiseLaunch forward[kNumPointwise];
  PointwiseLaunch backward[kNumPointwise][3];
};

const PointwiseTable& pointwise_i32();
const PointwiseTable& pointwise_i64();
const PointwiseTable& pointwise_f32();
const PointwiseTable& pointwise_f64();
const PointwiseTable& pointwise_c64();
const PointwiseTable& pointwise_c128();

}  // namespace hearth::cuda
