// SPDX-License-Identifier: Apache-2.0
// Copies between layouts and dtypes of one device, and tensors made from numbers.
#include "cuda/element.cuh"
#include "cuda/kernels.h"
#include "cuda/launch.cuh"
#include "cuda/offset_calculator.cuh"
#include "ops/copy.h"
#include "ops/creation.h"

namespace hearth::cuda {

namespace {

/// Moves elements of one dtype between layouts; U has their size.
template <class U>
void move(const Tensor& target, const Tensor& source) {
  const auto offsets = make_offset_calculator<2>({&target, &source});
  U* to = ptr<U>(target);
  const U* from = ptr<U>(source);
  for_each(offsets.numel, "copy_", [=] __device__(int64_t i) {
    int64_t at[2];
    offsets.get(i, at);
    to[at[0]] = from[at[1]];
  });
}

/// As store_as, of all types that there are.
template <class T>
__device__ __forceinline__ void store_any(void* data, ScalarType type, int64_t i, T v) {
  switch (type) {
#define HEARTH_CASE(S, name)                  \
  case ScalarType::name:                      \
    static_cast<S*>(data)[i] = convert<S>(v); \
    break;
    HEARTH_FORALL_BAREBONES_TYPES(HEARTH_CASE)
#undef HEARTH_CASE
    default:
      store_as(data, type, i, v);
  }
}

/// Calls f(T()) with the C++ type of any dtype.
template <class F>
void with_any_type(ScalarType type, const F& f) {
  if (type == kUInt16) return f(uint16_t());
  if (type == kUInt32) return f(uint32_t());
  if (type == kUInt64) return f(uint64_t());
  with_type(type, f);
}

template <class From>
void convert_into(const Tensor& target, const Tensor& source) {
  const auto offsets = make_offset_calculator<2>({&target, &source});
  void* to = raw_data(target);
  const From* from = ptr<From>(source);
  const ScalarType type = impl(target).dtype;
  for_each(offsets.numel, "copy_", [=] __device__(int64_t i) {
    int64_t at[2];
    offsets.get(i, at);
    store_any(to, type, at[0], from[at[1]]);
  });
}

void copy_same_device(const Tensor& target, const Tensor& source) {
  const TensorImpl &t = impl(target), &s = impl(source);
  if (t.dtype == s.dtype) {
    if (t.sizes == s.sizes && t.dense &&
        (t.strides == s.strides || (t.contiguous && s.contiguous))) {
      check(
          cudaMemcpyAsync(t.data(), s.data(), target.nbytes(), cudaMemcpyDeviceToDevice, stream()),
          "copy_");
      return;
    }
    with_element_size(t.dtype, [&](auto u) { move<decltype(u)>(target, source); });
    return;
  }
  with_any_type(s.dtype, [&](auto from) { convert_into<decltype(from)>(target, source); });
}

void copy_any(const Tensor& target, const Tensor& source, bool non_blocking) {
  if (impl(target).device == impl(source).device) {
    if (impl(target).numel > 0) copy_same_device(target, source);
  } else {
    copy_between(target, source, non_blocking);
  }
}

void copy(const Call& call) {
  copy_any(call.out[0], call.in[1], call.as<ops::Copy>().non_blocking);
}
void to(const Call& call) { copy_any(call.out[0], call.in[0], call.as<ops::To>().non_blocking); }

template <class U>
void fill_elements(const Tensor& out, const void* element) {
  const U v = *static_cast<const U*>(element);
  const auto offsets = make_offset_calculator<1>({&out});
  U* to = ptr<U>(out);
  for_each(offsets.numel, "fill_", [=] __device__(int64_t i) {
    int64_t at[1];
    offsets.get(i, at);
    to[at[0]] = v;
  });
}

void fill_with(const Tensor& out, const Scalar& value) {
  const TensorImpl& o = impl(out);
  if (o.numel == 0) return;
  alignas(16) char element[16];
  store_scalar(element, o.dtype, value);
  bool zero = true;
  for (size_t i = 0; i < element_size(o.dtype); ++i) zero &= element[i] == 0;
  if (zero && o.dense) {
    check(cudaMemsetAsync(o.data(), 0, out.nbytes(), stream()), "fill_");
    return;
  }
  with_element_size(o.dtype, [&](auto u) { fill_elements<decltype(u)>(out, element); });
}

void full(const Call& call) {
  const auto& op = call.as<ops::Full>();
  if (op.value) fill_with(call.out[0], *op.value);
}
void full_like(const Call& call) {
  const auto& op = call.as<ops::FullLike>();
  if (op.value) fill_with(call.out[0], *op.value);
}
void fill(const Call& call) { fill_with(call.out[0], call.as<ops::Fill>().value); }

void arange(const Call& call) {
  const auto& op = call.as<ops::Arange>();
  void* out = raw_data(call.out[0]);
  const ScalarType type = op.dtype;
  // Each element from its index: no error accumulates. The values fit where products on the way may
  // not: those wrap around.
  if (is_integral(type)) {
    const auto start = static_cast<uint64_t>(op.start.to<int64_t>());
    const auto step = static_cast<uint64_t>(op.step.to<int64_t>());
    for_each(op.steps, "arange", [=] __device__(int64_t i) {
      store_as(out, type, i, static_cast<int64_t>(start + static_cast<uint64_t>(i) * step));
    });
    return;
  }
  HEARTH_CHECK_AS(NotImplementedError, is_floating_point(type), "[arange] not implemented for ",
                  type);
  const auto start = op.start.to<double>(), step = op.step.to<double>();
  for_each(op.steps, "arange", [=] __device__(int64_t i) {
    store_as(out, type, i, start + static_cast<double>(i) * step);
  });
}

template <class A>
void linspace_in(const ops::Linspace& op, const Tensor& out) {
  // From both ends, so that the last value is exact.
  void* data = raw_data(out);
  const ScalarType type = op.dtype;
  const int64_t n = op.steps;
  const A start = op.start.to<A>(), end = op.end.to<A>();
  const A step = n > 1 ? (end - start) / A(static_cast<double>(n - 1)) : A(0);
  for_each(n, "linspace", [=] __device__(int64_t i) {
    const bool front = i < n / 2 || n == 1;
    const A k = A(static_cast<double>(front ? i : n - 1 - i));
    store_as(data, type, i, front ? start + step * k : end - step * k);
  });
}

void linspace(const Call& call) {
  const auto& op = call.as<ops::Linspace>();
  const Tensor& out = call.out[0];
  if (op.dtype == kComplexDouble) return linspace_in<complex<double>>(op, out);
  if (op.dtype == kComplexFloat) return linspace_in<complex<float>>(op, out);
  if (op.dtype == kFloat || op.dtype == kHalf || op.dtype == kBFloat16)
    return linspace_in<float>(op, out);
  ops::Linspace rounded = op;
  if (is_integral(op.dtype)) {
    rounded.start = op.start.toLong();
    rounded.end = op.end.toLong();
  }
  linspace_in<double>(rounded, out);
}

}  // namespace

void install_copy() {
  ops::Copy::row().kernel[kSlot] = &copy;
  ops::To::row().kernel[kSlot] = &to;
  ops::Full::row().kernel[kSlot] = &full;
  ops::FullLike::row().kernel[kSlot] = &full_like;
  ops::Fill::row().kernel[kSlot] = &fill;
  ops::Arange::row().kernel[kSlot] = &arange;
  ops::Linspace::row().kernel[kSlot] = &linspace;
}

}  // namespace hearth::cuda
