// SPDX-License-Identifier: Apache-2.0
#include "autograd/accumulate.h"

#include <memory>
#include <mutex>
#include <utility>

#include "hearth/autograd/hooks.h"

#include "autograd/extras.h"
#include "base/allocator.h"
#include "base/thread_state.h"
#include "tensor/sparse_parts.h"

namespace hearth::autograd {

namespace {

/// Whether gradients arrive at `node` in the form that the leaf has now.
bool fits(const Node& node, const TensorImpl& leaf) {
  const InputMeta& m = node.inputs[0];
  return m.sizes == leaf.sizes && m.dtype == leaf.dtype && m.device == leaf.device;
}

bool try_retain(Node* node) {
  int32_t refs = __atomic_load_n(&node->refs, __ATOMIC_RELAXED);
  while (refs > 0) {
    if (__atomic_compare_exchange_n(&node->refs, &refs, refs + 1, true, __ATOMIC_ACQUIRE,
                                    __ATOMIC_RELAXED))
      return true;
  }
  return false;
}

}  // namespace

static_assert(sizeof(AccumulateGrad) <= kHeaderBytes);

void* AccumulateGrad::operator new(size_t) { return header_allocate(); }
void AccumulateGrad::operator delete(void* block) { header_deallocate(block); }

void AccumulateGrad::begin(const Tensor& leaf) {
  variable = leaf;
  sequence_nr = kLeafSequenceNr;
  refs = 1;
  const TensorImpl& i = impl(leaf);
  if (inputs.empty() || !fits(*this, i)) {
    inputs.resize(0);
    inputs.push_back({i.sizes, i.dtype, i.device});
  }
  attach_extras(leaf, *this, 0);
}

void AccumulateGrad::retire() {
  Tensor leaf;  // goes last, and perhaps this node with it
  std::unique_ptr<NodeExtras> gone;
  bool kept;
  {
    AutogradMeta& m = *meta(variable);
    const std::lock_guard lock(m.accumulator_mutex);
    gone.reset(std::exchange(extras, nullptr));
    leaf = std::move(variable);
    kept = m.accumulator == this;
  }
  if (!kept) delete this;
}

NodePtr accumulator_of(const Tensor& leaf) {
  AutogradMeta& m = ensure_meta(leaf);
  const std::lock_guard lock(m.accumulator_mutex);
  if (AccumulateGrad* known = m.accumulator) {
    if (!known->variable.defined()) {
      known->begin(leaf);
      return NodePtr::adopt(known);
    }
    if (fits(*known, impl(leaf)) && try_retain(known)) return NodePtr::adopt(known);
  }
  m.accumulator = new AccumulateGrad(leaf);
  return NodePtr::adopt(m.accumulator);
}

namespace {

void add_to_grad(AutogradMeta& m, const Tensor& leaf, Tensor grad) {
  const std::lock_guard lock(m.grad_mutex);
  if (!m.grad.defined()) {
    const TensorImpl& g = impl(grad);
    const TensorImpl& l = impl(leaf);
    const bool record = thread_state().grad_enabled;
    // Only the engine's handle is left, and the layout is the leaf's: take it as it is. A recorded
    // one may be kept by nodes too, and an addition to .grad must not change what they kept.
    const bool steal = !record && g.dense && sole_owner(grad) &&
                       (g.strides == l.strides || (g.contiguous && l.contiguous));
    if (steal) {
      m.grad = std::move(grad);
    } else if (g.layout != kStrided) {
      const bool own = !record && sole_owner(grad) && sole_owner(sparse_parts(grad).values);
      m.grad = own ? std::move(grad) : grad.clone();
    } else {
      Tensor copy = new_tensor(l.sizes, g.dtype, g.device,
                               l.dense && !l.contiguous ? l.strides : DimVector());
      copy.copy_(grad);
      m.grad = std::move(copy);
    }
    return;
  }
  // What is dense stays so, and what is sparse becomes so.
  const bool swap = impl(m.grad).layout != kStrided && impl(grad).layout == kStrided;
  if (thread_state().grad_enabled || swap) {
    m.grad = swap ? grad + m.grad : m.grad + grad;
  } else {
    m.grad.add_(grad);
  }
}

/// They may add hooks, which run from the next time on, and remove some.
void run_post_hooks(const std::shared_ptr<TensorHooks> list, const Tensor& leaf) {
  const size_t count = list->hooks.size();
  for (size_t i = 0; i < count; ++i)
    if (const std::shared_ptr<HookHolder> hook = list->hooks[i]) hook->call(leaf);
}

}  // namespace

void accumulate_grad(const Tensor& leaf, Tensor grad) {
  AutogradMeta& m = ensure_meta(leaf);
  add_to_grad(m, leaf, std::move(grad));
  if (m.post_hooks) [[unlikely]]
    run_post_hooks(m.post_hooks, leaf);
}

unsigned add_post_accumulate_grad_hook(const Tensor& leaf, HookHolder* hook) {
  std::shared_ptr<HookHolder> owned(hook);
  HEARTH_CHECK_AS(AutogradError, leaf.requires_grad(),
                  "[register_post_accumulate_grad_hook] cannot register a hook on a tensor that "
                  "doesn't require gradient");
  HEARTH_CHECK_AS(AutogradError, leaf.is_leaf(),
                  "[register_post_accumulate_grad_hook] post accumulate grad hooks cannot be "
                  "registered on non-leaf tensors");
  AutogradMeta& m = ensure_meta(leaf);
  if (!m.post_hooks) m.post_hooks = std::make_shared<TensorHooks>();
  m.post_hooks->hooks.push_back(std::move(owned));
  return static_cast<unsigned>(m.post_hooks->hooks.size() - 1);
}

void remove_post_accumulate_grad_hook(const Tensor& leaf, unsigned key) {
  HEARTH_CHECK(leaf.defined(), "[remove_post_accumulate_grad_hook] expected a defined tensor");
  const AutogradMeta* m = meta(leaf);
  HEARTH_CHECK_AS(IndexError, m && m->post_hooks && key < m->post_hooks->hooks.size(),
                  "[remove_post_accumulate_grad_hook] no hook at position ", key);
  m->post_hooks->hooks[key].reset();
}

GradList AccumulateGrad::apply(GradList&& grads) {
  if (!grads[0].defined()) return {};
  const TensorImpl& leaf = impl(variable);
  HEARTH_CHECK_AS(ShapeError, impl(grads[0]).sizes == leaf.sizes,
                  "[backward] AccumulateGrad returned an invalid gradient: got sizes ",
                  grads[0].sizes(), ", but its tensor has sizes ", leaf.sizes.ref(),
                  " by now; expected a tensor of the shape it had when the graph was made");
  // Another type or device than the graph's, when the leaf was converted since.
  if (impl(grads[0]).dtype != leaf.dtype || impl(grads[0]).device != leaf.device)
    grads[0] = grads[0].to(leaf.device, leaf.dtype);
  accumulate_grad(variable, std::move(grads[0]));
  return {};
}

}  // namespace hearth::autograd
