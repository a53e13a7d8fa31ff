// SPDX-License-Identifier: Apache-2.0
// Random ops. A thread takes the numbers of one Philox counter, by logical index, so that the
// device draws what the CPU draws.
#include <cmath>
#include <limits>

#include "backends/dropout.h"
#include "cuda/element.cuh"
#include "cuda/kernels.h"
#include "cuda/launch.cuh"
#include "cuda/offset_calculator.cuh"
#include "cuda/random_counters.cuh"
#include "cuda/vmath.cuh"
#include "ops/random.h"

namespace hearth::cuda {

namespace {

using ops::Distribution;
using ops::RandomFill;

// ---- numbers of a counter: four floats or two doubles

template <class T>
inline constexpr int kPerCounter = sizeof(T) == 4 ? 4 : 2;

__device__ __forceinline__ void uniforms(const philox::Lanes& r, float (&u)[4]) {
#pragma unroll
  for (int k = 0; k < 4; ++k) u[k] = philox::uniform_float(r.v[k]);
}
__device__ __forceinline__ void uniforms(const philox::Lanes& r, double (&u)[2]) {
#pragma unroll
  for (int k = 0; k < 2; ++k) u[k] = philox::uniform_double(word64(r, k));
}

/// Cosine and sine of a quarter turn's multiple plus an angle of sine s and cosine c.
template <class T>
__device__ __forceinline__ void turn(unsigned quadrant, T radius, T s, T c, T* even, T* odd) {
  const T cosine = quadrant & 1 ? s : c, sine = quadrant & 1 ? c : s;
  *even = radius * ((quadrant + 1) & 2 ? -cosine : cosine);
  *odd = radius * (quadrant & 2 ? -sine : sine);
}

/// Two standard normals by Box and Muller: radius from `a`, angle from `b`.
__device__ __forceinline__ void normal_pair(uint32_t a, uint32_t b, float* even, float* odd) {
  // In (0, 1], with its finest steps near 0, where the tail of the distribution comes from.
  const float u = (static_cast<float>(static_cast<int32_t>(a >> 1)) + 0.5f) * 0x1p-31f;
  const float radius = sqrtf(-2.0f * logf(u));
  // The top two bits name the nearest quarter turn, the rest is an angle within an eighth of one.
  const uint32_t quadrant = (b + 0x20000000u) >> 30;
  const float r = static_cast<float>(static_cast<int32_t>(b - (quadrant << 30))) * 0x1p-31f;
  float s, c;
  sincospif(r, &s, &c);
  turn(quadrant, radius, s, c, even, odd);
}
__device__ __forceinline__ void normal_pair(uint64_t a, uint64_t b, double* even, double* odd) {
  const auto in_one_to_two = [](uint64_t bits) {
    return __longlong_as_double(static_cast<long long>(bits >> 12 | 0x3ff0000000000000u));
  };
  const double u = (in_one_to_two(a) - 1.0) + 0x1p-53;
  const double radius = sqrt(-2.0 * log(u));
  const uint64_t eighth = uint64_t{1} << 61;
  const auto quadrant = static_cast<unsigned>((b + eighth) >> 62);
  const double r = in_one_to_two((b + eighth) << 2) - 1.5;
  double s, c;
  sincospi(r * 0.5, &s, &c);
  turn(quadrant, radius, s, c, even, odd);
}
__device__ __forceinline__ void normals(const philox::Lanes& r, float (&v)[4]) {
  normal_pair(r.v[0], r.v[1], &v[0], &v[1]);
  normal_pair(r.v[2], r.v[3], &v[2], &v[3]);
}
__device__ __forceinline__ void normals(const philox::Lanes& r, double (&v)[2]) {
  normal_pair(word64(r, 0), word64(r, 1), &v[0], &v[1]);
}

/// x * b + a in two roundings, as on the CPU.
__device__ __forceinline__ float scaled(float x, float b, float a) {
  return __fadd_rn(__fmul_rn(x, b), a);
}
__device__ __forceinline__ double scaled(double x, double b, double a) {
  return __dadd_rn(__dmul_rn(x, b), a);
}

template <class T>
struct Fill {
  T a, b;
  T width;        ///< b - a
  T steps;        ///< not 0: uniform numbers are rounded down to this many
  T log_failure;  ///< log1p(-a)
  T least;        ///< of an exponential number
  bool plain;     ///< a = 0, b = 1
};

template <class T, Distribution D>
__device__ __forceinline__ T draw(const Fill<T>& f, T x) {
  if constexpr (D == Distribution::Uniform) {
    if (f.steps != 0) x = static_cast<T>(static_cast<int>(x * f.steps)) / f.steps;
    if (f.plain) return x;
    const T v = scaled(x, f.width, f.a);
    return v < f.b ? v : f.a;  // rounding may reach b, which is excluded
  } else if constexpr (D == Distribution::Normal) {
    return f.plain ? x : scaled(x, f.b, f.a);
  } else if constexpr (D == Distribution::LogNormal) {
    return vmath::exp(scaled(x, f.b, f.a));
  } else if constexpr (D == Distribution::Exponential) {
    // Never 0, so that dividing by it is safe.
    const T e = -vmath::log(T(1) - x);
    return (e < f.least ? f.least : e) / f.a;
  } else if constexpr (D == Distribution::Cauchy) {
    return scaled(vmath::tan(static_cast<T>(M_PI) * (x - T(0.5))), f.b, f.a);
  } else {
    // In double, because a last bit decides where ceil goes.
    const T g = vmath::ceil(static_cast<T>(::log(1.0 - static_cast<double>(x))) / f.log_failure);
    return g < T(1) ? T(1) : g;
  }
}

// ---- where they go

template <class S, int N>
struct alignas(sizeof(S) * N < 16 ? sizeof(S) * N : 16) Pack {
  S v[N];
};

/// Memory of a tensor by logical index.
struct Target {
  void* data;
  ScalarType dtype;
  bool dense;  ///< contiguous, and aligned to 16 bytes
  OffsetCalculator<1> offsets;

  /// Elements first .. first + N, as many as there are.
  template <int N, class T>
  __device__ __forceinline__ void put(int64_t first, const T (&v)[N]) const {
    if (dense && first + N <= offsets.numel) {
      switch (dtype) {
#define HEARTH_CASE(S, name)                                              \
  case ScalarType::name: {                                                \
    Pack<S, N> pack;                                                      \
    for (int k = 0; k < N; ++k) pack.v[k] = convert<S>(v[k]);             \
    *reinterpret_cast<Pack<S, N>*>(static_cast<S*>(data) + first) = pack; \
    return;                                                               \
  }
        HEARTH_FORALL_SCALAR_TYPES(HEARTH_CASE)
#undef HEARTH_CASE
        default:
          return;
      }
    }
    for (int k = 0; k < N && first + k < offsets.numel; ++k) {
      int64_t at[1];
      offsets.get(first + k, at);
      store_as(data, dtype, at[0], v[k]);
    }
  }
};

/// real: complex numbers count as two real ones.
Target target_of(const Tensor& t, bool real) {
  const TensorImpl& i = impl(t);
  DimVector sizes = i.sizes, strides = i.strides;
  ScalarType dtype = i.dtype;
  if (real && is_complex(dtype)) {
    for (int64_t& s : strides) s *= 2;
    sizes.push_back(2);
    strides.push_back(1);
    dtype = to_real(dtype);
  }
  return {i.data(), dtype, i.contiguous && reinterpret_cast<uintptr_t>(i.data()) % 16 == 0,
          make_offset_calculator<1>(sizes, {strides}, true)};
}

int64_t counters_for(int64_t n, int per_counter) { return (n + per_counter - 1) / per_counter; }

// ---- random_

template <class T, Distribution D>
void fill_reals(const Fill<T>& fill, const Counters& counters, const Target& target) {
  constexpr int N = kPerCounter<T>;
  for_each(counters_for(target.offsets.numel, N), "random_", [=] __device__(int64_t c) {
    const auto lanes = counters(c);
    T v[N];
    if constexpr (D == Distribution::Normal || D == Distribution::LogNormal) {
      normals(lanes, v);
    } else {
      uniforms(lanes, v);
    }
#pragma unroll
    for (int k = 0; k < N; ++k) v[k] = draw<T, D>(fill, v[k]);
    target.put(c * N, v);
  });
}

template <class T>
void fill_real(const RandomFill& op, const Counters& counters, const Target& target) {
  Fill<T> f{};
  f.a = static_cast<T>(op.a);
  f.b = static_cast<T>(op.b);
  f.width = f.b - f.a;
  f.plain = f.a == 0 && f.b == 1;
  // So that rounding to a half type does not reach 1.
  if (target.dtype == kHalf) f.steps = 1 << 11;
  if (target.dtype == kBFloat16) f.steps = 1 << 8;
  f.log_failure = std::log1p(-f.a);
  f.least = std::numeric_limits<T>::epsilon() / 2;
  switch (op.distribution) {
    case Distribution::Normal:
      return fill_reals<T, Distribution::Normal>(f, counters, target);
    case Distribution::LogNormal:
      return fill_reals<T, Distribution::LogNormal>(f, counters, target);
    case Distribution::Exponential:
      return fill_reals<T, Distribution::Exponential>(f, counters, target);
    case Distribution::Cauchy:
      return fill_reals<T, Distribution::Cauchy>(f, counters, target);
    case Distribution::Geometric:
      return fill_reals<T, Distribution::Geometric>(f, counters, target);
    default:
      return fill_reals<T, Distribution::Uniform>(f, counters, target);
  }
}

void fill_integers(const RandomFill& op, const Counters& counters, const Target& target) {
  const uint64_t range = op.range;
  const auto from = static_cast<uint64_t>(op.from);
  const int64_t n = target.offsets.numel;
  // The high part of bits * range: fair, and cheaper than a remainder.
  if (!op.wide(kLong)) {
    for_each(counters_for(n, 4), "random_", [=] __device__(int64_t c) {
      const auto lanes = counters(c);
      int64_t v[4];
#pragma unroll
      for (int k = 0; k < 4; ++k) v[k] = static_cast<int64_t>(from + ((lanes.v[k] * range) >> 32));
      target.put(c * 4, v);
    });
    return;
  }
  for_each(counters_for(n, 2), "random_", [=] __device__(int64_t c) {
    const auto lanes = counters(c);
    int64_t v[2];
#pragma unroll
    for (int k = 0; k < 2; ++k) {
      const uint64_t bits = word64(lanes, k);
      v[k] = static_cast<int64_t>(from + (range == 0 ? bits : __umul64hi(bits, range)));
    }
    target.put(c * 2, v);
  });
}

void fill_bernoulli(const RandomFill& op, const Counters& counters, const Target& target) {
  const uint32_t last = last_success(op.a);
  const bool possible = op.a > 0;
  for_each(counters_for(target.offsets.numel, 4), "random_", [=] __device__(int64_t c) {
    const auto lanes = counters(c);
    bool v[4];
#pragma unroll
    for (int k = 0; k < 4; ++k) v[k] = possible && lanes.v[k] <= last;
    target.put(c * 4, v);
  });
}

void random_fill(const Call& call) {
  RandomFill op = call.as<RandomFill>();
  const Tensor& out = call.out[0];
  const ScalarType type = impl(out).dtype;
  if (impl(out).numel == 0) return;
  const Counters counters(op, call);
  if (op.distribution == Distribution::Bernoulli)
    return fill_bernoulli(op, counters, target_of(out, false));
  // A complex number is two real ones.
  const Target target = target_of(out, true);
  if (is_complex(type) && op.distribution == Distribution::Normal) op.b /= std::sqrt(2.0);
  if (op.distribution == Distribution::Integer) return fill_integers(op, counters, target);
  if (target.dtype == kDouble) return fill_real<double>(op, counters, target);
  fill_real<float>(op, counters, target);
}

// ---- bernoulli, dropout

void bernoulli(const Call& call) {
  const auto& op = call.as<ops::Bernoulli>();
  const Tensor &in = call.in[0], &out = call.out[0];
  if (impl(out).numel == 0) return;
  const auto offsets = make_offset_calculator<2>({&out, &in}, true);
  const Counters counters(op, call);
  const void* from = raw_data(in);
  void* to = raw_data(out);
  const ScalarType in_type = impl(in).dtype, out_type = impl(out).dtype;
  Fault* const report = fault();
  for_each(counters_for(offsets.numel, 4), "bernoulli", [=] __device__(int64_t c) {
    const auto lanes = counters(c);
#pragma unroll
    for (int k = 0; k < 4; ++k) {
      if (c * 4 + k >= offsets.numel) return;
      int64_t at[2];
      offsets.get(c * 4 + k, at);
      const double p = load_as<double>(from, in_type, at[1]);
      if (!(p >= 0 && p <= 1)) report_value(p, report, "bernoulli", "probabilities in [0, 1]");
      store_as(to, out_type, at[0], lanes.v[k] < p * 0x1p32);
    }
  });
}

template <class T>
struct DropoutArgs {
  Counters counters;
  uint32_t last;
  accumulate_t<T> scale;

  /// A product, so that NaN and infinity do not vanish unseen.
  __device__ __forceinline__ T apply(T x, uint32_t bits) const {
    using A = accumulate_t<T>;
    return convert<T>(convert<A>(x) * (bits <= last ? scale : A(0)));
  }
};

/// Contiguous memory, at least 16 bytes a thread.
template <class T>
void drop_dense(const DropoutArgs<T>& args, const T* x, T* y, int64_t n) {
  constexpr int kCounters = sizeof(T) == 2 ? 2 : 1, V = 4 * kCounters;
  for_each((n + V - 1) / V, "dropout", [=] __device__(int64_t i) {
    const bool whole = i * V + V <= n;
    Pack<T, V> pack;
    if (whole) {
      pack = reinterpret_cast<const Pack<T, V>*>(x)[i];
    } else {
#pragma unroll
      for (int k = 0; k < V; ++k)
        if (i * V + k < n) pack.v[k] = x[i * V + k];
    }
#pragma unroll
    for (int c = 0; c < kCounters; ++c) {
      const auto lanes = args.counters(i * kCounters + c);
#pragma unroll
      for (int k = 0; k < 4; ++k) pack.v[c * 4 + k] = args.apply(pack.v[c * 4 + k], lanes.v[k]);
    }
    if (whole) {
      reinterpret_cast<Pack<T, V>*>(y)[i] = pack;
    } else {
#pragma unroll
      for (int k = 0; k < V; ++k)
        if (i * V + k < n) y[i * V + k] = pack.v[k];
    }
  });
}

template <class T>
void drop_any(const DropoutArgs<T>& args, const OffsetCalculator<2>& offsets, const T* x, T* y) {
  for_each(counters_for(offsets.numel, 4), "dropout", [=] __device__(int64_t c) {
    const auto lanes = args.counters(c);
#pragma unroll
    for (int k = 0; k < 4; ++k) {
      if (c * 4 + k >= offsets.numel) return;
      int64_t at[2];
      offsets.get(c * 4 + k, at);
      y[at[0]] = args.apply(x[at[1]], lanes.v[k]);
    }
  });
}

template <class T>
void dropout_of(const Call& call) {
  using A = accumulate_t<T>;
  const auto& op = call.as<ops::Dropout>();
  const Tensor &x = call.in[0], &y = call.out[0];
  const A scale = op.p == 1 ? A(0) : static_cast<A>(1 / (1 - op.p));
  const DropoutArgs<T> args{Counters(op, call), last_success(1 - op.p), scale};
  const auto addresses =
      reinterpret_cast<uintptr_t>(raw_data(x)) | reinterpret_cast<uintptr_t>(raw_data(y));
  if (impl(x).contiguous && impl(y).contiguous && addresses % 16 == 0)
    return drop_dense<T>(args, ptr<T>(x), ptr<T>(y), impl(x).numel);
  drop_any<T>(args, make_offset_calculator<2>({&y, &x}, true), ptr<T>(x), ptr<T>(y));
}

void dropout(const Call& call) {
  const TensorImpl& x = impl(call.in[0]);
  if (x.numel == 0) return;
  with_floating_type(x.dtype, "dropout", [&](auto zero) { dropout_of<decltype(zero)>(call); });
}

}  // namespace

void install_random() {
  ops::RandomFill::row().kernel[kSlot] = &random_fill;
  ops::Bernoulli::row().kernel[kSlot] = &bernoulli;
  ops::Dropout::row().kernel[kSlot] = &dropout;
}

}  // namespace hearth::cuda
