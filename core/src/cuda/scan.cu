// SPDX-License-Identifier: Apache-2.0
// Running sums, products and extremes along one dim, and gradients that run back along it.
#include "backends/log_sums.h"
#include "cuda/element.cuh"
#include "cuda/kernels.h"
#include "cuda/launch.cuh"
#include "cuda/lines.cuh"
#include "cuda/vmath.cuh"
#include "ops/copy.h"
#include "ops/scan.h"

namespace hearth::cuda {

namespace {

constexpr int kItems = 4;  // of a thread, one after the other

// A scanner S has Acc, identity(), load(offset, position), merge(earlier, later) and
// store(offset, acc).

/// A block for each line: chunks of kBlock * kItems elements, with what came before carried on.
template <class S>
__global__ void __launch_bounds__(kBlock) line_kernel(Lines lines, bool reverse, S s) {
  using Acc = typename S::Acc;
  alignas(16) __shared__ unsigned char raw[2 * kBlock * sizeof(Acc)];
  Acc* from = reinterpret_cast<Acc*>(raw);
  Acc* to = from + kBlock;
  const int t = static_cast<int>(threadIdx.x);
  const int64_t n = lines.n;
  for (int64_t line = blockIdx.x; line < lines.count(); line += gridDim.x) {
    const int64_t start = lines.start(line, n);
    const auto offset = [&](int64_t i) { return start + (reverse ? n - 1 - i : i) * lines.inner; };
    Acc carry = s.identity();
    for (int64_t chunk = 0; chunk < n; chunk += kBlock * kItems) {
      Acc mine[kItems], total = s.identity();
#pragma unroll
      for (int k = 0; k < kItems; ++k) {
        const int64_t i = chunk + int64_t{t} * kItems + k;
        if (i < n) total = s.merge(total, s.load(offset(i), i));
        mine[k] = total;
      }
      from[t] = total;
      __syncthreads();
      for (int d = 1; d < kBlock; d *= 2) {
        to[t] = t >= d ? s.merge(from[t - d], from[t]) : from[t];
        Acc* swap = from;
        from = to;
        to = swap;
        __syncthreads();
      }
      const Acc before = t > 0 ? s.merge(carry, from[t - 1]) : carry;
#pragma unroll
      for (int k = 0; k < kItems; ++k) {
        const int64_t i = chunk + int64_t{t} * kItems + k;
        if (i < n) s.store(offset(i), s.merge(before, mine[k]));
      }
      carry = s.merge(carry, from[kBlock - 1]);
      __syncthreads();
    }
  }
}

/// A thread for each line; neighbours are side by side in memory.
template <class S>
__global__ void column_kernel(Lines lines, bool reverse, S s) {
  const int64_t step = int64_t{gridDim.x} * blockDim.x;
  for (int64_t line = blockIdx.x * int64_t{blockDim.x} + threadIdx.x; line < lines.count();
       line += step) {
    const int64_t start = lines.start(line, lines.n);
    typename S::Acc acc = s.identity();
    for (int64_t i = 0; i < lines.n; ++i) {
      const int64_t at = start + (reverse ? lines.n - 1 - i : i) * lines.inner;
      acc = s.merge(acc, s.load(at, i));
      s.store(at, acc);
    }
  }
}

template <class S>
void scan(const Lines& lines, bool reverse, std::string_view op, const S& s) {
  if (lines.n == 0 || lines.count() == 0) return;
  // A thread for each line reads neighbours together, but only many threads hide their waiting.
  const bool many = lines.count() >= int64_t{multiprocessors()} * kBlock;
  if (lines.n <= kItems || (many && (lines.inner >= 32 || lines.n <= 64))) {
    launch_kernel(op, column_kernel<S>, blocks_for(lines.count()), kBlock, lines, reverse, s);
  } else {
    const auto blocks = static_cast<unsigned>(std::min<int64_t>(lines.count(), 1 << 30));
    launch_kernel(op, line_kernel<S>, blocks, kBlock, lines, reverse, s);
  }
}

template <class A>
struct Running {
  using Acc = A;
  const void* x;
  void* y;
  ScalarType in, out;
  bool product;

  __device__ Acc identity() const { return product ? Acc(1) : Acc(0); }
  __device__ Acc load(int64_t at, int64_t) const { return load_as<Acc>(x, in, at); }
  __device__ Acc merge(Acc a, Acc b) const { return product ? a * b : a + b; }
  __device__ void store(int64_t at, Acc v) const { store_as(y, out, at, v); }
};

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

/// Calls f(A()) with the type to sum in: double for float and double, float for the half types, and
/// int64_t for the rest.
template <class F>
void with_sum_type(ScalarType type, const F& f) {
  if (type == kComplexFloat) return f(complex<float>());
  if (type == kComplexDouble) return f(complex<double>());
  if (type == kHalf || type == kBFloat16) return f(float());
  if (is_floating_point(type)) return f(double());
  f(int64_t());
}

void run(const Call& call, int64_t dim, bool reverse, bool product) {
  with_sum_type(impl(call.in[0]).dtype,
                [&]<class A>(A) { run_as<A>(call, dim, reverse, product); });
}

/// The same, of floating types only.
template <class F>
void with_differentiable_sum_type(ScalarType type, std::string_view op, const F& f) {
  HEARTH_CHECK_AS(NotImplementedError, is_floating_point(type) || is_complex(type), "[", op,
                  "] not implemented for ", type);
  with_sum_type(type, [&]<class A>(A zero) {
    if constexpr (!std::is_same_v<A, int64_t>) f(zero);
  });
}

void logcumsumexp(const Call& call) {
  const Tensor x = contiguous_raw(call.in[0]);
  const ScalarType type = impl(x).dtype;
  with_differentiable_sum_type(type, call.op.info.name, [&]<class A>(A) {
    scan(Lines(x, call.as<ops::Logcumsumexp>().dim), false, call.op.info.name,
         LogSum<A>{raw_data(x), raw_data(call.out[0]), type});
  });
}

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
  ops::CumprodBackward::row().kernel[kSlot] = &cumprod_backward;
  ops::Logcumsumexp::row().kernel[kSlot] = &logcumsumexp;
  ops::LogcumsumexpBackward::row().kernel[kSlot] = &logcumsumexp_backward;
  ops::Cummax::row().kernel[kSlot] = &cummax;
  ops::Cummin::row().kernel[kSlot] = &cummin;
}

}  // namespace hearth::cuda
