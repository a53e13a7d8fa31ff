// SPDX-License-Identifier: Apache-2.0
// What batch and group norm share: tensors by channel, their moments, and the passes that write
// results. Operands and results are row_operands and RowResults, dense in one layout.
#pragma once

#include <vector>

#include "backends/channels.h"
#include "cpu/normalization_kernels.h"
#include "cpu/rows.h"
#include "cpu/scratch.h"

namespace hearth::cpu {

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

/// Elements of a piece of work that stays in the first-level cache.
inline constexpr int64_t kChannelPiece = 4096;
/// The most elements that these functions read or write at a time.
int64_t longest_piece(int64_t channels);

/// The moments of n elements from `at` on.
template <class T>
Moments moments_of(PieceReader<T>& x, int64_t at, int64_t n);
/// The moments of each column of rows x channels, from element `at` on.
template <class T>
std::vector<Moments> column_moments(PieceReader<T>& x, int64_t at, int64_t rows, int64_t channels);
template <class T>
std::vector<Moments> channel_moments(const Tensor& x, const Channels& s);

/// y = activation((x - mean) * scale + shift + residual); `period` numbers, one per channel, or per
/// sample and channel.
template <class T>
struct Affine {
  int64_t period;
  const T *mean, *scale, *shift;
  Activation activation = Activation::None;
  Tensor residual = {};  ///< or undefined
};
template <class T>
void apply_affine(const Tensor& x, const Tensor& y, const Channels& s, const Affine<T>& affine);

/// Pieces of a norm's input and of the gradient that reaches it. One thread's.
template <class T>
class GradReader {
 public:
  /// g is that gradient, or if `end` is not null, of what followed the norm, with numbers per
  /// channel. What is formed of it is also written to `kept`, if that is defined, of type T and in
  /// x's layout.
  GradReader(const Tensor& g, const Tensor& x, int64_t most, const Affine<T>* end = nullptr,
             const Tensor& kept = {});
  struct Piece {
    const T *g, *x;
    Following<T> following;  ///< with which g is formed
  };
  /// n elements of a channel from `at` on; g is formed.
  Piece row(int64_t at, int64_t n, int64_t channel);
  /// n elements of all channels.
  Piece cols(int64_t at, int64_t n);

 private:
  PieceReader<T> g_, x_, residual_;
  const Affine<T>* const end_;
  T* const kept_;
  Scratch<T> formed_;
};

/// Sums of g and of g (x - mean).
struct Dots {
  double sum = 0, dot = 0;
};

template <class T>
Dots dots_of(GradReader<T>& in, int64_t at, int64_t n, int64_t channel, T mean);
/// Of each column of rows x channels.
template <class T>
void add_column_dots(GradReader<T>& in, int64_t at, int64_t rows, int64_t channels, const T* mean,
                     Dots* d);
template <class T>
std::vector<Dots> channel_dots(const Tensor& g, const Tensor& x, const Channels& s, const T* mean,
                               const Affine<T>* end = nullptr, const Tensor& kept = {});

/// dx = a * g + b * (x - mean) + c, with `period` numbers. Where b is null, c are zeros, and x
/// takes no part, not even as 0 * x.
template <class T>
struct Combination {
  int64_t period;
  const T *mean, *a, *b, *c;
};
template <class T>
void apply_combine(const Tensor& g, const Tensor& x, const Tensor& dx, const Channels& s,
                   const Combination<T>& numbers, const Affine<T>* end = nullptr);

/// Writes the gradient of one parameter.
template <class T, class F>
void write_gradient(const Tensor& out, int64_t n, const F& value) {
  const Tensor dense = new_tensor({n}, dtype_of<T>, kCPU);
  for (int64_t c = 0; c < n; ++c) ptr<T>(dense)[c] = static_cast<T>(value(static_cast<size_t>(c)));
  copy_raw_into(out, dense);
}

}  // namespace hearth::cpu
