// SPDX-License-Identifier: Apache-2.0
// Variances, norms and logsumexp, each in one pass.
#include <cmath>

#include "cuda/kernels.h"
#include "cuda/reduce.cuh"
#include "cuda/vmath.cuh"
#include "ops/norm.h"

namespace hearth::cuda {

namespace {

/// Mean and squared distances from it, joined as Chan, Golub and LeVeque do.
template <class In>
struct Moments {
  using A = accumulate_t<In>;
  struct Acc {
    A n, mean, squares;
  };
  void *variance, *mean;
  ScalarType type;
  A correction;
  bool root;

  __device__ Acc identity() const { return {A(0), A(0), A(0)}; }
  /// An infinite element is infinitely far from any mean: v - v is NaN then, and 0 else.
  __device__ Acc load(const void* data, int64_t at, int64_t) const {
    const A v = convert<A>(static_cast<const In*>(data)[at]);
    return {A(1), v, v - v};
  }
  __device__ Acc merge(const Acc& a, const Acc& b) const {
    if (a.n == A(0)) return b;
    if (b.n == A(0)) return a;
    const A n = a.n + b.n, d = b.mean - a.mean, share = b.n / n;
    const A mean = vmath::abs(d) < vmath::inf(A()) ? a.mean + d * share : a.mean + b.mean;
    return {n, mean, a.squares + b.squares + d * d * a.n * share};
  }
  __device__ void store(int64_t i, const Acc& v) const {
    const A free = v.n > correction ? v.n - correction : A(0);
    const A var = v.squares / free;
    store_as(variance, type, i, root ? vmath::sqrt(var) : var);
    store_as(mean, type, i, v.n == A(0) ? v.n / v.n : v.mean);
  }
};

enum class Norm { Zero, One, Two, Power, Largest, Smallest };

template <class T>
__device__ __forceinline__ T magnitude(T x) {
  return vmath::abs(x);
}
template <class T>
__device__ __forceinline__ T magnitude(complex<T> x) {
  return vmath::hypot(x.real_, x.imag_);
}

template <class In>
struct RealOf {
  using type = accumulate_t<In>;
};
template <class T>
struct RealOf<complex<T>> {
  using type = T;
};

template <class In>
struct Norming {
  using A = typename RealOf<In>::type;
  using Acc = A;
  void* out;
  ScalarType type;
  Norm norm;
  A p;

  __device__ Acc identity() const { return norm == Norm::Smallest ? vmath::inf(A()) : A(0); }
  __device__ Acc load(const void* data, int64_t at, int64_t) const {
    const A m = magnitude(convert<accumulate_t<In>>(static_cast<const In*>(data)[at]));
    switch (norm) {
      case Norm::Zero:
        return m != A(0) ? A(1) : A(0);
      case Norm::Two:
        return m * m;
      case Norm::Power:
        return vmath::pow(m, p);
      default:
        return m;
    }
  }
  __device__ Acc merge(Acc a, Acc b) const {
    if (norm == Norm::Largest) return b > a || b != b ? b : a;
    if (norm == Norm::Smallest) return b < a || b != b ? b : a;
    return a + b;
  }
  __device__ void store(int64_t i, Acc v) const {
    if (norm == Norm::Two) v = vmath::sqrt(v);
    if (norm == Norm::Power) v = vmath::pow(v, A(1) / p);
    store_as(out, type, i, v);
  }
};

/// The largest element and the sum of exp(x - largest).
template <class In>
struct LogSum {
  using A = accumulate_t<In>;
  struct Acc {
    A largest, sum;
  };
  void* out;
  ScalarType type;

  __device__ Acc identity() const { return {-vmath::inf(A()), A(0)}; }
  __device__ Acc load(const void* data, int64_t at, int64_t) const {
    return {convert<A>(static_cast<const In*>(data)[at]), A(1)};
  }
  __device__ Acc merge(const Acc& a, const Acc& b) const {
    const A m = b.largest > a.largest || b.largest != b.largest ? b.largest : a.largest;
    // An infinite or undefined largest element is the result, whatever the sum.
    if (!(vmath::abs(m) < vmath::inf(A()))) return {m, A(1)};
    return {m, a.sum * vmath::exp(a.largest - m) + b.sum * vmath::exp(b.largest - m)};
  }
  __device__ void store(int64_t i, const Acc& v) const {
    store_as(out, type, i, v.sum > A(0) ? vmath::log(v.sum) + v.largest : v.largest);
  }
};

void var_mean(const Call& call) {
  const auto& op = call.as<ops::VarMean>();
  const Tensor& x = call.in[0];
  with_floating_type(impl(x).dtype, "var_mean", [&]<class In>(In) {
    reduce(x, op.dims, "var_mean",
           Moments<In>{raw_data(call.out[0]), raw_data(call.out[1]), impl(call.out[0]).dtype,
                       static_cast<accumulate_t<In>>(op.correction), op.root});
  });
}

template <class In>
void norm_of(const Call& call, Norm norm) {
  const auto& op = call.as<ops::VectorNorm>();
  const Tensor& out = call.out[0];
  reduce(call.in[0], op.dims, "linalg_vector_norm",
         Norming<In>{raw_data(out), impl(out).dtype, norm,
                     static_cast<typename RealOf<In>::type>(op.p)});
}

void vector_norm(const Call& call) {
  const double p = call.as<ops::VectorNorm>().p;
  const Norm norm = p == 0          ? Norm::Zero
                    : p == 1        ? Norm::One
                    : p == 2        ? Norm::Two
                    : std::isinf(p) ? (p > 0 ? Norm::Largest : Norm::Smallest)
                                    : Norm::Power;
  const ScalarType type = impl(call.in[0]).dtype;
  if (type == kComplexFloat) return norm_of<complex<float>>(call, norm);
  if (type == kComplexDouble) return norm_of<complex<double>>(call, norm);
  with_floating_type(type, "linalg_vector_norm", [&]<class In>(In) { norm_of<In>(call, norm); });
}

void log_sum_exp(const Call& call) {
  const Tensor &x = call.in[0], &out = call.out[0];
  with_floating_type(impl(x).dtype, "logsumexp", [&]<class In>(In) {
    reduce(x, call.as<ops::LogSumExp>().dims, "logsumexp",
           LogSum<In>{raw_data(out), impl(out).dtype});
  });
}

}  // namespace

void install_reduce_norms() {
  ops::VarMean::row().kernel[kSlot] = &var_mean;
  ops::VectorNorm::row().kernel[kSlot] = &vector_norm;
  ops::LogSumExp::row().kernel[kSlot] = &log_sum_exp;
}

}  // namespace hearth::cuda
