// SPDX-License-Identifier: Apache-2.0
#include "hearth/autograd/checkpoint.h"

#include "hearth/autograd/autograd.h"
#include "hearth/autograd/grad_mode.h"
#include "hearth/base/generator.h"

#include "autograd/autocast_modes.h"
#include "autograd/inner_graph.h"
#include "base/thread_state.h"

namespace hearth::autograd::detail {

Segment::~Segment() = default;

namespace {

struct CheckpointNode final : Node {
  std::shared_ptr<Segment> segment;
  variable_list saved;
  std::vector<uint32_t> versions;
  ThreadState state;
  std::vector<AutocastMode> autocast;
  GeneratorState random;

  std::string name() const override { return "CheckpointBackward"; }

  GradList apply(GradList&& grads) override {
    HEARTH_CHECK_AS(AutogradError, segment, "[checkpoint] ", kFreedMessage);
    for (size_t i = 0; i < saved.size(); ++i)
      HEARTH_CHECK_AS(AutogradError, !saved[i].defined() || version_of(saved[i]) == versions[i],
                      "[checkpoint] input ", i,
                      " was modified by an inplace operation after the "
                      "checkpointed call");
    InnerGraph inner;
    variable_list in;
    for (size_t i = 0; i < saved.size(); ++i) in.push_back(inner.input(saved[i], edges[i]));
    variable_list out;
    {
      ThreadState again = state;
      again.grad_enabled = true;
      const ThreadStateGuard guard(again);
      const AutocastModesGuard casts(autocast);
      Generator generator;
      generator.set_state(random);
      const GeneratorGuard same_numbers(generator);
      out = segment->run(in);
    }
    variable_list roots, starts;
    for (size_t i = 0; i < out.size(); ++i) {
      if (!grads[i].defined() || !out[i].defined() || !out[i].requires_grad()) continue;
      roots.push_back(out[i]);
      starts.push_back(grads[i]);
    }
    const bool create_graph = thread_state().grad_enabled;
    if (!roots.empty()) backward(roots, starts, std::nullopt, create_graph);
    GradList result;
    for (size_t i = 0; i < in.size(); ++i) result.push_back(inner.take_gradient(i));
    if (create_graph) inner.connect();
    return result;
  }

  void release_variables() override {
    segment.reset();
    saved.clear();
  }
};

}  // namespace

variable_list checkpoint(std::shared_ptr<Segment> segment, const variable_list& inputs) {
  if (!GradMode::is_enabled()) return segment->run(inputs);
  auto* node = new CheckpointNode;
  const NodePtr handle = NodePtr::adopt(node);
  node->segment = segment;
  node->state = thread_state();
  node->autocast = autocast_modes();
  node->random = default_generator().get_state();
  for (const Tensor& t : inputs) {
    node->saved.push_back(t.defined() ? without_history(t) : t);
    node->versions.push_back(t.defined() ? version_of(t) : 0);
    node->edges.push_back(t.defined() && t.requires_grad() ? gradient_edge(t) : Edge{});
  }
  variable_list out;
  {
    NoGradGuard no_grad;
    out = segment->run(inputs);
  }
  for (size_t i = 0; i < out.size(); ++i) {
    Tensor& t = out[i];
    node->inputs.push_back(t.defined() ? InputMeta{impl(t).sizes, impl(t).dtype, impl(t).device}
                                       : InputMeta{});
    if (!t.defined() || !is_differentiable(impl(t).dtype)) continue;
    HEARTH_CHECK_AS(NotImplementedError, !is_dual(t),
                    "[checkpoint] cannot be used in forward mode AD: output ", i,
                    " has a tangent, whose backward would not be kept");
    // An input returned as it is, or a view of one, becomes a tensor of its own.
    t = alias_tensor(t);
    set_history(t, handle, static_cast<uint32_t>(i));
  }
  return out;
}

}  // namespace hearth::autograd::detail
