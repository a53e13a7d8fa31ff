// SPDX-License-Identifier: Apache-2.0
// Reductions over any dims, at any strides.
//
// A reducer R has Acc, identity(), load(data, offset, position), merge(a, b) and store(output,
// acc), all for the device. merge may be called in any grouping, which depends on sizes and the
// device only; outputs count in logical order.
#pragma once

#include "cuda/element.cuh"
#include "cuda/launch.cuh"
#include "cuda/offset_calculator.cuh"

namespace hearth::cuda {

/// How a reduction is laid out over threads.
struct ReduceShape {
  OffsetCalculator<1> kept, reduced;
  int64_t outputs = 1, length = 1;
  bool columns = false;  ///< neighbouring threads take neighbouring outputs
  int team = 1;          ///< threads that share an output, in a block of kBlock
  int splits = 1;        ///< blocks that share an output

  __device__ __forceinline__ int64_t base(int64_t output) const {
    int64_t at[1];
    kept.get(output, at);
    return at[0];
  }
  __device__ __forceinline__ int64_t offset(int64_t r) const {
    if (reduced.dims <= 1) return r * reduced.strides[0][0];
    int64_t at[1];
    reduced.get(r, at);
    return at[0];
  }
};

/// The shape for reducing `dims` (empty: all) of `x`. Positions count in logical order.
ReduceShape reduce_shape(const Tensor& x, const DimVector& dims);

/// Combines the team's accumulators; the one with rank 0 gets the result.
template <class R>
__device__ __forceinline__ typename R::Acc join_team(const R& r, typename R::Acc acc, int rank,
                                                     int team, int step) {
  using Acc = typename R::Acc;
  alignas(16) __shared__ unsigned char raw[kBlock * sizeof(Acc)];
  Acc* shared = reinterpret_cast<Acc*>(raw);
  const int t = static_cast<int>(threadIdx.x);
  shared[t] = acc;
  __syncthreads();
  for (int d = team / 2; d > 0; d /= 2) {
    if (rank < d) shared[t] = r.merge(shared[t], shared[t + d * step]);
    __syncthreads();
  }
  acc = shared[t];
  __syncthreads();
  return acc;
}

template <class R>
__global__ void __launch_bounds__(kBlock)
    reduce_kernel(ReduceShape s, const void* data, R r, typename R::Acc* parts) {
  using Acc = typename R::Acc;
  constexpr int kUnroll = sizeof(Acc) > 16 ? 2 : 4;
  const int t = static_cast<int>(threadIdx.x), per_block = kBlock / s.team;
  const int rank = s.columns ? t / per_block : t % s.team;
  const int lane = s.columns ? t % per_block : t / s.team;
  const int64_t chunk = (s.length + s.splits - 1) / s.splits;
  const int64_t begin = blockIdx.y * chunk;
  const int64_t end = begin + chunk < s.length ? begin + chunk : s.length;
  for (int64_t first = int64_t{blockIdx.x} * per_block; first < s.outputs;
       first += int64_t{gridDim.x} * per_block) {
    const int64_t output = first + lane;
    Acc acc = r.identity();
    if (output < s.outputs) {
      const int64_t base = s.base(output);
      int64_t i = begin + rank;
      for (; i + (kUnroll - 1) * int64_t{s.team} < end; i += kUnroll * int64_t{s.team}) {
        Acc v[kUnroll];
#pragma unroll
        for (int k = 0; k < kUnroll; ++k) {
          const int64_t at = i + k * int64_t{s.team};
          v[k] = r.load(data, base + s.offset(at), at);
        }
#pragma unroll
        for (int k = 0; k < kUnroll; ++k) acc = r.merge(acc, v[k]);
      }
      for (; i < end; i += s.team) acc = r.merge(acc, r.load(data, base + s.offset(i), i));
    }
    acc = join_team(r, acc, rank, s.team, s.columns ? per_block : 1);
    if (rank != 0 || output >= s.outputs) continue;
    if (parts) {
      parts[output * s.splits + blockIdx.y] = acc;
    } else {
      r.store(output, acc);
    }
  }
}

/// Joins the parts of blocks that shared an output, a block for each.
template <class R>
__global__ void __launch_bounds__(kBlock)
    join_parts_kernel(const typename R::Acc* parts, int splits, int64_t outputs, R r) {
  const int t = static_cast<int>(threadIdx.x);
  for (int64_t output = blockIdx.x; output < outputs; output += gridDim.x) {
    typename R::Acc acc = r.identity();
    for (int i = t; i < splits; i += kBlock) acc = r.merge(acc, parts[output * splits + i]);
    acc = join_team(r, acc, t, kBlock, 1);
    if (t == 0) r.store(output, acc);
  }
}

template <class R>
void reduce(const Tensor& x, const DimVector& dims, std::string_view op, const R& r) {
  const ReduceShape s = reduce_shape(x, dims);
  if (s.outputs == 0) return;
  const int per_block = kBlock / s.team;
  const int64_t blocks = (s.outputs + per_block - 1) / per_block;
  const dim3 grid(static_cast<unsigned>(std::min<int64_t>(blocks, 1 << 20)),
                  static_cast<unsigned>(s.splits));
  if (s.splits == 1)
    return launch_kernel(op, reduce_kernel<R>, grid, kBlock, s, raw_data(x), r, nullptr);
  const Workspace parts(static_cast<size_t>(s.outputs * s.splits) * sizeof(typename R::Acc));
  auto* accumulators = parts.data<typename R::Acc>();
  launch_kernel(op, reduce_kernel<R>, grid, kBlock, s, raw_data(x), r, accumulators);
  launch_kernel(op, join_parts_kernel<R>,
                static_cast<unsigned>(std::min<int64_t>(s.outputs, 1 << 20)), kBlock, accumulators,
                s.splits, s.outputs, r);
}

/// Tags inputs whose dtype is found at run time, one of the integers or bool.
struct AnyInteger {};

/// Element `offset` of memory whose type is In (or, for AnyInteger, `type`), as A.
template <class A, class In>
__device__ __forceinline__ A load_in(const void* data, ScalarType type, int64_t offset) {
  if constexpr (std::is_same_v<In, AnyInteger>) {
    switch (type) {
      case kBool:
      case kByte:
        return static_cast<A>(static_cast<const uint8_t*>(data)[offset]);
      case kChar:
        return static_cast<A>(static_cast<const int8_t*>(data)[offset]);
      case kShort:
        return static_cast<A>(static_cast<const int16_t*>(data)[offset]);
      case kInt:
        return static_cast<A>(static_cast<const int32_t*>(data)[offset]);
      default:
        return static_cast<A>(static_cast<const int64_t*>(data)[offset]);
    }
  } else {
    return convert<A>(static_cast<const In*>(data)[offset]);
  }
}

/// The type integers, half types and so on are reduced in.
template <class In>
struct WideOf {
  using type = accumulate_t<In>;
};
template <>
struct WideOf<AnyInteger> {
  using type = int64_t;
};
template <class In>
using wide_t = typename WideOf<In>::type;

/// Calls f(In()) for a real dtype: AnyInteger, Half, BFloat16, float or double.
template <class F>
void with_real_input(ScalarType type, std::string_view op, const F& f) {
  if (is_integral(type, true)) return f(AnyInteger());
  with_floating_type(type, op, f);
}
/// The same with complex numbers.
template <class F>
void with_any_input(ScalarType type, std::string_view op, const F& f) {
  if (type == kComplexFloat) return f(complex<float>());
  if (type == kComplexDouble) return f(complex<double>());
  with_real_input(type, op, f);
}

}  // namespace hearth::cuda
