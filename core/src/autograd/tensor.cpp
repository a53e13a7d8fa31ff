// SPDX-License-Identifier: Apache-2.0
// Tensor's own members: what is not an op.
#include "hearth/tensor/tensor.h"

#include "hearth/autograd/autograd.h"
#include "hearth/autograd/grad_mode.h"
#include "hearth/base/warning.h"
#include "hearth/tensor/storage.h"

#include "autograd/accumulate.h"
#include "autograd/extras.h"
#include "autograd/meta.h"
#include "base/thread_state.h"
#include "dispatch/backend.h"
#include "dispatch/interceptor.h"
#include "tensor/host_read.h"
#include "tensor/tensor_impl.h"

namespace hearth {

namespace {

TensorImpl& checked(const Tensor& t) {
  HEARTH_CHECK(t.defined(), "[tensor] expected a Tensor, got an undefined one");
  return impl(t);
}

/// check_host_read, which finds no interceptor nearly always.
void reach_values(std::string_view method, const SourceLocation& at) {
  if (interceptor_stack().top) check_host_read(method, at);
}

}  // namespace

int64_t Tensor::use_count() const { return impl_ ? impl_->refs : 0; }
IntArrayRef Tensor::sizes() const { return checked(*this).sizes; }
IntArrayRef Tensor::strides() const { return checked(*this).strides; }
int64_t Tensor::dim() const { return checked(*this).dim(); }
// An undefined tensor has no elements, which programs ask in place of defined().
int64_t Tensor::numel() const { return defined() ? impl(*this).numel : 0; }
int64_t Tensor::itemsize() const {
  return static_cast<int64_t>(hearth::element_size(scalar_type()));
}
size_t Tensor::nbytes() const {
  HEARTH_CHECK(layout() == kStrided,
               "[nbytes] is not defined for sparse tensors; add those of the indices and values");
  return static_cast<size_t>(numel() * itemsize());
}
int64_t Tensor::storage_offset() const { return checked(*this).offset; }
Layout Tensor::layout() const { return checked(*this).layout; }
ScalarType Tensor::scalar_type() const { return checked(*this).dtype; }
Device Tensor::device() const { return checked(*this).device; }
bool Tensor::is_signed() const {
  const ScalarType t = scalar_type();
  return t != kByte && t != kBool && !is_barebones_unsigned(t);
}
bool Tensor::is_non_overlapping_and_dense() const { return checked(*this).dense; }
bool Tensor::is_inference() const { return checked(*this).inference; }
bool Tensor::is_alias_of(const Tensor& other) const {
  return checked(*this).storage == checked(other).storage;
}
Storage Tensor::storage() const {
  HEARTH_CHECK(layout() == kStrided, "[storage] Cannot access storage of a ", layout(), " tensor");
  return Storage(impl_->storage);
}

int64_t Tensor::size(int64_t d) const {
  HEARTH_CHECK_AS(IndexError, dim() > 0, "[size] Dimension specified as ", d,
                  " but tensor has no dimensions");
  return sizes()[static_cast<size_t>(wrap_dim(d, dim(), "size"))];
}
int64_t Tensor::stride(int64_t d) const {
  HEARTH_CHECK_AS(IndexError, dim() > 0, "[stride] Dimension specified as ", d,
                  " but tensor has no dimensions");
  return strides()[static_cast<size_t>(wrap_dim(d, dim(), "stride"))];
}

bool Tensor::is_contiguous(MemoryFormat format) const {
  const TensorImpl& t = checked(*this);
  if (format == MemoryFormat::Contiguous || format == MemoryFormat::Preserve) return t.contiguous;
  return channels_last_format(t.sizes.size()) == format &&
         is_channels_last_strides(t.sizes, t.strides);
}
MemoryFormat Tensor::suggest_memory_format() const {
  const TensorImpl& t = checked(*this);
  return prefers_channels_last(t.sizes, t.strides) ? channels_last_format(t.sizes.size())
                                                   : MemoryFormat::Contiguous;
}

TensorOptions Tensor::options() const {
  return TensorOptions(scalar_type()).device(device()).layout(layout());
}

void* Tensor::data_ptr(SourceLocation at) const {
  const TensorImpl& t = checked(*this);
  HEARTH_CHECK(t.layout == kStrided, "[data_ptr] Cannot access data pointer of a ", t.layout,
               " tensor, which has no storage; ask its indices() and values()");
  reach_values("data_ptr", at);
  return t.storage->data ? t.data() : nullptr;
}
const void* Tensor::const_data_ptr(SourceLocation at) const { return data_ptr(at); }
void Tensor::expect_dtype(ScalarType expected) const {
  HEARTH_CHECK_AS(DtypeError, scalar_type() == expected, "[data_ptr] expected scalar type ",
                  to_string(expected), " but found ", to_string(scalar_type()));
}
void Tensor::expect_dim(size_t n) const {
  HEARTH_CHECK_AS(ShapeError, dim() == static_cast<int64_t>(n),
                  "[accessor] TensorAccessor expected ", n, " dims but tensor has ", dim());
}
void Tensor::expect_int32() const {
  HEARTH_CHECK_AS(ValueError, numel() <= INT32_MAX,
                  "[packed_accessor32] numel needs to be smaller than int32_t max; otherwise, "
                  "please use packed_accessor64; got ",
                  numel());
}
void Tensor::expect_cpu() const {
  HEARTH_CHECK_AS(DeviceError, is_cpu(), "[accessor] expected a tensor on the CPU, got ", device());
}

Scalar Tensor::item(SourceLocation at) const {
  const TensorImpl& t = checked(*this);
  reach_values("item", at);
  HEARTH_CHECK_AS(ShapeError, t.numel == 1, "[item] a Tensor with ", t.numel,
                  " elements cannot be converted to Scalar");
  if (t.layout != kStrided) return to_dense().item(at);
  HEARTH_CHECK_AS(DeviceError, !t.device.is_meta(), "[item] meta tensors have no data");
  if (t.device.is_cpu()) return load_scalar(t.data(), t.dtype);
  alignas(16) char element[16];
  backend(t.device.type())
      ->copy_bytes(element, Device(kCPU), t.data(), t.device, hearth::element_size(t.dtype), false);
  return load_scalar(element, t.dtype);
}

bool Tensor::is_nonzero(SourceLocation at) const {
  const int64_t values = checked(*this).numel;
  HEARTH_CHECK_AS(ShapeError, values == 1, "[is_nonzero] Boolean value of Tensor with ",
                  values == 0 ? "no values" : "more than one value", " is ambiguous, got sizes ",
                  sizes());
  reach_values("is_nonzero", at);
  return item(at).toBool();
}

// ---- autograd

// Nor does it need a gradient, as a bias that is not there.
bool Tensor::requires_grad() const { return defined() && autograd::requires_grad(*this); }
const Tensor& Tensor::set_requires_grad(bool on) const {
  TensorImpl& t = checked(*this);
  HEARTH_CHECK_AS(DtypeError, !on || is_differentiable(t.dtype),
                  "[requires_grad_] Only Tensors of floating point and complex dtype can require "
                  "gradients, got ",
                  t.dtype);
  HEARTH_CHECK_AS(AutogradError, !on || !t.inference || thread_state().inference,
                  "[requires_grad_] Setting requires_grad=True on inference tensor outside "
                  "InferenceMode is not allowed.");
  HEARTH_CHECK_AS(AutogradError, is_leaf() || on,
                  "[requires_grad_] you can only change requires_grad flags of leaf variables. If "
                  "you want to use a computed variable in a subgraph that doesn't require "
                  "differentiation use var_no_grad = var.detach().");
  t.requires_grad = on;
  return *this;
}
bool Tensor::is_leaf() const { return checked(*this), !autograd::current_grad_fn(*this); }
int64_t Tensor::output_nr() const { return grad_fn() ? autograd::meta(*this)->output_nr : 0; }
autograd::NodePtr Tensor::grad_fn() const {
  return checked(*this), autograd::current_grad_fn(*this);
}
const Tensor& Tensor::grad() const {
  static const Tensor& none = *new Tensor;
  checked(*this);
  const autograd::AutogradMeta* m = autograd::meta(*this);
  if (!m) return none;
  if (m->grad_fn && !m->retained && !m->grad.defined())
    HEARTH_WARN(
        "The .grad attribute of a Tensor that is not a leaf Tensor is being accessed. backward() "
        "leaves it undefined; call retain_grad() on the Tensor before, or ask for the gradient of "
        "the leaf it was made of.");
  return m->retained ? *m->retained : m->grad;
}
Tensor& Tensor::mutable_grad() const {
  checked(*this);
  autograd::AutogradMeta& m = autograd::ensure_meta(*this);
  return m.retained ? *m.retained : m.grad;
}
void Tensor::backward(const Tensor& gradient, std::optional<bool> retain_graph, bool create_graph,
                      std::optional<TensorList> inputs) const {
  checked(*this);
  autograd::variable_list grads, wanted;
  if (gradient.defined()) grads.push_back(gradient);
  if (inputs) {
    HEARTH_CHECK_AS(AutogradError, !inputs->empty(),
                    "[backward] 'inputs' argument to backward cannot be empty");
    wanted = inputs->vec();
  }
  autograd::backward({*this}, grads, retain_graph, create_graph, wanted);
}
void Tensor::retain_grad() const {
  HEARTH_CHECK_AS(AutogradError, requires_grad(),
                  "[retain_grad] can't retain_grad on Tensor that has requires_grad=False");
  const autograd::NodePtr fn = grad_fn();
  if (!fn) return;
  autograd::AutogradMeta& m = autograd::ensure_meta(*this);
  if (m.retained) return;
  m.retained = std::make_shared<Tensor>();
  autograd::attach_extras(*this, *fn, m.output_nr);
}
bool Tensor::retains_grad() const {
  checked(*this);
  const autograd::AutogradMeta* m = autograd::meta(*this);
  return m && m->retained && !is_leaf();
}
unsigned Tensor::add_hook(autograd::HookHolder* hook) const {
  std::shared_ptr<autograd::HookHolder> owned(hook);
  HEARTH_CHECK_AS(
      AutogradError, requires_grad(),
      "[register_hook] cannot register a hook on a variable that doesn't require gradient");
  autograd::AutogradMeta& m = autograd::ensure_meta(*this);
  if (!m.hooks) m.hooks = std::make_shared<autograd::TensorHooks>();
  const size_t key = m.hooks->hooks.size();
  m.hooks->hooks.push_back(std::move(owned));
  const autograd::Edge edge = autograd::gradient_edge(*this);
  if (edge.is_valid()) autograd::attach_extras(*this, *edge.function, edge.input_nr);
  return static_cast<unsigned>(key);
}
void Tensor::remove_hook(unsigned key) const {
  checked(*this);
  const autograd::AutogradMeta* m = autograd::meta(*this);
  HEARTH_CHECK_AS(IndexError, m && m->hooks && key < m->hooks->hooks.size(),
                  "[remove_hook] Invalid index, no hook at position ", key,
                  "; expected a number that register_hook of this tensor returned");
  m->hooks->hooks[key].reset();
}

int64_t Tensor::_version() const {
  HEARTH_CHECK_AS(AutogradError, !checked(*this).inference,
                  "[_version] Inference tensors do not track version counter.");
  return version_of(*this);
}
bool Tensor::is_view() const { return checked(*this).base.defined(); }
const Tensor& Tensor::_base() const {
  HEARTH_CHECK_AS(AutogradError, is_view(), "[_base] Can't get base of non-view Tensor");
  return impl(*this).base;
}

Tensor& Tensor::operator=(const Tensor& o) && {
  copy_(o);
  return *this;
}
Tensor& Tensor::operator=(Tensor&& o) && {
  copy_(o);
  return *this;
}
Tensor& Tensor::operator=(const Scalar& v) && {
  fill_(v);
  return *this;
}

}  // namespace hearth
