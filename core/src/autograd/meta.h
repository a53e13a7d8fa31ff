// SPDX-License-Identifier: Apache-2.0
// What a tensor knows about gradients. Most tensors have none of this.
#pragma once

#include <atomic>
#include <memory>
#include <vector>

#include "hearth/autograd/node.h"

#include "autograd/tangent.h"
#include "base/small_mutex.h"
#include "dispatch/record.h"

namespace hearth::autograd {

inline constexpr char kFreedMessage[] =
    "Trying to backward through the graph a second time (or directly access saved tensors after "
    "they have already been freed). Saved intermediate values of the graph are freed when you call "
    ".backward() or autograd::grad(). Specify retain_graph=true if you need to backward through "
    "the graph a second time or if you need to access saved tensors after calling backward.";

/// The hooks of a tensor, by the order they came in, which is their key; null where one was
/// removed. A list is shared with nodes that run it, and a hook with those that are calling it.
struct TensorHooks {
  std::vector<std::shared_ptr<HookHolder>> hooks;
};

struct AccumulateGrad;

struct AutogradMeta {
  Tensor grad;
  NodePtr grad_fn;
  uint32_t output_nr = 0;
  SmallMutex accumulator_mutex;
  SmallMutex grad_mutex;  ///< held while a gradient is added to grad
  /// While an edge holds the node, the node owns the leaf; else it waits here for the next graph.
  AccumulateGrad* accumulator = nullptr;
  std::shared_ptr<TensorHooks> hooks;
  std::shared_ptr<TensorHooks> post_hooks;  ///< of a leaf: called with it once grad has grown
  std::shared_ptr<Tensor> retained;         ///< retain_grad: where this non-leaf's gradient goes
  std::unique_ptr<Tangent> tangent;         ///< what it has, or had, at a level of forward mode
};

/// The meta of `t`, made when it has none. Several threads may ask at once.
AutogradMeta& ensure_meta(const Tensor& t);
inline AutogradMeta* meta(const Tensor& t) {
  return __atomic_load_n(&impl(t).meta, __ATOMIC_ACQUIRE);
}

/// Whether t is a view whose history follows a base: not when the data of either was replaced.
inline bool follows_base(const Tensor& t) {
  const TensorImpl& i = impl(t);
  return i.base.defined() && i.storage == impl(i.base).storage;
}
/// The edge gradients of t flow to: its grad_fn's input, its accumulator, or nothing.
Edge gradient_edge(const Tensor& t);
/// Whether somebody wants the gradient of input i of a node: while backward runs the node, whether
/// it leads to a tensor that this backward is for.
bool gradient_is_wanted(const Node& node, size_t i);
/// t's grad_fn, rebuilt from its base first when the base was written to since.
NodePtr current_grad_fn(const Tensor& t);
/// Gives a new tensor its place in the graph.
void set_history(const Tensor& t, NodePtr node, uint32_t output_nr);
/// The same for a tensor that had another: its hooks stay with the old value.
void replace_history(const Tensor& t, NodePtr node, uint32_t output_nr);
/// After an in-place op recorded as `node`: t's (and for a view its base's) history is now that.
void rebase_history(const Tensor& t, NodePtr node, uint32_t output_nr);
/// `t` as a node keeps it for backward: an alias without history, but with its tangent. No node may
/// own itself, as the source of what it keeps or once that is written to in place. Leaves that need
/// a gradient cannot be, and stay themselves.
Tensor without_history(const Tensor& t);
/// What a node kept, with gradients flowing on to `edge` if any are followed now.
Tensor with_history(const Tensor& kept, Edge edge);

}  // namespace hearth::autograd
