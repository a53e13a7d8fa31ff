// SPDX-License-Identifier: Apache-2.0
#include "autograd/copy_slices.h"

namespace hearth::autograd {

namespace {

struct CopySlices final : Node {
  std::shared_ptr<const ViewStep> steps;
  NodePtr fn;
  InputMeta view;

  std::string name() const override { return "CopySlices"; }

  GradList apply(GradList&& grads) override {
    GradList out(edges.size());
    if (!grads[0].defined()) return out;
    HEARTH_CHECK_AS(AutogradError, fn, "[backward] CopySlices ", kFreedMessage);
    // A copy of the base's gradient, of which the written part is replaced by fn's answer.
    const Tensor result = grads[0].clone(MemoryFormat::Contiguous);
    const Tensor part = steps->replay(result);
    GradList in;
    in.push_back(part.clone(MemoryFormat::Contiguous));
    GradList inner = fn->apply(std::move(in));
    for (size_t i = 0; i < inner.size() && i < out.size(); ++i) {
      if (i > 0) {
        out[i] = std::move(inner[i]);
      } else if (inner[0].defined()) {
        part.copy_(inner[0].sum_to_size(view.sizes));
      } else {
        part.zero_();
      }
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

NodePtr make_copy_slices(const Tensor& base, std::shared_ptr<const ViewStep> steps,
                         const Tensor& view, NodePtr fn) {
  auto* node = new CopySlices;
  NodePtr handle = NodePtr::adopt(node);
  node->inputs.push_back({impl(base).sizes, impl(base).dtype, impl(base).device});
  node->view = {impl(view).sizes, impl(view).dtype, impl(view).device};
  // fn's first edge led to the view's old value; that is part of the base now.
  node->edges.push_back(gradient_edge(base));
  for (size_t i = 1; i < fn->edges.size(); ++i) node->edges.push_back(fn->edges[i]);
  node->steps = std::move(steps);
  node->fn = std::move(fn);
  return handle;
}

}  // namespace hearth::autograd
