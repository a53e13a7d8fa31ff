// SPDX-License-Identifier: Apache-2.0
#include "ops/handle.h"

#include "autograd/meta.h"

namespace hearth {

namespace ops {

HEARTH_DEFINE_OP(Alias)
HEARTH_DEFINE_OP(Detach)
HEARTH_DEFINE_OP(SetData)
HEARTH_DEFINE_OP(Resize)

namespace {

Spec same(const Tensor& tensor) {
  const TensorImpl& t = impl(tensor);
  Spec s(t.sizes, t.strides, t.dtype, t.device);
  s.offset = t.offset;
  return s;
}

}  // namespace

Specs Alias::infer(Args in) const { return same(in[0]); }
Grads Alias::vjp(const Saved&, Args g, NeedMask) const {
  Grads grads;
  grads.push_back(g[0]);
  return grads;
}

Specs Detach::infer(Args in) const { return same(in[0]); }

Specs SetData::infer(Args in) const { return same(in[1]); }

Specs Resize::infer(Args in) const {
  const TensorImpl& t = impl(in[0]);
  checked_nbytes(checked_numel(sizes), t.dtype);
  Spec s(sizes, contiguous_strides(sizes), t.dtype, t.device);
  s.offset = t.offset;
  return s;
}

}  // namespace ops

Tensor Tensor::alias() const { return invoke(ops::Alias{}, *this); }

Tensor Tensor::detach() const { return invoke(ops::Detach{}, *this); }

const Tensor& Tensor::detach_() const {
  HEARTH_CHECK_AS(AutogradError, !is_view(),
                  "[detach_] Can't detach views in-place. Use detach() instead.");
  invoke_(ops::Detach{}, *this);
  TensorImpl& t = impl(*this);
  if (t.meta) {
    t.meta->grad_fn = nullptr;
    t.meta->output_nr = 0;
    t.meta->retained.reset();
  }
  t.requires_grad = false;
  return *this;
}

Tensor Tensor::data() const {
  Tensor t = detach();
  count_writes_apart(t);
  return t;
}

void Tensor::set_data(const Tensor& source) const {
  HEARTH_CHECK_AS(
      DtypeError, !requires_grad() || !source.defined() || is_differentiable(source.scalar_type()),
      "[set_data] data set to a tensor that requires gradients must be floating point or complex "
      "dtype");
  invoke_(ops::SetData{}, *this, source);
}

const Tensor& Tensor::resize_(IntArrayRef sizes) const {
  if (this->sizes().equals(sizes)) return *this;
  HEARTH_CHECK_AS(AutogradError, !requires_grad(),
                  "[resize_] cannot resize variables that require grad");
  return invoke_(ops::Resize{sizes}, *this);
}

}  // namespace hearth
