// SPDX-License-Identifier: Apache-2.0
// Ops that pick the true elements of a mask, in logical order.
#include "cuda/element.cuh"
#include "cuda/kernels.h"
#include "cuda/offset_calculator.cuh"
#include "cuda/true_elements.cuh"
#include "ops/copy.h"
#include "ops/masked.h"

namespace hearth::cuda {

namespace {

/// Sizes of two tensors broadcast together, which infer has checked.
DimVector broadcast_sizes(DimVector a, DimVector b) {
  if (a.size() < b.size()) std::swap(a, b);
  for (size_t k = 1; k <= b.size(); ++k)
    if (a[a.size() - k] == 1) a[a.size() - k] = b[b.size() - k];
  return a;
}

template <class U>
void select_units(const TrueElements& chosen, const OffsetCalculator<1>& offsets,
                  const Tensor& self, const Tensor& out) {
  const U* from = ptr<U>(self);
  U* to = ptr<U>(out);
  chosen.visit("masked_select", [=] __device__(int64_t number, int64_t i) {
    int64_t at[1];
    offsets.get(i, at);
    to[number] = from[at[0]];
  });
}

void masked_select(const Call& call) {
  const TensorImpl& t = impl(call.in[0]);
  const DimVector sizes = broadcast_sizes(t.sizes, impl(call.in[1]).sizes);
  const TrueElements chosen(call.in[1], sizes);
  const Tensor out = new_tensor({chosen.count()}, t.dtype, t.device);
  if (impl(out).numel > 0) {
    const auto offsets =
        make_offset_calculator<1>(sizes, {broadcast_strides(call.in[0], sizes)}, true);
    with_element_size(t.dtype,
                      [&](auto u) { select_units<decltype(u)>(chosen, offsets, call.in[0], out); });
  }
  call.out[0] = out;
}

template <class U>
void scatter_units(const TrueElements& chosen, const OffsetCalculator<1>& offsets,
                   const Tensor& source, const Tensor& out) {
  const U* from = ptr<U>(source);
  U* to = ptr<U>(out);
  chosen.visit("masked_scatter", [=] __device__(int64_t number, int64_t i) {
    int64_t at[1];
    offsets.get(i, at);
    to[at[0]] = from[number];
  });
}

void masked_scatter(const Call& call) {
  const TensorImpl& t = impl(call.in[0]);
  const TrueElements chosen(call.in[1], t.sizes, &call.out[0]);
  const ScalarType type = impl(call.out[0]).dtype;
  const bool shared = impl(call.in[2]).storage == impl(call.out[0]).storage;
  const Tensor source = contiguous_raw(
      shared || impl(call.in[2]).dtype != type ? copy_raw(call.in[2], type, t.device) : call.in[2]);
  // A source as long as the mask has enough elements, whatever the mask's values.
  if (impl(source).numel < t.numel) {
    const int64_t count = chosen.count();
    HEARTH_CHECK_AS(ShapeError, impl(source).numel >= count,
                    "[masked_scatter] Number of elements of source < number of ones in mask: ",
                    impl(source).numel, " < ", count);
  }
  const Tensor& out = call.out[0];
  if (!out.is_same(call.in[0])) copy_raw_into(out, call.in[0]);
  if (t.numel == 0) return;
  const auto offsets = make_offset_calculator<1>({&out}, true);
  with_element_size(type,
                    [&](auto u) { scatter_units<decltype(u)>(chosen, offsets, source, out); });
}

struct Sizes {
  int dims;
  int64_t size[kMaxDims];
};
void write_coordinates(const TrueElements& chosen, const Sizes& sizes, int64_t* to) {
  chosen.visit("nonzero", [=] __device__(int64_t number, int64_t i) {
    for (int d = sizes.dims; d-- > 0;) {
      const int64_t rest = i / sizes.size[d];
      to[number * sizes.dims + d] = i - rest * sizes.size[d];
      i = rest;
    }
  });
}

void nonzero(const Call& call) {
  const TensorImpl& t = impl(call.in[0]);
  const Tensor mask = t.dtype == kBool ? call.in[0] : copy_raw(call.in[0], kBool, t.device);
  const TrueElements chosen(mask, t.sizes);
  const Tensor out = new_tensor({chosen.count(), t.dim()}, kLong, t.device);
  if (impl(out).numel > 0) {
    HEARTH_CHECK_AS(NotImplementedError, t.dim() <= kMaxDims, "[nonzero] more than ", kMaxDims,
                    " dims");
    Sizes sizes{static_cast<int>(t.dim()), {}};
    for (size_t d = 0; d < t.sizes.size(); ++d) sizes.size[d] = t.sizes[d];
    write_coordinates(chosen, sizes, ptr<int64_t>(out));
  }
  call.out[0] = out;
}

}  // namespace

void install_masked() {
  ops::MaskedSelect::row().kernel[kSlot] = &masked_select;
  ops::MaskedScatter::row().kernel[kSlot] = &masked_scatter;
  ops::Nonzero::row().kernel[kSlot] = &nonzero;
}

}  // namespace hearth::cuda
