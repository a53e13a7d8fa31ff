// SPDX-License-Identifier: Apache-2.0
#include "autograd/inner_graph.h"

namespace hearth::autograd {

/// Keeps the gradient that arrives until it is connected, and passes it on from then.
struct InnerGraph::Beginning final : Node {
  Tensor arrived;

  std::string name() const override { return "AliasBackward0"; }
  GradList apply(GradList&& grads) override {
    if (!edges.empty()) return std::move(grads);
    arrived = std::move(grads[0]);
    return {};
  }
};

Tensor InnerGraph::input(const Tensor& t, const Edge& onward) {
  Input& in = inputs_.emplace_back();
  if (!t.defined()) return t;
  Tensor alias = alias_tensor(t);
  share_tangent(t, alias);
  if (!onward.is_valid()) return alias;
  in.onward = onward;
  in.node = NodePtr::adopt(new Beginning);
  in.node->inputs.push_back({impl(t).sizes, impl(t).dtype, impl(t).device});
  set_history(alias, in.node, 0);
  return alias;
}

Tensor InnerGraph::take_gradient(size_t i) const {
  // The gradient's own graph leads back to the node, which must not own it for good.
  return inputs_[i].node ? std::move(static_cast<Beginning&>(*inputs_[i].node).arrived) : Tensor();
}

void InnerGraph::connect() const {
  for (const Input& in : inputs_)
    if (in.node) in.node->edges.push_back(in.onward);
}

}  // namespace hearth::autograd
