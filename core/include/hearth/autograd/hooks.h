// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hearth/tensor/tensor.h"

namespace hearth::autograd {

HEARTH_API unsigned add_post_accumulate_grad_hook(const Tensor& leaf, HookHolder* hook);
HEARTH_API void remove_post_accumulate_grad_hook(const Tensor& leaf, unsigned key);

/// Calls `hook(leaf)` each time backward has added to the leaf's grad. It may take an optimizer's
/// step and forget the gradient, so that not all gradients need memory at once. Returns a key for
/// remove_post_accumulate_grad_hook.
template <typename F>
unsigned register_post_accumulate_grad_hook(const Tensor& leaf, F&& hook) {
  return add_post_accumulate_grad_hook(leaf,
                                       new TypedHook<std::decay_t<F>>(static_cast<F&&>(hook)));
}

}  // namespace hearth::autograd

namespace hearth {

template <typename F>
unsigned Tensor::register_post_accumulate_grad_hook(F&& hook) const {
  return autograd::register_post_accumulate_grad_hook(*this, static_cast<F&&>(hook));
}

}  // namespace hearth
