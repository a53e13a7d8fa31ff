// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <type_traits>

#include "hearth/autograd/node.h"

namespace hearth::autograd {

namespace detail {
/// A segment of the forward computation that can be run again.
struct HEARTH_API Segment {
  virtual ~Segment();
  virtual variable_list run(const variable_list& inputs) = 0;
};
HEARTH_API variable_list checkpoint(std::shared_ptr<Segment> segment, const variable_list& inputs);

template <class F>
struct TypedSegment final : Segment {
  explicit TypedSegment(F fn) : f(static_cast<F&&>(fn)) {}
  variable_list run(const variable_list& inputs) override {
    if constexpr (std::is_invocable_r_v<Tensor, F, const Tensor&>) {
      return {f(inputs[0])};
    } else if constexpr (std::is_same_v<decltype(f(inputs)), Tensor>) {
      return {f(inputs)};
    } else {
      return f(inputs);
    }
  }
  F f;
};
}  // namespace detail

/// Runs `f` without keeping what its backward would need; backward runs it once more, with the same
/// random numbers, thread modes and autocast, and differentiates that. Trades time for memory. `f`
/// takes a variable_list and returns one (or a Tensor); parameters it captures receive gradients as
/// usual. As torch.utils.checkpoint (reentrant: works with backward(), not with autograd::grad()).
template <class F>
variable_list checkpoint(F f, const variable_list& inputs) {
  return detail::checkpoint(std::make_shared<detail::TypedSegment<F>>(static_cast<F&&>(f)), inputs);
}
/// For functions of one tensor: `y = checkpoint([&](const Tensor& x) { return block(x); }, x);`
template <class F>
requires std::is_invocable_r_v<Tensor, F, const Tensor&> Tensor checkpoint(F f,
                                                                           const Tensor& input) {
  return detail::checkpoint(std::make_shared<detail::TypedSegment<F>>(static_cast<F&&>(f)),
                            {input})[0];
}

}  // namespace hearth::autograd
