// SPDX-License-Identifier: Apache-2.0
// What batch and group norm share: tensors by channel, and the pass that writes their results.
#pragma once

#include "backends/channels.h"
#include "cuda/dense.h"

namespace hearth::cuda {

/// The numbers of one channel, or of one sample's channel: y = a * g + b * (x - mean) + c.
template <class T>
struct alignas(4 * sizeof(T)) Factor {
  T mean, a, b, c;
};

/// Writes y by that formula, without g when it is undefined. Tensors are laid out as `shape` says,
/// x and g as readable() gives them, y of any type that with_result_type takes. There is a factor
/// for each channel or, with `by_sample`, for each sample's channels.
void apply_factors(const Tensor& y, const Tensor& g, const Tensor& x, const Channels& shape,
                   const void* factors, bool by_sample, ScalarType compute, std::string_view op);

/// The tensor of out's dtype that apply_factors may write.
inline Tensor writable_channels(const Tensor& out) {
  if (is_dense_around(out, 1)) return out;
  return new_tensor(impl(out).sizes, impl(out).dtype, impl(out).device);
}
inline void finish_channels(const Tensor& out, const Tensor& written) {
  if (!written.is_same(out)) copy_raw_into(out, written);
}

/// The tensor whose layout a backward kernel follows: the gradient it writes or, without one, any
/// that suits the input.
inline Tensor backward_layout(const Tensor& dx, const Tensor& input, bool need_input) {
  if (need_input) return dx;
  return impl(input).dense && is_dense_around(input, 1) ? input : contiguous_raw(input);
}

}  // namespace hearth::cuda
