// SPDX-License-Identifier: Apache-2.0
// What the door asks of autograd, which defines it (autograd/tape.cpp, autograd/meta.cpp).
#pragma once

#include "dispatch/op.h"

namespace hearth::autograd {

/// Whether operations on t are recorded for it. A view needs a gradient when its base does.
inline bool requires_grad(const Tensor& t) {
  if (!t.defined()) return false;
  const TensorImpl& i = impl(t);
  return i.requires_grad || (i.base.defined() && impl(i.base).requires_grad);
}
/// Before the kernel: makes the node of a call and keeps the inputs it declares.
NodePtr begin_record(const Invocation& call, const NeedMask& need);
/// After the kernel: keeps the outputs that the node's row declares, and connects them.
void finish_record(const Invocation& call, NodePtr node);
/// Throws where autograd forbids writing into t in place with a gradient flowing.
void check_inplace(const Tensor& t, std::string_view op);
/// Makes `out` a view of `in` in autograd's eyes.
void set_view(const Tensor& out, const Tensor& in, CreationMeta creation);

}  // namespace hearth::autograd
