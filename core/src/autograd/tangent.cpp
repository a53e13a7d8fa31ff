// SPDX-License-Identifier: Apache-2.0
#include "autograd/tangent.h"

#include <vector>

#include "autograd/geometry.h"
#include "autograd/meta.h"

namespace hearth::autograd {

thread_local constinit std::shared_ptr<ForwardLevel>* forward_level_storage = nullptr;

void ForwardLevel::end() {
  // Freed without the lock: a tangent's history may hold other tensors of the level.
  std::vector<Tensor> freed;
  const std::lock_guard lock(mutex_);
  for (Tangent* t = first_; t; t = t->next) freed.push_back(std::move(t->value));
}

Tangent::Tangent(Tensor tangent, std::shared_ptr<ForwardLevel> of)
    : value(std::move(tangent)), level(std::move(of)) {
  const std::lock_guard lock(level->mutex_);
  next = level->first_;
  if (next) next->previous = this;
  level->first_ = this;
}

Tangent::~Tangent() {
  const std::lock_guard lock(level->mutex_);
  (previous ? previous->next : level->first_) = next;
  if (next) next->previous = previous;
}

const Tangent* own_tangent(const Tensor& t) {
  if (!forward_level() || !t.defined()) return nullptr;
  const AutogradMeta* m = meta(t);
  return m && m->tangent && m->tangent->level == *forward_level() ? m->tangent.get() : nullptr;
}

namespace {

/// Whose tangent tells t's, if any does: t itself, or the base of a view.
const Tangent* source_of(const Tensor& t) {
  if (const Tangent* own = own_tangent(t)) return own;
  return forward_level() && t.defined() && follows_base(t) ? own_tangent(impl(t).base) : nullptr;
}

/// The part of a base's tangent that a view shows.
Tensor part_of(const Tensor& whole, const Tensor& view) {
  return Geometry(view).of(whole, Geometry(impl(view).base));
}

}  // namespace

bool is_dual(const Tensor& t) {
  const Tangent* source = source_of(t);
  return source && source->value.defined();
}

Tensor tangent_of(const Tensor& t) {
  const Tangent* source = source_of(t);
  if (!source || !source->value.defined()) return {};
  return source == own_tangent(t) ? source->value : part_of(source->value, t);
}

void set_tangent(const Tensor& t, Tensor tangent) {
  ensure_meta(t).tangent = std::make_unique<Tangent>(std::move(tangent), *forward_level());
}

Tensor laid_out_as(const Tensor& t, const Tensor& tangent) {
  const TensorImpl &want = impl(t), &is = impl(tangent);
  bool same = is.sizes == want.sizes && is.dtype == want.dtype && is.device == want.device;
  for (size_t d = 0; same && d < want.sizes.size(); ++d)
    same = want.sizes[d] == 1 || want.numel == 0 || is.strides[d] == want.strides[d];
  return same ? tangent : copy_laid_out_as(t, tangent);
}

Tensor copy_laid_out_as(const Tensor& t, const Tensor& tangent) {
  Tensor copy = Geometry(t).make();
  copy.copy_(tangent);
  return copy;
}

void write_tangent(const Tensor& t, const Tensor& tangent) {
  if (!is_dual(t)) {
    if (!tangent.defined()) return;
    if (own_tangent(t) || !follows_base(t)) return set_tangent(t, copy_laid_out_as(t, tangent));
    const Tensor whole = Geometry(impl(t).base).make();
    whole.zero_();
    set_tangent(impl(t).base, whole);
  }
  const Tensor target = tangent_of(t);
  if (tangent.defined()) {
    target.copy_(tangent);
  } else {
    target.zero_();
  }
}

}  // namespace hearth::autograd
