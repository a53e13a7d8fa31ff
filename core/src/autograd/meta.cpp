// SPDX-License-Identifier: Apache-2.0
#include "autograd/meta.h"

#include <mutex>

#include "autograd/accumulate.h"
#include "autograd/copy_slices.h"
#include "autograd/extras.h"
#include "autograd/geometry.h"
#include "base/thread_state.h"
#include "dispatch/interceptor.h"

namespace hearth::autograd {

static_assert(sizeof(AutogradMeta) <= TensorImpl::kMetaBytes);

AutogradMeta& ensure_meta(const Tensor& t) {
  if (AutogradMeta* m = meta(t)) return *m;
  TensorImpl& i = impl(t);
  const std::lock_guard lock(i.meta_mutex);
  if (!i.meta) __atomic_store_n(&i.meta, new (i.meta_block) AutogradMeta, __ATOMIC_RELEASE);
  return *i.meta;
}

namespace {

/// The same for a tensor that only this thread knows, or whose history it is about to change.
AutogradMeta& own_meta(const Tensor& t) {
  TensorImpl& i = impl(t);
  if (!i.meta) i.meta = new (i.meta_block) AutogradMeta;
  return *i.meta;
}

/// Another place in the graph for a tensor that has one: hooks stay with the old value.
void move_history(const Tensor& t, AutogradMeta& m, NodePtr node, uint32_t output_nr) {
  if (m.hooks || m.retained) leave_hooks(t);
  m.grad_fn = std::move(node);
  m.output_nr = output_nr;
  attach_extras(t, *m.grad_fn, output_nr);
}

}  // namespace

void destroy_meta(AutogradMeta* meta) {
  AccumulateGrad* waiting = meta->accumulator;
  meta->~AutogradMeta();
  delete waiting;
}

Edge gradient_edge(const Tensor& t) {
  if (NodePtr fn = current_grad_fn(t)) return {std::move(fn), meta(t)->output_nr};
  if (!impl(t).requires_grad) return {};
  return {accumulator_of(t), 0};
}

namespace {

constexpr std::string_view kForbidden =
    " Given that this use case is ambiguous and error-prone, it is forbidden. You can clarify your "
    "code by moving both the view and the inplace either both inside the ";

/// Throws for a view that is not to be written in place: itself, or (`indirect`) through its base.
[[noreturn]] void throw_restricted(const Tensor& t, std::string_view op, bool indirect) {
  const CreationMeta creation = impl(t).creation;
  const std::string_view done = indirect
                                    ? " and its base or another view of its base has been modified "
                                      "inplace"
                                    : " and is being modified inplace";
  std::string what = "A view was created in no_grad mode";
  std::string why;
  switch (creation) {
    case CreationMeta::NoGrad:
      why = cat_str(" with grad mode enabled.", kForbidden,
                    "no_grad block (if you don't want the inplace to be tracked) or both outside "
                    "(if you want the inplace to be tracked).");
      break;
    case CreationMeta::Inference:
      what = "A view was created in inference mode";
      why = cat_str(" in normal mode.", kForbidden,
                    "inference_mode block (if you don't want the inplace to be tracked) or both "
                    "outside (if you want the inplace to be tracked).");
      break;
    case CreationMeta::CustomFunction:
      what = "Output of a custom Function is a view";
      why =
          ". This view was created inside a custom Function (or because an input was returned "
          "as-is) and the autograd logic to handle view+inplace would override the custom backward "
          "associated with the custom Function, leading to incorrect gradients. Clone the output "
          "of the custom Function.";
      break;
    default:
      what = "Output of a function is a view";
      why =
          ". This view is the output of a function that returns multiple views. Such functions do "
          "not allow the output views to be modified inplace. You should replace the inplace "
          "operation by an out-of-place one.";
  }
  throw AutogradError(cat_str("[", op, "] ", what, done, why));
}

}  // namespace

NodePtr current_grad_fn(const Tensor& t) {
  AutogradMeta* m = meta(t);
  TensorImpl& i = impl(t);
  if (!i.base.defined()) return m ? m->grad_fn : NodePtr();
  const uint32_t version = version_of(t);
  if (i.seen_version.load(std::memory_order_acquire) != version && requires_grad(i.base) &&
      follows_base(t)) {
    // The base was written to since: its history now leads to this view.
    if (i.creation != CreationMeta::Default) throw_restricted(t, "grad_fn", /*indirect=*/true);
    m = &ensure_meta(t);
    const std::lock_guard lock(i.meta_mutex);
    if (i.seen_version.load(std::memory_order_relaxed) != version) {
      ThreadState state = thread_state();
      state.grad_enabled = true;
      state.inference = false;
      const ThreadStateGuard guard(state);
      const Interceptor::Popped hidden(nullptr);
      const Tensor fresh = Geometry(t).of(i.base, Geometry(i.base));
      move_history(t, *m, meta(fresh)->grad_fn, meta(fresh)->output_nr);
      i.seen_version.store(version, std::memory_order_release);
    }
  }
  return m ? m->grad_fn : NodePtr();
}

void set_history(const Tensor& t, NodePtr node, uint32_t output_nr) {
  AutogradMeta& m = own_meta(t);
  m.grad_fn = std::move(node);
  m.output_nr = output_nr;
  impl(t).requires_grad = true;
}

void replace_history(const Tensor& t, NodePtr node, uint32_t output_nr) {
  move_history(t, own_meta(t), std::move(node), output_nr);
  impl(t).requires_grad = true;
}

void rebase_history(const Tensor& t, NodePtr node, uint32_t output_nr) {
  if (!follows_base(t)) return replace_history(t, std::move(node), output_nr);
  const Tensor& base = impl(t).base;
  replace_history(base, make_copy_slices(base, t, std::move(node)), 0);
  // The view's own grad_fn is rebuilt when somebody asks.
  impl(t).seen_version.store(version_of(t) - 1, std::memory_order_relaxed);
}

Tensor without_history(const Tensor& t) {
  const TensorImpl& i = impl(t);
  const AutogradMeta* m = meta(t);
  const bool leaf = i.requires_grad && !i.base.defined() && !(m && m->grad_fn);
  if (leaf) return t;
  Tensor kept = alias_tensor(t);
  share_tangent(t, kept);
  return kept;
}

Tensor with_history(const Tensor& kept, Edge edge) {
  if (!edge.is_valid() || !thread_state().grad_enabled || impl(kept).requires_grad) return kept;
  Tensor t = alias_tensor(kept);
  share_tangent(kept, t);
  set_history(t, std::move(edge.function), edge.input_nr);
  return t;
}

void check_inplace(const Tensor& t, std::string_view op) {
  if (follows_base(t)) {
    if (impl(t).creation != CreationMeta::Default) throw_restricted(t, op, /*indirect=*/false);
    HEARTH_CHECK_AS(AutogradError, !(requires_grad(t) && impl(t).base.is_leaf()), "[", op,
                    "] a view of a leaf Variable that requires grad is being used in an in-place "
                    "operation.");
  }
  HEARTH_CHECK_AS(AutogradError, !(requires_grad(t) && t.is_leaf()), "[", op,
                  "] a leaf Variable that requires grad is being used in an in-place operation.");
}

void set_view(const Tensor& out, const Tensor& in, CreationMeta creation) {
  const TensorImpl& from = impl(in);
  TensorImpl& to = impl(out);
  to.base = from.base.defined() ? from.base : in;
  // A view of a restricted view is restricted as well.
  to.creation = from.creation != CreationMeta::Default ? from.creation : creation;
  to.seen_version.store(version_of(out), std::memory_order_relaxed);
}

}  // namespace hearth::autograd
