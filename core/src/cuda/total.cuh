// SPDX-License-Identifier: Apache-2.0
// The end of a loss: sums of its rows in double, in an order that depends on their number alone.
#pragma once

#include "hearth/ops/loss.h"

#include "cuda/element.cuh"
#include "cuda/row.cuh"

namespace hearth::cuda {

/// Where the totals go.
struct Total {
  void* loss = nullptr;
  ScalarType loss_type = kFloat;
  int reduction = Reduction::Sum;  ///< None: `loss` gets every row's
  void* weight = nullptr;          ///< gets the divisor of the mean, unless null
  ScalarType weight_type = kFloat;
  double divisor = -1;  ///< of the mean; negative: the sum of the weights
};

__device__ inline void write_total(const Total& to, const Pair<double>& sums) {
  const double divisor = to.divisor < 0 ? sums.b : to.divisor;
  if (to.weight) store_as(to.weight, to.weight_type, 0, divisor);
  if (to.reduction == Reduction::None) return;
  store_as(to.loss, to.loss_type, 0, to.reduction == Reduction::Mean ? sums.a / divisor : sums.a);
}

/// Sums `values` and `weights` (null: zeros). One block writes the totals; several write `parts`.
template <class T>
__global__ void __launch_bounds__(1024)
    total_kernel(const T* values, const T* weights, int64_t n, Pair<double>* parts, Total to) {
  const int64_t step = int64_t{gridDim.x} * blockDim.x;
  Pair<double> sum{0, 0};
  for (int64_t i = blockIdx.x * int64_t{blockDim.x} + threadIdx.x; i < n; i += step) {
    const T value = values[i];
    sum.a += static_cast<double>(value);
    if (weights) sum.b += static_cast<double>(weights[i]);
    if (to.reduction == Reduction::None) store_as(to.loss, to.loss_type, i, value);
  }
  sum = Block{static_cast<int>(threadIdx.x), static_cast<int>(blockDim.x)}.all(sum, Add());
  if (threadIdx.x != 0) return;
  if (parts) {
    parts[blockIdx.x] = sum;
  } else {
    write_total(to, sum);
  }
}

/// Sums the parts of several blocks.
__global__ void __launch_bounds__(1024) inline join_kernel(const Pair<double>* parts, int count,
                                                           Total to) {
  Pair<double> sum{0, 0};
  for (int i = static_cast<int>(threadIdx.x); i < count; i += static_cast<int>(blockDim.x))
    sum = sum + parts[i];
  sum = Block{static_cast<int>(threadIdx.x), static_cast<int>(blockDim.x)}.all(sum, Add());
  if (threadIdx.x == 0) write_total(to, sum);
}

/// Blocks whose parts are worth joining.
inline int total_blocks(int64_t n) {
  return static_cast<int>(std::clamp<int64_t>(n / 8192, 1, 1024));
}

template <class T>
void finish_total(const T* values, const T* weights, int64_t n, const Total& to,
                  std::string_view op) {
  const int blocks = total_blocks(n);
  if (blocks == 1)
    return launch_kernel(op, total_kernel<T>, 1, 1024, values, weights, n, nullptr, to);
  const Workspace parts(static_cast<size_t>(blocks) * sizeof(Pair<double>));
  launch_kernel(op, total_kernel<T>, blocks, 512, values, weights, n, parts.data<Pair<double>>(),
                to);
  launch_kernel(op, join_kernel, 1, 512, parts.data<Pair<double>>(), blocks, to);
}

}  // namespace hearth::cuda
