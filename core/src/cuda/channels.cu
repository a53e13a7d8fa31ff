// SPDX-License-Identifier: Apache-2.0
#include "cuda/channels_pass.cuh"

namespace hearth::cuda {

namespace {

template <class T, class O, bool kGrad>
struct Affine {
  O* y;
  Source<T> g, x;
  const Factor<T>* factors;

  using Channel = Factor<T>;
  __device__ __forceinline__ Channel channel(int64_t c) const { return factors[c]; }
  template <int V>
  __device__ __forceinline__ void pack(int64_t at, const Channel* f, int step) const {
    T xs[V], gs[V];
    load_pack(xs, x, at);
    if constexpr (kGrad) load_pack(gs, g, at);
    Pack<O, V> out;
#pragma unroll
    for (int j = 0; j < V; ++j) {
      const Channel& k = f[j * step];
      T value = k.b * (xs[j] - k.mean) + k.c;
      if constexpr (kGrad) value = k.a * gs[j] + value;
      out.v[j] = convert<O>(value);
    }
    *reinterpret_cast<Pack<O, V>*>(y + at) = out;
  }
};

template <class T, class O, bool kGrad>
void apply(const Affine<T, O, kGrad>& f, const Channels& s, bool by_sample, std::string_view op) {
  constexpr int V = 16 / sizeof(T);
  if (packs_fit(s, V) && reinterpret_cast<uintptr_t>(f.y) % (V * sizeof(O)) == 0 &&
      f.x.aligned(V) && f.g.aligned(V))
    return for_each_pack<V>(s, by_sample, op, f);
  for_each_pack<1>(s, by_sample, op, f);
}

}  // namespace

void apply_factors(const Tensor& y, const Tensor& g, const Tensor& x, const Channels& shape,
                   const void* factors, bool by_sample, ScalarType compute, std::string_view op) {
  if (shape.numel() == 0) return;
  with_result_type(compute, impl(y).dtype, op, [&]<class T, class O>(T, O) {
    const auto* f = static_cast<const Factor<T>*>(factors);
    if (g.defined())
      return apply(Affine<T, O, true>{ptr<O>(y), Source<T>(g), Source<T>(x), f}, shape, by_sample,
                   op);
    apply(Affine<T, O, false>{ptr<O>(y), {}, Source<T>(x), f}, shape, by_sample, op);
  });
}

}  // namespace hearth::cuda
