// SPDX-License-Identifier: Apache-2.0
#include "ops/copy.h"

#include "hearth/ops/creation.h"

#include "dispatch/backend.h"

namespace hearth {

namespace ops {

HEARTH_DEFINE_OP(Copy)
HEARTH_DEFINE_OP(To)

Specs Copy::infer(Args in) const {
  const DimVector sizes = broadcast_shapes(impl(in[0]).sizes, impl(in[1]).sizes, "copy_");
  // Any type may be copied into any other, so the result type is the target's.
  return Spec(sizes, impl(in[0]).dtype, impl(in[0]).device);
}

Grads Copy::vjp(const Saved&, Args g, NeedMask need) const {
  Grads grads(2);
  if (need[0]) grads[0] = zeros_like(g[0]);
  grads[1] = g[0];
  return grads;
}

Specs To::infer(Args in) const {
  const TensorImpl& t = impl(in[0]);
  Spec s = Spec::like(in[0], dtype.value_or(t.dtype));
  s.device = device.value_or(t.device);
  s.pinned = pinned;
  HEARTH_CHECK(!pinned || s.device.is_cpu(),
               "[to] only dense CPU tensors can be pinned, not one on ", s.device);
  if (format != MemoryFormat::Preserve) s.strides = format_strides(t.sizes, format);
  return s;
}

Grads To::vjp(const Saved&, Args g, NeedMask) const {
  // The engine brings gradients to the type and device of what they belong to.
  Grads grads;
  grads.push_back(g[0]);
  return grads;
}

}  // namespace ops

void copy_raw_into(const Tensor& target, const Tensor& source, bool non_blocking) {
  const TensorImpl &t = impl(target), &s = impl(source);
  HEARTH_CHECK(s.layout == kStrided, "[copy] expected a strided tensor, got one of layout ",
               s.layout, " and sizes ", s.sizes.ref(), "; call to_dense()");
  if (t.numel == 0 || t.device.is_meta() || s.device.is_meta()) return;
  if (t.device != s.device) return copy_between(target, source, non_blocking);
  static const ops::Copy op;
  const Tensor* in[] = {&target, &source};
  Tensor out = target;
  const OpTable& row = ops::Copy::row();
  row.kernel[static_cast<int>(t.device.type())].run({row, &op, Args(in, 2), {&out, 1}, t.dtype});
}

void copy_between(const Tensor& target, const Tensor& source, bool non_blocking) {
  const TensorImpl &t = impl(target), &s = impl(source);
  if (t.numel == 0) return;
  const Backend* b = backend(t.device.is_cpu() ? s.device.type() : t.device.type());
  HEARTH_CHECK_AS(DeviceError, b, "[copy_] no backend for ",
                  t.device.is_cpu() ? s.device : t.device);
  // Bytes travel: dense ones, in the target's type and layout.
  if (!t.contiguous) {
    const Tensor dense = new_tensor(t.sizes, t.dtype, t.device);
    // What follows on the CPU reads it at once.
    copy_between(dense, source, non_blocking && !t.device.is_cpu());
    return copy_raw_into(target, dense);
  }
  Tensor dense = source;
  if (s.sizes != t.sizes) dense = source.expand(t.sizes);
  if (s.dtype != t.dtype || !impl(dense).contiguous) {
    dense = new_tensor(t.sizes, t.dtype, s.device);
    copy_raw_into(dense, source);
  }
  for (const Tensor& side : {target, dense})
    if (!impl(side).device.is_cpu()) use_on_current_stream(*b, side);
  b->copy_bytes(t.data(), t.device, raw_data(dense), s.device, target.nbytes(), non_blocking);
}

Tensor copy_raw(const Tensor& source, ScalarType dtype, Device device) {
  const TensorImpl& s = impl(source);
  Spec spec = Spec::like(source, dtype);
  Tensor out = new_tensor(std::move(spec.sizes), dtype, device,
                          device == s.device ? std::move(spec.strides) : DimVector());
  copy_raw_into(out, source);
  return out;
}

Tensor contiguous_raw(const Tensor& source, MemoryFormat format) {
  const TensorImpl& s = impl(source);
  if (source.is_contiguous(format)) return source;
  Tensor out = new_tensor(s.sizes, s.dtype, s.device, format_strides(s.sizes, format));
  copy_raw_into(out, source);
  return out;
}

// ---- Tensor's methods

const Tensor& Tensor::copy_(const Tensor& source, bool non_blocking) const {
  return invoke_(ops::Copy{non_blocking}, *this, source);
}

Tensor Tensor::clone(std::optional<MemoryFormat> format) const {
  return invoke(ops::To{std::nullopt, std::nullopt, format.value_or(MemoryFormat::Preserve)},
                *this);
}

Tensor Tensor::contiguous(MemoryFormat format) const {
  return is_contiguous(format) ? *this : clone(format);
}

Tensor Tensor::to(const TensorOptions& options, bool non_blocking, bool copy,
                  std::optional<MemoryFormat> format) const {
  HEARTH_CHECK_AS(ValueError, !options.requires_grad(),
                  "[to] Operators taking TensorOptions cannot take a TensorOptions with "
                  "options.requires_grad set as true; call requires_grad_() on the result");
  if (!format) format = options.memory_format_opt();
  std::optional<ScalarType> dtype = options.dtype_opt();
  std::optional<Device> device = options.device_opt();
  if (dtype == scalar_type()) dtype.reset();
  if (device && !device->has_index() && device->type() == this->device().type()) device.reset();
  if (device) device = device->resolved();
  if (device == this->device()) device.reset();
  const bool same_format = !format || *format == MemoryFormat::Preserve ||
                           (is_contiguous(*format) && (*format == MemoryFormat::Contiguous ||
                                                       suggest_memory_format() == *format));
  if (!dtype && !device && same_format && !copy) return *this;
  // A copy that nobody waits for can only go to pinned memory.
  const bool pinned =
      options.pinned_memory() || (non_blocking && is_cuda() && device && device->is_cpu());
  return invoke(
      ops::To{dtype, device, format.value_or(MemoryFormat::Preserve), non_blocking, pinned}, *this);
}
Tensor Tensor::to(Device device, ScalarType dtype, bool non_blocking, bool copy,
                  std::optional<MemoryFormat> format) const {
  return to(TensorOptions(dtype).device(device), non_blocking, copy, format);
}
Tensor Tensor::to(ScalarType dtype, bool non_blocking, bool copy,
                  std::optional<MemoryFormat> format) const {
  if (!copy && !format && dtype == scalar_type()) return *this;
  return to(TensorOptions(dtype), non_blocking, copy, format);
}
namespace {

/// Memory is pinned for CUDA devices.
void check_pinned_for(std::string_view op, std::optional<Device> device) {
  HEARTH_CHECK_AS(DeviceError, !device || device->is_cuda(), "[", op,
                  "] expected a CUDA device or none, got ", *device);
}

}  // namespace

Tensor Tensor::pin_memory(std::optional<Device> device) const {
  check_pinned_for("pin_memory", device);
  return is_pinned() ? *this : to(options().pinned_memory(true), false, /*copy=*/true);
}
bool Tensor::is_pinned(std::optional<Device> device) const {
  check_pinned_for("is_pinned", device);
  const Backend* b = is_cpu() ? backend(kCUDA) : nullptr;
  return b && b->is_pinned && numel() > 0 && b->is_pinned(raw_data(*this));
}
Tensor Tensor::to(MemoryFormat format) const { return to(TensorOptions(format)); }
Tensor Tensor::to(const Tensor& other, bool non_blocking, bool copy,
                  std::optional<MemoryFormat> format) const {
  return to(TensorOptions(other.scalar_type()).device(other.device()), non_blocking, copy, format);
}

}  // namespace hearth
