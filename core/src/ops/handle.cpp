// SPDX-License-Identifier: Apache-2.0
#include "ops/handle.h"

#include "hearth/ops/creation.h"
#include "hearth/tensor/storage.h"

#include "autograd/meta.h"

namespace hearth {

namespace ops {

HEARTH_DEFINE_OP(Alias)
HEARTH_DEFINE_OP(Detach)
HEARTH_DEFINE_OP(SetData)
HEARTH_DEFINE_OP(SetStorage)
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

Specs SetStorage::infer(Args in) const {
  const TensorImpl& source = impl(in[1]);
  HEARTH_CHECK_AS(DtypeError, impl(in[0]).dtype == source.dtype,
                  "[set_] Could not set tensor of type ", source.dtype, " to a tensor of type ",
                  impl(in[0]).dtype);
  if (!given) return same(in[1]);
  HEARTH_CHECK_AS(ShapeError, strides.empty() || strides.size() == sizes.size(),
                  "[set_] mismatch in length of strides ", strides.ref(), " and sizes ",
                  sizes.ref());
  HEARTH_CHECK_AS(ValueError, storage_offset >= 0, "[set_] Tensor: invalid storage offset ",
                  storage_offset);
  for (int64_t s : strides)
    HEARTH_CHECK_AS(ValueError, s >= 0, "[set_] negative strides: ", strides.ref());
  checked_nbytes(checked_numel(sizes), source.dtype);
  Spec s(sizes, strides, source.dtype, source.device);
  s.offset = storage_offset;
  return s;
}

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

const Tensor& Tensor::set_(const Tensor& source) const {
  return invoke_(ops::SetStorage{}, *this, source);
}
const Tensor& Tensor::set_(const Tensor& source, int64_t storage_offset, IntArrayRef sizes,
                           IntArrayRef strides) const {
  return invoke_(ops::SetStorage{true, sizes, strides, storage_offset}, *this, source);
}
namespace {

/// What a tensor like `t` shows of a storage.
Tensor shown(const Storage& storage, const Tensor& t) {
  if (!storage) return new_tensor({0}, t.scalar_type(), t.device());
  HEARTH_CHECK_AS(DeviceError, storage.device() == t.device(),
                  "[set_] Attempted to set the storage of a tensor on device ", t.device(),
                  " to a storage on different device ", storage.device(),
                  ".  This is no longer allowed; the devices must match.");
  return elements_of(*storage.unsafeGetStorageImpl(), t.scalar_type());
}

}  // namespace

const Tensor& Tensor::set_(const Storage& source) const { return set_(shown(source, *this)); }
const Tensor& Tensor::set_(const Storage& source, int64_t storage_offset, IntArrayRef sizes,
                           IntArrayRef strides) const {
  return set_(shown(source, *this), storage_offset, sizes, strides);
}
const Tensor& Tensor::set_() const { return set_(empty({0}, options().requires_grad(false))); }
bool Tensor::is_set_to(const Tensor& other) const {
  HEARTH_CHECK(defined() && other.defined(),
               "[is_set_to] expected two Tensors, got an undefined one");
  const TensorImpl &a = impl(*this), &b = impl(other);
  return a.storage == b.storage && a.offset == b.offset && a.sizes == b.sizes &&
         a.strides == b.strides;
}

const Tensor& Tensor::resize_as_(const Tensor& other, std::optional<MemoryFormat> format) const {
  if (format == MemoryFormat::Preserve) format = other.suggest_memory_format();
  return resize_(other.sizes(), format);
}

const Tensor& Tensor::resize_(IntArrayRef sizes, std::optional<MemoryFormat> format) const {
  HEARTH_CHECK_AS(ValueError, format != MemoryFormat::Preserve,
                  "[resize_] Unsupported memory format Preserve: there is nothing to preserve");
  if (format && !(this->sizes().equals(sizes) && is_contiguous(*format))) {
    const DimVector strides = format_strides(sizes, *format);
    return resize_(sizes).as_strided_(sizes, strides.empty() ? contiguous_strides(sizes) : strides);
  }
  if (this->sizes().equals(sizes)) return *this;
  HEARTH_CHECK_AS(AutogradError, !requires_grad(),
                  "[resize_] cannot resize variables that require grad");
  return invoke_(ops::Resize{sizes}, *this);
}

}  // namespace hearth
