// SPDX-License-Identifier: Apache-2.0
// Sums of exponentials that do not overflow, shared by softmax and the losses over classes.
#pragma once

#include "cuda/source.cuh"
#include "cuda/vmath.cuh"

namespace hearth::cuda {

/// The largest element and the sum of exp(x - max). NaN is smaller than anything, and stays in the
/// sum.
template <class T>
struct ExpSum {
  T max, sum;

  static __device__ __forceinline__ ExpSum none() { return {-vmath::inf(T()), T(0)}; }
  /// What to subtract: differences of infinities are no numbers.
  static __device__ __forceinline__ T shift(T max) { return max == -vmath::inf(T()) ? T(0) : max; }

  __device__ __forceinline__ void add(const T (&v)[kKept], int64_t n, const Places& at) {
    T most = max;
#pragma unroll
    for (int k = 0; k < kKept; ++k)
      if (at[k] < n && v[k] > most) most = v[k];
    const T by = shift(most);
    T total = sum * vmath::exp(max - by);
#pragma unroll
    for (int k = 0; k < kKept; ++k)
      if (at[k] < n) total += vmath::exp(v[k] - by);
    max = most;
    sum = total;
  }
};

template <class T>
__device__ __forceinline__ ExpSum<T> shuffle(const ExpSum<T>& v, int mask) {
  return {shuffle(v.max, mask), shuffle(v.sum, mask)};
}

struct JoinExpSums {
  template <class T>
  __device__ __forceinline__ ExpSum<T> operator()(const ExpSum<T>& a, const ExpSum<T>& b) const {
    const T max = a.max > b.max ? a.max : b.max, by = ExpSum<T>::shift(max);
    return {max, a.sum * vmath::exp(a.max - by) + b.sum * vmath::exp(b.max - by)};
  }
};

/// The exponential sum of a row, whose first elements stay in v.
template <class T, class Team>
__device__ __forceinline__ ExpSum<T> exp_sum(const Team& team, T (&v)[kKept], const Source<T>& x,
                                             int64_t start, int64_t stride, int64_t n) {
  ExpSum<T> sum = ExpSum<T>::none();
  for (int64_t chunk = 0; chunk < n; chunk += int64_t{kKept} * team.size) {
    const Places at(team, chunk);
    load_places(v, x, start, stride, n, at);
    sum.add(v, n, at);
  }
  return team.all(sum, JoinExpSums());
}

}  // namespace hearth::cuda
