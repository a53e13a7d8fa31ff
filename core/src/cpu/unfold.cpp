// SPDX-License-Identifier: Apache-2.0
// Windows added up where they lie.
#include "cpu/kernels.h"
#include "cpu/lines.h"
#include "ops/as_strided.h"
#include "ops/copy.h"

namespace hearth::cpu {

namespace {

/// Adds every window to its place, in order; neighbouring lines of a place follow each other.
template <class T>
void add_windows(const Call& call) {
  using Acc = std::conditional_t<sizeof(T) == 2 && std::is_class_v<T>, float, T>;
  const auto& op = call.as<ops::UnfoldBackward>();
  const Tensor& out = call.out[0];
  const Lines lines(out, op.dim);
  const TensorImpl& g = impl(call.in[0]);
  const auto d = static_cast<size_t>(wrap_dim(op.dim, impl(out).dim(), "unfold_backward"));
  const int64_t windows = g.sizes[d], size = op.size, inner = lines.inner;
  // As [outer, windows, size, inner]: the window next to the dim it came from.
  DimVector sizes = g.sizes, strides = g.strides;
  sizes.erase(sizes.size() - 1);
  strides.erase(strides.size() - 1);
  sizes.insert(d + 1, size);
  strides.insert(d + 1, g.strides[g.strides.size() - 1]);
  const Tensor x = contiguous_raw(
      alias_tensor(call.in[0], std::move(sizes), std::move(strides), g.offset, g.dtype));
  const T* from = ptr<T>(x);
  T* to = ptr<T>(out);
  const int64_t length = lines.n * inner, window = size * inner;
  parallel_for(lines.outer, std::max<int64_t>(1, 8192 / std::max<int64_t>(1, windows * window)),
               [&](int64_t begin, int64_t end) {
                 for (int64_t o = begin; o < end; ++o) {
                   T* line = to + o * length;
                   std::fill(line, line + length, T(0));
                   const T* in = from + o * windows * window;
                   for (int64_t w = 0; w < windows; ++w, in += window) {
                     T* at = line + w * op.step * inner;
                     for (int64_t i = 0; i < window; ++i)
                       at[i] = static_cast<T>(static_cast<Acc>(at[i]) + static_cast<Acc>(in[i]));
                   }
                 }
               });
}

void unfold_backward(const Call& call) {
  if (impl(call.out[0]).numel == 0) return;
  switch (call.compute) {
#define HEARTH_CASE(T, name) \
  case ScalarType::name:     \
    return add_windows<T>(call);
    HEARTH_FORALL_SCALAR_TYPES(HEARTH_CASE)
#undef HEARTH_CASE
    default:
      break;
  }
}

}  // namespace

void install_unfold() { ops::UnfoldBackward::row().kernel[0] = &unfold_backward; }

}  // namespace hearth::cpu
