// SPDX-License-Identifier: Apache-2.0
// Random ops that choose: permutations and samples of weights, those that the CPU chooses.
#include "cuda/dense.h"
#include "cuda/element.cuh"
#include "cuda/kernels.h"
#include "cuda/launch.cuh"
#include "cuda/random_counters.cuh"
#include "cuda/scan.cuh"
#include "cuda/vmath.cuh"
#include "ops/random.h"
#include "ops/sort.h"

namespace hearth::cuda {

namespace {

// ---- randperm

constexpr unsigned long long kNobody = ~0ull;

/// The CPU's shuffle exchanges place i with one behind it, for i = 0, 1, ... Here a block makes as
/// many of these steps at once as it has threads. A step waits until no earlier one wants its two
/// places, so the outcome is that of one step after the other; few meet while places are many.
/// owner has kNobody for each place.
__global__ void shuffle_kernel(int64_t n, Counters counters, int64_t* order,
                               unsigned long long* owner) {
  for (int64_t base = 0; base + 1 < n; base += blockDim.x) {
    const int64_t i = base + threadIdx.x;
    bool waits = i + 1 < n;
    const int64_t other = waits ? i + static_cast<int64_t>(__umul64hi(bits64(counters, i),
                                                                      static_cast<uint64_t>(n - i)))
                                : 0;
    const auto step = static_cast<unsigned long long>(i);
    do {
      if (waits) {
        atomicMin(owner + i, step);
        atomicMin(owner + other, step);
      }
      __syncthreads();
      const bool first = waits && owner[i] == step && owner[other] == step;
      __syncthreads();
      if (first) {
        const int64_t kept = order[i];
        order[i] = order[other];
        order[other] = kept;
      }
      if (waits) owner[i] = owner[other] = kNobody;
      waits = waits && !first;
    } while (__syncthreads_or(waits));
  }
}

void randperm(const Call& call) {
  const auto& op = call.as<ops::Randperm>();
  const int64_t n = op.n;
  if (n == 0) return;
  const Workspace space(static_cast<size_t>(n) * (sizeof(int64_t) + sizeof(unsigned long long)));
  auto* order = space.data<int64_t>();
  auto* owner = reinterpret_cast<unsigned long long*>(order + n);
  for_each(n, "randperm", [=] __device__(int64_t i) {
    order[i] = i;
    owner[i] = kNobody;
  });
  const auto threads = static_cast<unsigned>(std::min<int64_t>((n + 31) / 32 * 32, 1024));
  launch_kernel("randperm", shuffle_kernel, 1, threads, n, Counters(op, call), order, owner);
  void* to = raw_data(call.out[0]);
  const ScalarType type = op.dtype;
  for_each(n, "randperm", [=] __device__(int64_t i) { store_as(to, type, i, order[i]); });
}

// ---- multinomial

__device__ __forceinline__ double checked_weight(double weight, Fault* report) {
  if (weight >= 0 && weight < vmath::inf(double())) return weight;
  report_value(weight, report, "multinomial", "probabilities that are finite and not negative");
  return 0;
}

/// Running sums of each row's weights.
struct Sums {
  using Acc = double;
  const double* weight;
  double* sums;
  Fault* report;

  __device__ Acc identity() const { return 0; }
  __device__ Acc load(int64_t at, int64_t) const { return checked_weight(weight[at], report); }
  __device__ Acc merge(Acc a, Acc b) const { return a + b; }
  __device__ void store(int64_t at, Acc v) const { sums[at] = v; }
};

/// How many of n ascending numbers are at most v, or, strictly, below it.
__device__ __forceinline__ int64_t count_below(const double* numbers, int64_t n, double v,
                                               bool strictly) {
  int64_t low = 0, high = n;
  while (low < high) {
    const int64_t middle = low + (high - low) / 2;
    if (strictly ? numbers[middle] < v : numbers[middle] <= v) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

void with_replacement(const Call& call, const Tensor& weights, int64_t n) {
  const auto& op = call.as<ops::Multinomial>();
  const Workspace space(static_cast<size_t>(impl(weights).numel) * sizeof(double));
  auto* sums = space.data<double>();
  Fault* const report = fault();
  scan(Lines(weights, -1), false, "multinomial", Sums{ptr<double>(weights), sums, report});
  const Counters counters(op, call);
  int64_t* out = ptr<int64_t>(call.out[0]);
  const int64_t samples = op.num_samples;
  for_each(impl(call.out[0]).numel, "multinomial", [=] __device__(int64_t i) {
    const double* row = sums + i / samples * n;
    const double total = row[n - 1];
    if (!(total > 0 && total < vmath::inf(double())))
      report_value(total, report, "multinomial", "probabilities whose sum is positive");
    const double u = philox::uniform_double(bits64(counters, i));
    const int64_t at = count_below(row, n, u * total, false);
    // Rounding may lead behind the last one with a weight.
    const int64_t last = count_below(row, n, total, true);
    out[i] = at < last ? at : last < n ? last : n - 1;
  });
}

/// The largest of weight / exponential number are a sample without replacement, in its order.
void without_replacement(const Call& call, const Tensor& weights, int64_t n) {
  const auto& op = call.as<ops::Multinomial>();
  const double* weight = ptr<double>(weights);
  const Tensor keys = new_tensor(impl(weights).sizes, kDouble, impl(weights).device);
  double* key = ptr<double>(keys);
  const Counters counters(op, call);
  Fault* const report = fault();
  for_each(impl(weights).numel, "multinomial", [=] __device__(int64_t i) {
    const double e = -::log1p(-philox::uniform_double(bits64(counters, i)));
    key[i] = checked_weight(weight[i], report) / (e > 0x1p-54 ? e : 0x1p-54);
  });
  const ops::TopK top{op.num_samples, -1, /*largest=*/true, /*sorted=*/true};
  std::array<Tensor, 2> found{new_tensor(impl(call.out[0]).sizes, kDouble, impl(keys).device),
                              call.out[0]};
  const Tensor* in[] = {&keys};
  const OpTable& row = ops::TopK::row();
  row.kernel[kSlot].run({row, &top, Args(in, 1), found, kDouble});
  const int64_t* out = ptr<int64_t>(call.out[0]);
  const int64_t samples = op.num_samples;
  for_each(impl(call.out[0]).numel, "multinomial", [=] __device__(int64_t i) {
    if (!(weight[i / samples * n + out[i]] > 0))
      report_value(static_cast<double>(i % samples), report, "multinomial",
                   "a positive probability for each sample without replacement");
  });
}

void multinomial(const Call& call) {
  if (impl(call.out[0]).numel == 0) return;
  const Tensor weights = contiguous_or_none(call.in[0], kDouble);
  const int64_t n = impl(weights).sizes.back();
  HEARTH_CHECK_AS(ValueError, n > 0, "[multinomial] cannot sample from an empty distribution");
  (call.as<ops::Multinomial>().replacement ? with_replacement : without_replacement)(call, weights,
                                                                                     n);
}

}  // namespace

void install_random_select() {
  ops::Randperm::row().kernel[kSlot] = &randperm;
  ops::Multinomial::row().kernel[kSlot] = &multinomial;
}

}  // namespace hearth::cuda
