// SPDX-License-Identifier: Apache-2.0
#include "autograd/copy_slices.h"

#include <utility>

#include "autograd/geometry.h"
#include "autograd/tangent.h"
#include "base/thread_state.h"
#include "dispatch/interceptor.h"

namespace hearth::autograd {

namespace {

struct CopySlices;
/// The one whose fn is running on this thread.
thread_local constinit CopySlices* running = nullptr;

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
    GradList inner = run_fn(std::move(in));
    for (size_t i = 1; i < inner.size() && i < out.size(); ++i) out[i] = std::move(inner[i]);
    if (inner.size() > 0 && inner[0].defined()) {
      part.copy_(inner[0].sum_to_size(view.sizes));
    } else {
      part.zero_();
    }
    out[0] = result;
    return out;
  }

  GradList run_fn(GradList&& in) {
    struct Within {
      explicit Within(CopySlices* now) : outer(std::exchange(running, now)) {}
      Within(const Within&) = delete;
      Within& operator=(const Within&) = delete;
      ~Within() { running = outer; }
      CopySlices* const outer;
    };
    const Within within(this);
    return fn->apply(std::move(in));
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

Tensor written_part(const Node& node, const Tensor& kept) {
  if (!running || running->fn.get() != &node || !thread_state().grad_enabled) return {};
  const Interceptor::Popped hidden(nullptr);
  const Geometry& base = running->base;
  const Tensor whole = alias_tensor(kept, base.sizes, base.strides, base.offset, base.dtype);
  const Tensor part = running->view.of(with_history(whole, {NodePtr(running), 0}), base);
  share_tangent(kept, part);
  return part;
}

Node* written_by(Node& node) {
  const auto* slices = dynamic_cast<const CopySlices*>(&node);
  return slices ? slices->fn.get() : &node;
}

}  // namespace hearth::autograd
