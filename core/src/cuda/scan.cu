// SPDX-License-Identifier: Apache-2.0
// Running sums, products and extremes along one dim.
#include "backends/log_sums.h"
#include "cuda/kernels.h"
#include "cuda/scan.cuh"
#include "cuda/vmath.cuh"
#include "ops/copy.h"
#include "ops/scan.h"

namespace hearth::cuda {

namespace {

template <class A>
struct LogSum {
  using Acc = A;
  const void* x;
  void* y;
  ScalarType type;

  __device__ Acc identity() const { return Acc(-vmath::inf(double())); }
  __device__ Acc load(int64_t at, int64_t) const { return load_as<Acc>(x, type, at); }
  __device__ Acc merge(Acc a, Acc b) const { return log_add_exp(a, b); }
  __device__ void store(int64_t at, Acc v) const { store_as(y, type, at, v); }
};

template <class A>
struct Extreme {
  struct Acc {
    A value;
    int64_t at;  ///< negative: nothing yet
  };
  const void* x;
  void* values;
  int64_t* places;
  ScalarType type;
  bool largest;

  __device__ Acc identity() const { return {A(0), -1}; }
  __device__ Acc load(int64_t at, int64_t i) const { return {load_as<A>(x, type, at), i}; }
  /// The later of equals; the latest NaN above all.
  __device__ Acc merge(const Acc& a, const Acc& b) const {
    if (a.at < 0) return b;
    if (b.at < 0) return a;
    if (b.value != b.value) return b;
    if (a.value != a.value) return a;
    return (largest ? b.value >= a.value : b.value <= a.value) ? b : a;
  }
  __device__ void store(int64_t at, const Acc& v) const {
    store_as(values, type, at, v.value);
    places[at] = v.at;
  }
};

template <class A>
void run_as(const Call& call, int64_t dim, bool reverse, bool product) {
  const Tensor x = contiguous_raw(call.in[0]);
  scan(Lines(x, dim), reverse, call.op.info.name,
       Running<A>{raw_data(x), raw_data(call.out[0]), impl(x).dtype, impl(call.out[0]).dtype,
                  product});
}

void run(const Call& call, int64_t dim, bool reverse, bool product) {
  with_sum_type(impl(call.in[0]).dtype,
                [&]<class A>(A) { run_as<A>(call, dim, reverse, product); });
}

void logcumsumexp(const Call& call) {
  const Tensor x = contiguous_raw(call.in[0]);
  const ScalarType type = impl(x).dtype;
  with_differentiable_sum_type(type, call.op.info.name, [&]<class A>(A) {
    scan(Lines(x, call.as<ops::Logcumsumexp>().dim), false, call.op.info.name,
         LogSum<A>{raw_data(x), raw_data(call.out[0]), type});
  });
}

template <class A>
void extremes_as(const Call& call, int64_t dim, bool largest) {
  const Tensor x = contiguous_raw(call.in[0]);
  scan(Lines(x, dim), false, call.op.info.name,
       Extreme<A>{raw_data(x), raw_data(call.out[0]), ptr<int64_t>(call.out[1]), impl(x).dtype,
                  largest});
}

void extremes(const Call& call, int64_t dim, bool largest) {
  const ScalarType type = impl(call.in[0]).dtype;
  if (is_floating_point(type)) return extremes_as<double>(call, dim, largest);
  extremes_as<int64_t>(call, dim, largest);
}

void cumsum(const Call& call) {
  const auto& op = call.as<ops::Cumsum>();
  run(call, op.dim, op.reverse, false);
}
void cumprod(const Call& call) { run(call, call.as<ops::Cumprod>().dim, false, true); }
void cummax(const Call& call) { extremes(call, call.as<ops::Cummax>().dim, true); }
void cummin(const Call& call) { extremes(call, call.as<ops::Cummin>().dim, false); }

}  // namespace

void install_scan() {
  ops::Cumsum::row().kernel[kSlot] = &cumsum;
  ops::Cumprod::row().kernel[kSlot] = &cumprod;
  ops::Logcumsumexp::row().kernel[kSlot] = &logcumsumexp;
  ops::Cummax::row().kernel[kSlot] = &cummax;
  ops::Cummin::row().kernel[kSlot] = &cummin;
}

}  // namespace hearth::cuda
