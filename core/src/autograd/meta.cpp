// SPDX-License-Identifier: Apache-2.0
#include "autograd/meta.h"

#include <mutex>

#include "autograd/accumulate.h"
#include "autograd/copy_slices.h"
#include "autograd/extras.h"
#include "base/thread_state.h"
#include "dispatch/interceptor.h"

namespace hearth::autograd {

AutogradMeta& ensure_meta(const Tensor& t) {
  if (AutogradMeta* m = meta(t)) return *m;
  auto made = std::make_unique<AutogradMeta>();
  AutogradMeta* found = nullptr;
  if (__atomic_compare_exchange_n(&impl(t).meta, &found, made.get(), /*weak=*/false,
                                  __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
    found = made.release();
  return *found;
}

namespace {

/// The same for a tensor that only this thread knows, or whose history it is about to change.
AutogradMeta& own_meta(const Tensor& t) {
  AutogradMeta*& m = impl(t).meta;
  if (!m) m = new AutogradMeta;
  return *m;
}

}  // namespace

void destroy_meta(AutogradMeta* meta) { delete meta; }

ViewStep::ViewStep(const OpTable& row, const void* from, std::shared_ptr<const ViewStep> before)
    : op(&row), fields(row.fields.size), output_nr(0), previous(std::move(before)) {
  row.fields.copy(fields.data(), from);
}
ViewStep::ViewStep(std::shared_ptr<const ViewStep> other, size_t nr)
    : op(other->op), first(std::move(other)), output_nr(nr), previous(first->previous) {}

ViewStep::~ViewStep() {
  if (!first) op->fields.destroy(fields.data());
}

Tensor ViewStep::replay(const Tensor& base) const {
  const Tensor from = previous ? previous->replay(base) : base;
  const Tensor* in = &from;
  Tensors out = invoke_list(*op, first ? first->fields.data() : fields.data(), Args(&in, 1));
  return out[output_nr];
}

Edge gradient_edge(const Tensor& t) {
  if (NodePtr fn = current_grad_fn(t)) return {std::move(fn), meta(t)->output_nr};
  if (!impl(t).requires_grad) return {};
  return {accumulator_of(t), 0};
}

NodePtr current_grad_fn(const Tensor& t) {
  AutogradMeta* m = meta(t);
  if (!m) return {};
  ViewInfo* view = m->view.get();
  if (!view || view->creation != CreationMeta::Default) return m->grad_fn;
  const uint32_t version = impl(t).storage->version;
  if (view->seen_version.load(std::memory_order_acquire) == version) return m->grad_fn;
  // The base was written to since: its history now leads to this view through the view's ops.
  const std::lock_guard lock(view->mutex);
  if (view->seen_version.load(std::memory_order_relaxed) == version) return m->grad_fn;
  if (requires_grad(view->base)) {
    ThreadState state = thread_state();
    state.grad_enabled = true;
    state.inference = false;
    const ThreadStateGuard guard(state);
    const Interceptor::Popped hidden(nullptr);
    const Tensor fresh = view->steps->replay(view->base);
    m->grad_fn = meta(fresh)->grad_fn;
    m->output_nr = meta(fresh)->output_nr;
    if (!impl(t).requires_grad) impl(t).requires_grad = true;
  }
  view->seen_version.store(version, std::memory_order_release);
  return m->grad_fn;
}

void set_history(const Tensor& t, NodePtr node, uint32_t output_nr) {
  AutogradMeta& m = own_meta(t);
  m.grad_fn = std::move(node);
  m.output_nr = output_nr;
  impl(t).requires_grad = true;
}

void rebase_history(const Tensor& t, NodePtr node) {
  ViewInfo* view = view_info(t);
  if (!view) {
    AutogradMeta& m = ensure_meta(t);
    if (m.hooks || m.retained) leave_hooks(t);
    set_history(t, std::move(node), 0);
    attach_extras(t, *m.grad_fn, 0);
    return;
  }
  NodePtr slices = make_copy_slices(view->base, view->steps, t, std::move(node));
  AutogradMeta& base = ensure_meta(view->base);
  base.grad_fn = std::move(slices);
  base.output_nr = 0;
  impl(view->base).requires_grad = true;
  // Ask for a rebuilt grad_fn even when the version happens to agree.
  view->seen_version = impl(t).storage->version - 1;
  current_grad_fn(t);
}

void check_inplace(const Tensor& t, std::string_view op) {
  if (!t.defined()) return;
  const AutogradMeta* m = meta(t);
  const ViewInfo* view = m ? m->view.get() : nullptr;
  if (view && view->creation != CreationMeta::Default &&
      (view->creation == CreationMeta::MultiOutput || requires_grad(t) ||
       requires_grad(view->base))) {
    std::string_view why;
    switch (view->creation) {
      case CreationMeta::NoGrad:
        why =
            "A view was created in no_grad mode and is being modified inplace with grad mode "
            "enabled. Given that this use case is ambiguous and error-prone, it is forbidden. You "
            "can clarify your code by moving both the view and the inplace either both inside the "
            "no_grad block (if you don't want the inplace to be tracked) or both outside (if you "
            "want the inplace to be tracked).";
        break;
      case CreationMeta::Inference:
        why =
            "A view was created in inference mode and is being modified inplace in normal mode. "
            "Clone the base outside inference mode to write into it.";
        break;
      case CreationMeta::CustomFunction:
        why =
            "Output 0 of a custom Function is a view and is being modified inplace. This view was "
            "created inside a custom Function (or because an input was returned as-is) and the "
            "autograd logic to handle view+inplace would override the custom backward. Clone the "
            "output of the custom Function.";
        break;
      default:
        why =
            "Output of a function that returns multiple views is a view and is being modified "
            "inplace. Such functions do not allow the output views to be modified inplace. You "
            "should replace the inplace operation by an out-of-place one.";
    }
    throw AutogradError(cat_str("[", op, "] ", why));
  }
  if (!impl(t).requires_grad && !(view && requires_grad(view->base))) return;
  if (view) {
    HEARTH_CHECK_AS(AutogradError, !(requires_grad(view->base) && view->base.is_leaf()), "[", op,
                    "] a view of a leaf Variable that requires grad is being used in an in-place "
                    "operation.");
    return;
  }
  HEARTH_CHECK_AS(AutogradError, m && m->grad_fn, "[", op,
                  "] a leaf Variable that requires grad is being used in an in-place operation.");
}

void set_views(std::span<const Tensor> out, const Tensor& in, const OpTable& op, const void* fields,
               CreationMeta creation) {
  const ViewInfo* from = view_info(in);
  std::shared_ptr<const ViewStep> first;
  for (size_t i = 0; i < out.size(); ++i) {
    auto view = std::make_unique<ViewInfo>();
    view->base = from ? from->base : in;
    // A view of a restricted view is restricted as well.
    view->creation = from && from->creation != CreationMeta::Default ? from->creation : creation;
    if (i == 0) {
      first = std::make_shared<const ViewStep>(op, fields, from ? from->steps : nullptr);
      view->steps = first;
    } else {
      view->steps = std::make_shared<const ViewStep>(first, i);
    }
    view->seen_version = impl(out[i]).storage->version;
    own_meta(out[i]).view = std::move(view);
  }
}

}  // namespace hearth::autograd
