// SPDX-License-Identifier: Apache-2.0
// Batch norm, a residual and an activation in the norm's passes. Backward computes the activation's
// slope anew where it reads, so that nothing is written between.
#include "cuda/batch_norm.cuh"
#include "cuda/channels_activated.cuh"
#include "cuda/kernels.h"
#include "ops/batch_norm_act.h"

namespace hearth::cuda {

namespace {

/// What the gradient g of activated(z) makes of z.
template <class T>
__device__ __forceinline__ T activation_gradient(ConvActivation activation, T g, T z) {
  switch (activation) {
    case ConvActivation::ReLU:
      return z <= T(0) ? T(0) : g;
    case ConvActivation::ReLU6:
      return z <= T(0) || z >= T(6) ? T(0) : g;
    case ConvActivation::SiLU: {
      const T s = sigmoid_of(z);
      return g * (s * (T(1) + z * (T(1) - s)));
    }
    case ConvActivation::Hardswish:
      return z <= T(-3) ? T(0) : z < T(3) ? g * (z / T(3) + T(0.5)) : g;
    default:
      return g;
  }
}

// ---- forward

template <class T, class O>
void forward_in(const Call& call, const Tensor& out, const Tensor& input, const Tensor& residual) {
  const auto& op = call.as<ops::BatchNormAct>();
  const Channels shape(out);
  const Workspace factors(static_cast<size_t>(shape.channels) * sizeof(Factor<T>));
  compute_forward_factors(call, op, shape, input, factors.data<Factor<T>>());
  const Activated<T, O> f{ptr<O>(out), Source<T>(input), Source<T>(residual),
                          factors.data<Factor<T>>(), op.activation};
  pass(f, shape, 16 / sizeof(T), call.op.info.name);
}

void forward(const Call& call) {
  const Tensor out = writable_channels(call.out[0]);
  const Tensor input = readable_in_layout(call.in[0], out, call.compute);
  Tensor residual = call.in.get(5);
  if (residual.defined()) residual = readable_in_layout(residual, out, call.compute);
  with_result_type(call.compute, impl(out).dtype, call.op.info.name,
                   [&]<class T, class O>(T, O) { forward_in<T, O>(call, out, input, residual); });
  finish_channels(call.out[0], out);
}

// ---- backward

/// The gradient of what was activated, from that of the result.
template <class T>
struct Gate {
  Source<T> grad, x, residual;  ///< the last may be none
  const Factor<T>* factors;     ///< forward's
  ConvActivation activation;

  __device__ __forceinline__ T operator()(const Factor<T>& f, T g, T xv, T more) const {
    T z = normalized(f, xv);
    if (residual) z += more;
    return activation_gradient(activation, g, z);
  }
};

/// The sums that batch norm's backward makes, of gated gradients. Keeps these too, if wanted: they
/// are the residual's.
template <class T, class O>
struct SumGated {
  Gate<T> gate;
  const T* mean;
  O* kept;
  using State = Pair<T>;
  using Part = Pair<double>;
  using Join = Add;

  __device__ __forceinline__ void add(State& s, const int64_t (&at)[kKept], int count,
                                      int64_t channel) const {
    if (count <= 0) return;
    const T centre = mean[channel];
    const Factor<T> f = gate.factors[channel];
    T gv[kKept], xv[kKept], more[kKept] = {};
    load_or(gv, gate.grad, at, count, T(0));
    load_or(xv, gate.x, at, count, centre);
    if (gate.residual) load_or(more, gate.residual, at, count, T(0));
#pragma unroll
    for (int k = 0; k < kKept; ++k) {
      if (k >= count) break;
      const T g = gate(f, gv[k], xv[k], more[k]);
      if (kept) kept[at[k]] = convert<O>(g);
      s.a += g;
      s.b += g * (xv[k] - centre);
    }
  }
  static __device__ __forceinline__ Part part(const State& s) {
    return {static_cast<double>(s.a), static_cast<double>(s.b)};
  }
};

/// The input's gradient, and the residual's where no sums were made before.
template <class T, class O>
struct GatedGradient {
  O *dx, *kept;  ///< null: not wanted
  Gate<T> gate;
  const Factor<T>* factors;
  bool centred;  ///< with the input's part; else it takes none, not even as 0 * x

  struct Channel {
    Factor<T> forward, backward;
  };
  bool fits(int V) const {
    const size_t bytes = static_cast<size_t>(V) * sizeof(O);
    return (reinterpret_cast<uintptr_t>(dx) | reinterpret_cast<uintptr_t>(kept)) % bytes == 0 &&
           gate.grad.aligned(V) && gate.x.aligned(V) && gate.residual.aligned(V);
  }
  __device__ __forceinline__ Channel channel(int64_t c) const {
    return {gate.factors[c], factors[c]};
  }
  template <int V>
  __device__ __forceinline__ void pack(int64_t at, const Channel* channels, int step) const {
    T gs[V], xs[V], more[V] = {};
    load_pack(gs, gate.grad, at);
    load_pack(xs, gate.x, at);
    if (gate.residual) load_pack(more, gate.residual, at);
    Pack<O, V> to_x, to_residual;
#pragma unroll
    for (int j = 0; j < V; ++j) {
      const Channel& c = channels[j * step];
      const T g = gate(c.forward, gs[j], xs[j], more[j]);
      T value = c.backward.a * g;
      if (centred) value += c.backward.b * (xs[j] - c.backward.mean) + c.backward.c;
      to_x.v[j] = convert<O>(value);
      to_residual.v[j] = convert<O>(g);
    }
    if (dx) *reinterpret_cast<Pack<O, V>*>(dx + at) = to_x;
    if (kept) *reinterpret_cast<Pack<O, V>*>(kept + at) = to_residual;
  }
};

template <class T>
struct ForwardFactors {
  const T *mean, *rstd, *weight, *bias;
  Factor<T>* factors;
  __device__ __forceinline__ void operator()(int64_t c) const {
    factors[c] = forward_factor(mean[c], rstd[c], weight ? weight[c] : T(1), bias ? bias[c] : T(0));
  }
};

template <class T, class O>
void backward_in(const Call& call, const Tensor& layout, const Tensor& dresidual) {
  const auto& op = call.as<ops::BatchNormActBackward>();
  const std::string_view name = call.op.info.name;
  const auto laid_out = [&](const Tensor& t) {
    return t.defined() ? readable_in_layout(t, layout, call.compute) : t;
  };
  const Tensor grad = laid_out(call.in[0]), input = laid_out(call.in[1]);
  const Tensor residual = laid_out(call.in.get(6));
  const Channels shape(layout);
  const Tensor mean = contiguous_or_none(call.in[2], call.compute);
  const Tensor rstd = contiguous_or_none(call.in[3], call.compute);
  const Tensor weight = contiguous_or_none(call.in.get(4), call.compute);
  const Tensor bias = contiguous_or_none(call.in.get(5), call.compute);
  const Workspace space(static_cast<size_t>(shape.channels) * 2 * sizeof(Factor<T>));
  auto* forward = space.data<Factor<T>>();
  Factor<T>* backward = forward + shape.channels;
  for_each(shape.channels, name,
           ForwardFactors<T>{ptr<T>(mean), ptr<T>(rstd), data_or_null<T>(weight),
                             data_or_null<T>(bias), forward});
  const FinishBackward<T> finish{data_or_null<T>(weight),
                                 ptr<T>(rstd),
                                 ptr<T>(mean),
                                 op.need_weight ? ptr<T>(call.out[1]) : nullptr,
                                 op.need_bias ? ptr<T>(call.out[2]) : nullptr,
                                 backward,
                                 static_cast<double>(shape.n * shape.spatial),
                                 op.training};
  const Gate<T> gate{Source<T>(grad), Source<T>(input), Source<T>(residual), forward,
                     op.activation};
  O* kept = dresidual.defined() ? ptr<O>(dresidual) : nullptr;
  if (op.training || op.need_weight || op.need_bias) {
    sum_channels(shape, SumGated<T, O>{gate, ptr<T>(mean), kept}, finish, name);
    kept = nullptr;
  } else {
    for_each(shape.channels, name, finish);
  }
  if (!op.need_input && !kept) return;
  pass(GatedGradient<T, O>{op.need_input ? ptr<O>(layout) : nullptr, kept, gate, backward,
                           op.training},
       shape, 16 / sizeof(T), name);
}

void backward(const Call& call) {
  const auto& op = call.as<ops::BatchNormActBackward>();
  const Tensor dx = op.need_input ? writable_channels(call.out[0]) : call.out[0];
  const Tensor layout = backward_layout(dx, call.in[1], op.need_input);
  Tensor dresidual;
  if (op.need_residual) {
    const TensorImpl& out = impl(call.out[3]);
    const bool alike = out.strides == impl(layout).strides;
    dresidual =
        alike ? call.out[3] : new_tensor(out.sizes, out.dtype, out.device, impl(layout).strides);
  }
  with_result_type(call.compute, impl(call.in[1]).dtype, call.op.info.name,
                   [&]<class T, class O>(T, O) { backward_in<T, O>(call, layout, dresidual); });
  if (op.need_input) finish_channels(call.out[0], dx);
  if (op.need_residual) finish_channels(call.out[3], dresidual);
}

}  // namespace

void install_batch_norm_act() {
  ops::BatchNormAct::row().kernel[kSlot] = converting(&forward);
  ops::BatchNormActBackward::row().kernel[kSlot] = converting(&backward);
}

}  // namespace hearth::cuda
