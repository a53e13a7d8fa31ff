// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <tuple>

#include "hearth/tensor/tensor.h"

/// Derivatives along a direction, computed with the values: torch.autograd.forward_ad.
///
///   forward_ad::dual_level level;
///   Tensor y = f(forward_ad::make_dual(x, v));
///   auto [value, jvp] = forward_ad::unpack_dual(y);  // f(x), and J v
///
/// Tangents exist on the thread that entered the level, until it leaves it.
namespace hearth::autograd::forward_ad {

/// Begins a level of this thread and answers its number. Levels do not nest.
HEARTH_API uint64_t enter_dual_level();
/// Ends it: what has a tangent loses it.
HEARTH_API void exit_dual_level(uint64_t level);

/// A level for a scope.
class dual_level {
 public:
  dual_level() : level_(enter_dual_level()) {}
  dual_level(const dual_level&) = delete;
  dual_level& operator=(const dual_level&) = delete;
  ~dual_level() { exit_dual_level(level_); }

 private:
  const uint64_t level_;
};

/// An alias of `tensor` whose tangent is `tangent`: itself, or a copy where it lies in memory in
/// another way than `tensor`.
HEARTH_API Tensor make_dual(const Tensor& tensor, const Tensor& tangent);

struct UnpackedDualTensor {
  Tensor primal;
  Tensor tangent;  ///< undefined where there is none
};
/// An alias of `tensor` without a tangent, and its tangent.
HEARTH_API UnpackedDualTensor unpack_dual(const Tensor& tensor);

}  // namespace hearth::autograd::forward_ad

namespace hearth {

// The same as LibTorch calls them.
HEARTH_API Tensor _make_dual(const Tensor& primal, const Tensor& tangent, int64_t level);
HEARTH_API std::tuple<Tensor, Tensor> _unpack_dual(const Tensor& dual, int64_t level);

}  // namespace hearth
