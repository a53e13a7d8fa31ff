// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "autograd/meta.h"

namespace hearth::autograd {

/// Of leaves' nodes: they run as early as they can, so that their gradients need not wait in
/// memory.
inline constexpr uint64_t kLeafSequenceNr = ~uint64_t{0};

/// Adds what arrives into the grad of a leaf. While an edge holds the node, it owns the leaf. When
/// none does any more, the leaf keeps the node: the next graph needs it again.
struct AccumulateGrad final : Node {
  explicit AccumulateGrad(const Tensor& leaf) { begin(leaf); }
  static void* operator new(size_t bytes);
  static void operator delete(void* block);
  std::string name() const override { return "AccumulateGrad"; }
  GradList apply(GradList&& grads) override;
  void retire() override;
  /// From here on the node is the leaf's, held once.
  void begin(const Tensor& leaf);

  Tensor variable;  ///< the leaf; undefined while no edge holds the node
};

/// Whether this is the only handle of its tensor, and that the only one on its memory.
inline bool sole_owner(const Tensor& t) {
  return __atomic_load_n(&impl(t).refs, __ATOMIC_ACQUIRE) == 1 &&
         __atomic_load_n(&impl(t).storage->refs, __ATOMIC_ACQUIRE) == 1;
}
/// The accumulator of a leaf.
NodePtr accumulator_of(const Tensor& leaf);
/// leaf.grad += grad; takes over the tensor when nobody else holds it.
void accumulate_grad(const Tensor& leaf, Tensor grad);

}  // namespace hearth::autograd
