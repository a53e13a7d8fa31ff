// SPDX-License-Identifier: Apache-2.0
#include "autograd/extras.h"

namespace hearth::autograd {

HookHolder::~HookHolder() = default;

NodeExtras& ensure_extras(Node& node) {
  if (!node.extras) node.extras = new NodeExtras;
  return *node.extras;
}

void run_input_hooks(const Node& node, GradList& grads) {
  if (!node.extras) return;
  // Hooks may add hooks, here or to this very list, which run from the next time on; and remove
  // some, those among them that are running or would have been next.
  const std::vector<NodeExtras::Hooked> lists = node.extras->hooked;
  for (const auto& hooked : lists) {
    Tensor& grad = grads[hooked.input_nr];
    if (!grad.defined()) continue;
    const size_t count = hooked.hooks->hooks.size();
    for (size_t i = 0; i < count; ++i) {
      const std::shared_ptr<HookHolder> hook = hooked.hooks->hooks[i];
      if (!hook) continue;
      const Tensor replaced = hook->call(grad);
      if (!replaced.defined()) continue;
      HEARTH_CHECK_AS(ShapeError, replaced.sizes() == grad.sizes(), "[hook] hook '", i,
                      "' has changed the size of value: expected a gradient of sizes ",
                      grad.sizes(), ", got ", replaced.sizes());
      grad = replaced;
    }
  }
  for (const auto& retained : node.extras->retained) {
    const Tensor& grad = grads[retained.input_nr];
    const std::shared_ptr<Tensor> kept = retained.grad.lock();
    if (!kept || !grad.defined()) continue;
    *kept = kept->defined() ? *kept + grad : grad.clone(MemoryFormat::Contiguous);
  }
}

void attach_extras(const Tensor& t, Node& node, uint32_t input_nr) {
  const AutogradMeta* m = meta(t);
  if (!m) return;
  if (m->hooks) {
    auto& list = ensure_extras(node).hooked;
    bool known = false;
    for (const auto& h : list) known |= h.hooks == m->hooks;
    if (!known) list.push_back({input_nr, m->hooks});
  }
  if (m->retained) {
    auto& list = ensure_extras(node).retained;
    bool known = false;
    for (const auto& r : list) known |= r.grad.lock() == m->retained;
    if (!known) list.push_back({input_nr, m->retained});
  }
}

void leave_hooks(const Tensor& t) {
  AutogradMeta* m = meta(t);
  if (!m) return;
  m->hooks.reset();
  // The retained gradient follows the tensor to its new value.
  if (m->retained && m->grad_fn && m->grad_fn->extras)
    std::erase_if(m->grad_fn->extras->retained,
                  [&](const auto& r) { return r.grad.lock() == m->retained; });
}

}  // namespace hearth::autograd
