// SPDX-License-Identifier: Apache-2.0
// Kernel header: constants only.
#pragma once

#include <cstdint>

namespace hearth {

/// Every op of pointwise.def.
enum class PointwiseOp : uint8_t {
#define HEARTH_UNARY(name, ...) name,
#define HEARTH_BINARY(name, ...) name,
#define HEARTH_TERNARY(name, ...) name,
#include "hearth/ops/pointwise.def"
#undef HEARTH_UNARY
#undef HEARTH_BINARY
#undef HEARTH_TERNARY
  count
};
inline constexpr int kNumPointwise = static_cast<int>(PointwiseOp::count);
constexpr PointwiseOp last_value(PointwiseOp) {
  return static_cast<PointwiseOp>(kNumPointwise - 1);
}

}  // namespace hearth
