// SPDX-License-Identifier: Apache-2.0
#include "ops/masked.h"

#include "cpu/kernels.h"
#include "cpu/places.h"

namespace hearth::cpu {

namespace {

/// Positions of the true elements of a mask broadcast to `sizes`, in logical order.
Offsets true_positions(const Tensor& mask, const DimVector& sizes) {
  const Tensor dense = contiguous_raw(mask.detach().expand(sizes));
  const bool* m = ptr<bool>(dense);
  Offsets out;
  for (int64_t i = 0; i < impl(dense).numel; ++i)
    if (m[i]) out.push_back(i);
  return out;
}

void masked_select(const Call& call) {
  const TensorImpl& t = impl(call.in[0]);
  const DimVector sizes = broadcast_shapes(t.sizes, impl(call.in[1]).sizes, "masked_select");
  const Offsets at = true_positions(call.in[1], sizes);
  const Tensor self = contiguous_raw(call.in[0].detach().expand(sizes));
  const Tensor out = new_tensor({static_cast<int64_t>(at.size())}, t.dtype, t.device);
  by_size(t.dtype, [&](auto unit) {
    using T = decltype(unit);
    const T* from = ptr<T>(self);
    T* to = ptr<T>(out);
    for (size_t i = 0; i < at.size(); ++i) to[i] = from[at[i]];
  });
  call.out[0] = out;
}

void masked_scatter(const Call& call) {
  const TensorImpl& t = impl(call.in[0]);
  const Offsets at = true_positions(call.in[1], t.sizes);
  const Tensor source = contiguous_raw(call.in[2]);
  HEARTH_CHECK_AS(ShapeError, static_cast<size_t>(impl(source).numel) >= at.size(),
                  "[masked_scatter] Number of elements of source < number of ones in mask: ",
                  impl(source).numel, " < ", at.size());
  const Tensor& out = started(call);
  const Tensor dense = impl(out).contiguous ? out : contiguous_raw(out);
  by_size(t.dtype, [&](auto unit) {
    using T = decltype(unit);
    const T* from = ptr<T>(source);
    T* to = ptr<T>(dense);
    for (size_t i = 0; i < at.size(); ++i) to[at[i]] = from[i];
  });
  if (!dense.is_same(out)) copy_raw_into(out, dense);
}

void nonzero(const Call& call) {
  const TensorImpl& t = impl(call.in[0]);
  const Offsets at = true_positions(copy_raw(call.in[0], kBool, kCPU), t.sizes);
  const auto rows = static_cast<int64_t>(at.size());
  const Tensor out = new_tensor({rows, t.dim()}, kLong, t.device);
  int64_t* to = ptr<int64_t>(out);
  for (int64_t r = 0; r < rows; ++r) {
    int64_t rest = at[static_cast<size_t>(r)];
    for (int64_t d = t.dim(); d-- > 0;) {
      to[r * t.dim() + d] = rest % t.sizes[static_cast<size_t>(d)];
      rest /= t.sizes[static_cast<size_t>(d)];
    }
  }
  call.out[0] = out;
}

}  // namespace

void install_masked() {
  ops::MaskedSelect::row().kernel[0] = &masked_select;
  ops::MaskedScatter::row().kernel[0] = &masked_scatter;
  ops::Nonzero::row().kernel[0] = &nonzero;
}

}  // namespace hearth::cpu
