// SPDX-License-Identifier: Apache-2.0
// A pass over tensors by channel that normalizes, adds a residual and activates.
#pragma once

#include "hearth/ops/conv_norm.h"

#include "cuda/channels_pass.cuh"
#include "cuda/vmath.cuh"

namespace hearth::cuda {

template <class T>
__device__ __forceinline__ T sigmoid_of(T z) {
  return T(1) / (T(1) + vmath::exp(-z));
}

/// All threads take the same branch.
template <class T>
__device__ __forceinline__ T activated(ConvActivation activation, T z) {
  switch (activation) {
    case ConvActivation::ReLU:
      return z < T(0) ? T(0) : z;
    case ConvActivation::ReLU6:
      return z < T(0) ? T(0) : z > T(6) ? T(6) : z;
    case ConvActivation::SiLU:
      return z * sigmoid_of(z);
    case ConvActivation::Hardswish: {
      const T slope = z + T(3);
      return z * (slope < T(0) ? T(0) : slope > T(6) ? T(6) : slope) / T(6);
    }
    default:
      return z;
  }
}

template <class T>
__device__ __forceinline__ T normalized(const Factor<T>& f, T x) {
  return f.b * (x - f.mean) + f.c;
}

/// y = activation(normalized x + residual). y may be x itself.
template <class T, class O>
struct Activated {
  O* y;
  Source<T> x, residual;  ///< the latter may be none
  const Factor<T>* factors;
  ConvActivation activation;

  using Channel = Factor<T>;
  bool fits(int V) const {
    return reinterpret_cast<uintptr_t>(y) % (static_cast<size_t>(V) * sizeof(O)) == 0 &&
           x.aligned(V) && residual.aligned(V);
  }
  __device__ __forceinline__ Channel channel(int64_t c) const { return factors[c]; }
  template <int V>
  __device__ __forceinline__ void pack(int64_t at, const Channel* f, int step) const {
    T xs[V], more[V] = {};
    load_pack(xs, x, at);
    if (residual) load_pack(more, residual, at);
    Pack<O, V> out;
#pragma unroll
    for (int j = 0; j < V; ++j) {
      T z = normalized(f[j * step], xs[j]);
      if (residual) z += more[j];
      out.v[j] = convert<O>(activated(activation, z));
    }
    *reinterpret_cast<Pack<O, V>*>(y + at) = out;
  }
};

/// Runs f over all elements, V neighbours at a time where that fits.
template <class F>
void pass(const F& f, const Channels& shape, int V, std::string_view op) {
  if (shape.numel() == 0) return;
  if (V == 4 && packs_fit(shape, 4) && f.fits(4)) return for_each_pack<4>(shape, false, op, f);
  if (V == 2 && packs_fit(shape, 2) && f.fits(2)) return for_each_pack<2>(shape, false, op, f);
  for_each_pack<1>(shape, false, op, f);
}

}  // namespace hearth::cuda
