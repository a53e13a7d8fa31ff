// SPDX-License-Identifier: Apache-2.0
// Gradients of scans and of products, which are scans from the end.
#include "backends/log_sums.h"
#include "cuda/kernels.h"
#include "cuda/scan.cuh"
#include "ops/copy.h"
#include "ops/reduce.h"
#include "ops/scan.h"

namespace hearth::cuda {

namespace {

/// r = a r' + b, of the r' before it.
template <class A>
struct Step {
  A a, b;
  /// This step, then another.
  __device__ Step then(const Step& o) const { return {a * o.a, o.a * b + o.b}; }
};

/// From the end: r[i] = g[i] + r[i + 1] exp(y[i] - y[i + 1]), conjugate, as LogcumsumexpBackward.
template <class A>
struct LogSumGradient {
  using Acc = Step<A>;
  const void *g, *x, *y;
  void* out;
  ScalarType type;
  int64_t inner;  ///< from an element to the next of its line

  __device__ Acc identity() const { return {A(1), A(0)}; }
  __device__ Acc load(int64_t at, int64_t i) const {
    const A own = load_as<A>(g, type, at);
    if (i == 0) return {A(0), own};
    return {conjugate_exp(load_as<A>(y, type, at), load_as<A>(y, type, at + inner)), own};
  }
  __device__ Acc merge(const Acc& first, const Acc& second) const { return first.then(second); }
  __device__ void store(int64_t at, const Acc& r) const {
    store_as(out, type, at, r.b * conjugate_exp(load_as<A>(x, type, at), load_as<A>(y, type, at)));
  }
};

/// From the end: r[i] = g[i] + r[i + 1] x[i + 1], of conjugates, times the product of those before
/// i.
template <class A>
struct ProductGradient {
  using Acc = Step<A>;
  const void *g, *x;
  const A* products;  ///< running ones of x
  void* out;
  ScalarType type;
  int64_t n, inner;

  __device__ static A conjugate(A v) {
    if constexpr (kIsComplex<A>) v.imag_ = -v.imag_;
    return v;
  }
  __device__ Acc identity() const { return {A(1), A(0)}; }
  __device__ Acc load(int64_t at, int64_t i) const {
    const A own = load_as<A>(g, type, at);
    if (i == 0) return {A(0), own};
    return {conjugate(load_as<A>(x, type, at + inner)), own};
  }
  __device__ Acc merge(const Acc& first, const Acc& second) const { return first.then(second); }
  __device__ void store(int64_t at, const Acc& r) const {
    const bool first = at / inner % n == 0;
    store_as(out, type, at, first ? r.b : conjugate(products[at - inner]) * r.b);
  }
};

/// From the end: the product of an element and all behind it, with which the element before it gets
/// its gradient: g times the product of all others, conjugate.
template <class A>
struct OthersGradient {
  using Acc = A;
  const void *g, *x;
  const A* products;  ///< running ones of x
  void* out;
  ScalarType type;
  int64_t n, inner;

  __device__ Acc identity() const { return A(1); }
  __device__ Acc load(int64_t at, int64_t) const { return load_as<A>(x, type, at); }
  __device__ Acc merge(Acc a, Acc b) const { return a * b; }
  __device__ void store(int64_t at, Acc behind) const {
    const int64_t i = at / inner % n;
    if (i == n - 1) write(at, i, A(1));
    if (i > 0) write(at - inner, i - 1, behind);
  }
  __device__ void write(int64_t at, int64_t i, A behind) const {
    const A own = load_as<A>(g, type, at / (inner * n) * inner + at % inner);
    const A before = i > 0 ? products[at - inner] : A(1);
    store_as(out, type, at, own * ProductGradient<A>::conjugate(before * behind));
  }
};

void logcumsumexp_backward(const Call& call) {
  const Tensor g = contiguous_raw(call.in[0]), x = contiguous_raw(call.in[1]),
               y = contiguous_raw(call.in[2]);
  const ScalarType type = impl(x).dtype;
  const Lines lines(x, call.as<ops::LogcumsumexpBackward>().dim);
  with_differentiable_sum_type(type, call.op.info.name, [&]<class A>(A) {
    scan(lines, true, call.op.info.name,
         LogSumGradient<A>{raw_data(g), raw_data(x), raw_data(y), raw_data(call.out[0]), type,
                           lines.inner});
  });
}

void cumprod_backward(const Call& call) {
  const Tensor g = contiguous_raw(call.in[0]), x = contiguous_raw(call.in[1]);
  const ScalarType type = impl(x).dtype;
  const Lines lines(x, call.as<ops::CumprodBackward>().dim);
  with_differentiable_sum_type(type, call.op.info.name, [&]<class A>(A) {
    const Workspace products(static_cast<size_t>(impl(x).numel) * sizeof(A));
    scan(lines, false, call.op.info.name,
         Running<A>{raw_data(x), products.data(), type, dtype_of<A>, true});
    scan(lines, true, call.op.info.name,
         ProductGradient<A>{raw_data(g), raw_data(x), products.data<A>(), raw_data(call.out[0]),
                            type, lines.n, lines.inner});
  });
}

void prod_backward(const Call& call) {
  const Tensor g = contiguous_raw(call.in[0]), x = contiguous_raw(call.in[1]);
  if (impl(x).numel == 0) return;
  const ScalarType type = impl(x).dtype;
  const Lines lines(x, call.as<ops::ProdBackward>().dim);
  with_differentiable_sum_type(type, call.op.info.name, [&]<class A>(A) {
    const Workspace products(static_cast<size_t>(impl(x).numel) * sizeof(A));
    scan(lines, false, call.op.info.name,
         Running<A>{raw_data(x), products.data(), type, dtype_of<A>, true});
    scan(lines, true, call.op.info.name,
         OthersGradient<A>{raw_data(g), raw_data(x), products.data<A>(), raw_data(call.out[0]),
                           type, lines.n, lines.inner});
  });
}

}  // namespace

void install_scan_gradients() {
  ops::CumprodBackward::row().kernel[kSlot] = &cumprod_backward;
  ops::LogcumsumexpBackward::row().kernel[kSlot] = &logcumsumexp_backward;
  ops::ProdBackward::row().kernel[kSlot] = &prod_backward;
}

}  // namespace hearth::cuda
