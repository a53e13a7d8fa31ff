// SPDX-License-Identifier: Apache-2.0
// What batch and group norm share: tensors by channel, their moments, and the passes that write
// results.
#pragma once

#include <vector>

#include "backends/dense.h"

namespace hearth::cpu {

/// A tensor [n, channels, spatial] in memory, or with its channels last.
struct Channels {
  int64_t n, channels, spatial;
  bool last;
  explicit Channels(const Tensor& t) {
    const TensorImpl& i = impl(t);
    n = i.sizes[0];
    channels = i.sizes[1];
    spatial = 1;
    for (size_t d = 2; d < i.sizes.size(); ++d) spatial *= i.sizes[d];
    last = channels > 1 && impl(dim_last(t, 1)).contiguous;
  }
};

/// Whether the kernels take t's layout as it is.
inline bool has_channel_layout(const Tensor& t) {
  return impl(t).contiguous || impl(dim_last(t, 1)).contiguous;
}

/// Mean and sum of squared deviations of `count` values, grown by others' (Chan's formula).
struct Moments {
  double mean = 0, squares = 0, count = 0;
  void add(double other_mean, double other_squares, double other_count) {
    if (other_count == 0) return;
    const double delta = other_mean - mean, total = count + other_count;
    mean += delta * (other_count / total);
    squares += other_squares + delta * delta * (count * other_count / total);
    count = total;
  }
  void add(const Moments& o) { add(o.mean, o.squares, o.count); }
};

/// A tensor's moments and the sums of its gradient by channel; one piece of work stays in the
/// first-level cache, sums over pieces are in double.
template <class T>
Moments moments_of(const T* x, int64_t n);
/// Adds the moments of each column of rows x channels to m[channels].
template <class T>
void add_column_moments(const T* x, int64_t rows, int64_t channels, Moments* m);
template <class T>
std::vector<Moments> channel_moments(const T* x, const Channels& s);

/// Sums of g and of g (x - mean).
struct Dots {
  double sum = 0, dot = 0;
};

template <class T>
Dots dots_of(const T* g, const T* x, int64_t n, T mean);
template <class T>
void add_column_dots(const T* g, const T* x, int64_t rows, int64_t channels, const T* mean,
                     Dots* d);
template <class T>
std::vector<Dots> channel_dots(const T* g, const T* x, const Channels& s, const T* mean);

/// y = (x - mean) * scale + shift, with `period` numbers: one per channel, or per sample and
/// channel.
template <class T>
void apply_affine(const T* x, T* y, const Channels& s, int64_t period, const T* mean,
                  const T* scale, const T* shift);
/// dx = a * g + b * (x - mean) + c, likewise.
template <class T>
void apply_combine(const T* g, const T* x, T* dx, const Channels& s, int64_t period, const T* mean,
                   const T* a, const T* b, const T* c);

/// Writes the gradient of one parameter.
template <class T, class F>
void write_gradient(const Tensor& out, int64_t n, const F& value) {
  const Tensor dense = new_tensor({n}, dtype_of<T>, kCPU);
  for (int64_t c = 0; c < n; ++c) ptr<T>(dense)[c] = static_cast<T>(value(static_cast<size_t>(c)));
  copy_raw_into(out, dense);
}

}  // namespace hearth::cpu
