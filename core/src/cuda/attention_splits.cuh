// SPDX-License-Identifier: Apache-2.0
// Where there are fewer tiles of queries than multiprocessors, several blocks share the keys of a
// tile; a second kernel joins what they found.
#pragma once

#include <algorithm>

#include "cuda/attention_scores.cuh"
#include "cuda/launch_kernel.cuh"

namespace hearth::cuda::attention {

/// How keys are shared out: `count` stretches of `chunk` keys each. If there are several, results
/// of each go to [batch, count, queries, columns], and the largest scores and the sums of powers
/// without them to [batch, count, queries].
template <class A>
struct Splits {
  int count = 1, chunk = 0;
  A* out = nullptr;
  A* maxima = nullptr;
  A* sums = nullptr;

  __device__ __forceinline__ int64_t row(int64_t entry, int split, int query, int queries) const {
    return (entry * count + split) * queries + query;
  }
};

/// Joins the splits of each query, one a block.
template <class A>
__global__ void join_splits_kernel(Forward p, Splits<A> splits) {
  const A none = -vmath::inf(A());
  const int64_t entry = blockIdx.x / p.queries;
  const int query = static_cast<int>(blockIdx.x % p.queries);
  const auto at = [&](int split) { return splits.row(entry, split, query, p.queries); };
  A most = none, sum = 0;
  for (int s = 0; s < splits.count; ++s) {
    const A largest = splits.maxima[at(s)];
    most = largest > most ? largest : most;
  }
  const A base = most == none ? A(0) : most;
  const auto weight = [&](int s) {
    const A e = (splits.maxima[at(s)] - base) * static_cast<A>(kLog2E);
    return vmath::exp2(e) * splits.sums[at(s)];
  };
  for (int s = 0; s < splits.count; ++s) sum += weight(s);
  const A last = sum == A(0) ? A(0) : A(1) / sum;
  const int64_t out_at = offset_of(p.batch, entry, p.out.batch) + query * p.out.row;
  for (int c = static_cast<int>(threadIdx.x); c < p.out.cols; c += static_cast<int>(blockDim.x)) {
    A total = 0;
    for (int s = 0; s < splits.count; ++s) total += weight(s) * splits.out[at(s) * p.out.cols + c];
    visit<A>(p.out.data, p.out.type, [&](const auto* data) {
      using O = std::remove_cvref_t<decltype(*data)>;
      static_cast<O*>(p.out.data)[out_at + c] = convert<O>(total * last);
    });
  }
  if (threadIdx.x == 0)
    static_cast<A*>(p.log_sums)[blockIdx.x] = sum == A(0) ? -none : base + vmath::log(sum);
}

/// Splits of a launch with their memory.
template <class A>
class SplitKeys {
 public:
  /// `blocks` there are without splits, of which `resident` fit a multiprocessor; each takes `step`
  /// keys at once.
  SplitKeys(const Forward& p, int64_t blocks, int resident, int step)
      : problem_(p), splits_(shared_out(p, blocks, resident, step)), memory_(bytes()) {
    if (splits_.count == 1) return;
    splits_.maxima = memory_.template data<A>();
    splits_.sums = splits_.maxima + rows();
    splits_.out = splits_.sums + rows();
  }
  const Splits<A>& splits() const { return splits_; }
  /// After the kernel that wrote them.
  void join(std::string_view op) const {
    if (splits_.count > 1)
      launch_kernel(op, join_splits_kernel<A>,
                    static_cast<unsigned>(problem_.batch.count * problem_.queries), 128, problem_,
                    splits_);
  }

 private:
  static Splits<A> shared_out(const Forward& p, int64_t blocks, int resident, int step) {
    // Stretches of fewer than four steps do not pay.
    const int64_t wanted = int64_t{resident} * multiprocessors() / std::max<int64_t>(blocks, 1);
    const int64_t count =
        std::clamp<int64_t>(std::min<int64_t>(wanted, p.keys / (4 * step)), 1, 128);
    const int64_t steps = (p.keys + step - 1) / step, each = (steps + count - 1) / count;
    Splits<A> s;
    s.chunk = static_cast<int>(std::max<int64_t>(each, 1)) * step;
    s.count = std::max((p.keys + s.chunk - 1) / s.chunk, 1);
    return s;
  }
  int64_t rows() const { return problem_.batch.count * splits_.count * problem_.queries; }
  size_t bytes() const {
    return splits_.count == 1 ? 0
                              : static_cast<size_t>(rows() * (problem_.out.cols + 2)) * sizeof(A);
  }

  const Forward& problem_;
  Splits<A> splits_;
  const Workspace memory_;
};

}  // namespace hearth::cuda::attention
