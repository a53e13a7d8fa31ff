// SPDX-License-Identifier: Apache-2.0
// Multilabel margin loss: a block for each row, whatever the number of classes.
#include "cuda/element.cuh"
#include "cuda/kernels.h"
#include "cuda/row.cuh"
#include "ops/copy.h"
#include "ops/margin_loss.h"

namespace hearth::cuda {

namespace {

/// A place in a row, of which teams find the first.
struct Place {
  int64_t at;
};
__device__ __forceinline__ Place shuffle(Place p, int mask) {
  return {__shfl_xor_sync(0xffffffffu, static_cast<long long>(p.at), mask)};
}
struct First {
  __device__ __forceinline__ Place operator()(Place a, Place b) const {
    return a.at < b.at ? a : b;
  }
};

/// A listed class and any that is not listed make a pair, which costs what the latter's score has
/// above the former's less 1.
template <class T>
struct MarginRows {
  using A = accumulate_t<T>;
  const T* x;
  const int64_t* target;
  int64_t classes;
  int* times;  ///< [rows, classes]: how often a class is listed
  T* loss;
  A* slope;
  Fault* fault;

  __device__ __forceinline__ A excess(const T* row, int64_t listed, int64_t other) const {
    return A(1) - convert<A>(row[listed]) + convert<A>(row[other]);
  }
};

template <class T>
__global__ void __launch_bounds__(kBlock) multilabel_margin_kernel(MarginRows<T> r, int64_t rows) {
  using A = accumulate_t<T>;
  const Block team{static_cast<int>(threadIdx.x), kBlock};
  const int64_t n = r.classes;
  for (int64_t i = blockIdx.x; i < rows; i += gridDim.x) {
    const T* x = r.x + i * n;
    const int64_t* target = r.target + i * n;
    int* times = r.times + i * n;
    // The list ends at the first negative entry.
    int64_t listed = n;
    for (int64_t j = team.rank; j < n; j += kBlock) {
      times[j] = 0;
      if (target[j] < 0 && j < listed) listed = j;
    }
    listed = team.all(Place{listed}, First()).at;
    for (int64_t j = team.rank; j < listed; j += kBlock) {
      if (target[j] < n) {
        atomicAdd(times + target[j], 1);
      } else {
        report_index(target[j], n, r.fault, "multilabel_margin_loss");
      }
    }
    __syncthreads();
    A sum(0);
    for (int64_t j = team.rank; j < n; j += kBlock) {
      int64_t pairs = 0;
      if (times[j] == 0) {
        for (int64_t k = 0; k < listed; ++k) {
          if (target[k] >= n) continue;
          const A cost = r.excess(x, target[k], j);
          if (!(cost > A(0))) continue;
          sum += cost;
          ++pairs;
        }
      } else {
        for (int64_t k = 0; k < n; ++k) pairs -= times[k] == 0 && r.excess(x, j, k) > A(0);
        pairs *= times[j];
      }
      r.slope[i * n + j] = static_cast<A>(pairs) / static_cast<A>(n);
    }
    sum = team.all(sum, Add());
    if (team.rank == 0) r.loss[i] = convert<T>(sum / static_cast<A>(n));
  }
}

void multilabel_margin_loss(const Call& call) {
  const Tensor x = contiguous_raw(call.in[0]);
  const Tensor target = contiguous_raw(
      impl(call.in[1]).dtype == kLong ? call.in[1] : copy_raw(call.in[1], kLong, x.device()));
  const int64_t rows = impl(x).sizes[0], classes = impl(x).sizes[1];
  if (rows == 0) return;
  const Workspace times(static_cast<size_t>(rows * classes) * sizeof(int));
  with_floating_type(impl(x).dtype, "multilabel_margin_loss", [&]<class T>(T) {
    const MarginRows<T> r{ptr<T>(x),
                          ptr<int64_t>(target),
                          classes,
                          times.data<int>(),
                          ptr<T>(call.out[0]),
                          ptr<accumulate_t<T>>(call.out[1]),
                          fault()};
    launch_kernel("multilabel_margin_loss", multilabel_margin_kernel<T>,
                  static_cast<unsigned>(std::min<int64_t>(rows, 1 << 30)), kBlock, r, rows);
  });
}

}  // namespace

void install_margin_loss() {
  ops::MultilabelMarginLoss::row().kernel[kSlot] = converting(&multilabel_margin_loss);
}

}  // namespace hearth::cuda
