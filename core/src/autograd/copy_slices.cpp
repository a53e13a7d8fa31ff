// SPDX-License-Identifier: Apache-2.0
#include "autograd/copy_slices.h"

#include "autograd/geometry.h"

namespace hearth::autograd {

namespace {

struct CopySlices final : Node {
  const Geometry base, view;
  NodePtr fn;

  CopySlices(const Tensor& whole, const Tensor& part, NodePtr written_by)
      : base(whole), view(part), fn(std::move(written_by)) {
    inputs.push_back({base.sizes, base.dtype, base.device});
    // fn's first edge led to the view's old value; that is part of the base now.
    edges.push_back(gradient_edge(whole));
    for (size_t i = 1; i < fn->edges.size(); ++i) edges.push_back(fn->edges[i]);
  }

  std::string name() const override { return "CopySlices"; }

  GradList apply(GradList&& grads) override {
    GradList out(edges.size());
    if (!grads[0].defined()) return out;
    HEARTH_CHECK_AS(AutogradError, fn, "[backward] CopySlices ", kFreedMessage);
    // A copy of the base's gradient, laid out as the base, of which the written part is replaced by
    // fn's answer.
    const Tensor result = base.make();
    result.copy_(grads[0]);
    const Tensor part = view.of(result, base);
    GradList in;
    in.push_back(part.clone(MemoryFormat::Contiguous));
    GradList inner = fn->apply(std::move(in));
    for (size_t i = 1; i < inner.size() && i < out.size(); ++i) out[i] = std::move(inner[i]);
    if (inner.size() > 0 && inner[0].defined()) {
      part.copy_(inner[0].sum_to_size(view.sizes));
    } else {
      part.zero_();
    }
    out[0] = result;
    return out;
  }

  void release_variables() override {
    if (fn) fn->release_variables();
    fn = nullptr;
  }
};

}  // namespace

NodePtr make_copy_slices(const Tensor& base, const Tensor& view, NodePtr fn) {
  return NodePtr::adopt(new CopySlices(base, view, std::move(fn)));
}

Node* written_by(Node& node) {
  const auto* slices = dynamic_cast<const CopySlices*>(&node);
  return slices ? slices->fn.get() : &node;
}

}  // namespace hearth::autograd
