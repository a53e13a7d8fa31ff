// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "autograd/meta.h"

namespace hearth::autograd {

/// A call that recorded a node: the node's name, and the stack.
struct ForwardCall {
  std::string function;
  std::string site;
};

/// What few nodes have: things that happen to the gradient of input `input_nr` before the node
/// runs, and what anomaly mode knows.
struct NodeExtras {
  struct Hooked {
    uint32_t input_nr;
    std::shared_ptr<TensorHooks> hooks;
  };
  struct Retained {
    uint32_t input_nr;
    /// Of the tensor that asked. A gradient with a history would own this node.
    std::weak_ptr<Tensor> grad;
  };
  std::vector<Hooked> hooked;
  std::vector<Retained> retained;
  /// Where the node was recorded; if a backward recorded it, also where the nodes were whose
  /// derivative it is.
  std::vector<ForwardCall> forward_calls;
};

NodeExtras& ensure_extras(Node& node);
/// Runs hooks on the gradients about to enter `node`, then keeps retained ones.
void run_input_hooks(const Node& node, GradList& grads);
/// Makes `node` run the hooks of its output `t` and keep its gradient, as t asks.
void attach_extras(const Tensor& t, Node& node, uint32_t input_nr);
/// Before an in-place write changes t's history: hooks stay with the old value.
void leave_hooks(const Tensor& t);

}  // namespace hearth::autograd
