// SPDX-License-Identifier: Apache-2.0
// Optimizer steps: one launch for many parameters.
#include <cmath>

#include "cuda/dense.h"
#include "cuda/element.cuh"
#include "cuda/kernels.h"
#include "cuda/launch.cuh"
#include "cuda/vmath.cuh"
#include "ops/optim_step.h"

namespace hearth::cuda {

namespace {

/// Parameters of one launch: as many as a kernel's arguments hold.
template <int N>
struct Batch {
  static constexpr int kMost = N == 3 ? 96 : 64;
  int size = 0;
  unsigned first_block[kMost + 1] = {};  ///< of each parameter; the last is the grid's size
  int64_t numel[kMost];
  void* data[kMost][N];  ///< null where a parameter has no such state
  bool aligned[kMost];   ///< to 16 bytes
};

/// Elements that a block takes.
constexpr int64_t kChunk = 4096;

template <class T, int V>
struct alignas(sizeof(T) * V) Pack {
  T v[V];
};

/// Applies step(values[N], whether the last state is there) to the elements [begin, end) of one
/// parameter, V at a time.
template <class T, int V, int N, class Step>
__device__ __forceinline__ void run_chunk(void* const (&data)[N], int64_t begin, int64_t end,
                                          const Step& step) {
  using W = accumulate_t<T>;
  for (int64_t i = begin + int64_t{threadIdx.x} * V; i < end; i += int64_t{blockDim.x} * V) {
    const bool whole = i + V <= end;
    Pack<T, V> v[N];
#pragma unroll
    for (int k = 0; k < N; ++k) {
      if (!data[k]) continue;
      if (whole) {
        v[k] = *reinterpret_cast<const Pack<T, V>*>(static_cast<const T*>(data[k]) + i);
      } else {
        for (int j = 0; i + j < end; ++j) v[k].v[j] = static_cast<const T*>(data[k])[i + j];
      }
    }
#pragma unroll
    for (int j = 0; j < V; ++j) {
      W w[N];
#pragma unroll
      for (int k = 0; k < N; ++k) w[k] = data[k] ? convert<W>(v[k].v[j]) : W(0);
      step(w, data[N - 1] != nullptr);
#pragma unroll
      for (int k = 0; k < N; ++k) v[k].v[j] = convert<T>(w[k]);
    }
#pragma unroll
    for (int k = 0; k < N; ++k) {
      if (!data[k] || k == 1) continue;  // the gradient is only read
      if (whole) {
        *reinterpret_cast<Pack<T, V>*>(static_cast<T*>(data[k]) + i) = v[k];
      } else {
        for (int j = 0; i + j < end; ++j) static_cast<T*>(data[k])[i + j] = v[k].v[j];
      }
    }
  }
}

template <class T, int N, class Step>
__global__ void __launch_bounds__(kBlock)
    step_kernel(const __grid_constant__ Batch<N> batch, Step step) {
  int low = 0, high = batch.size - 1;
  while (low < high) {
    const int middle = (low + high + 1) / 2;
    if (batch.first_block[middle] <= blockIdx.x) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  const int64_t begin = (blockIdx.x - batch.first_block[low]) * kChunk;
  const int64_t numel = batch.numel[low];
  const int64_t end = begin + kChunk < numel ? begin + kChunk : numel;
  void* data[N];
#pragma unroll
  for (int k = 0; k < N; ++k) data[k] = batch.data[low][k];
  if (batch.aligned[low]) {
    run_chunk<T, 16 / sizeof(T), N>(data, begin, end, step);
  } else {
    run_chunk<T, 1, N>(data, begin, end, step);
  }
}

/// Parameter, gradient, buffer.
template <class W>
struct Sgd {
  W sign, lr, decay, momentum, fresh;
  bool decays, nesterov, first;

  __device__ __forceinline__ void operator()(W (&v)[3], bool buffered) const {
    W d = sign * v[1];
    if (decays) d += decay * v[0];
    if (buffered) {
      const W m = first ? d : momentum * v[2] + fresh * d;
      v[2] = m;
      d = nesterov ? d + momentum * m : m;
    }
    v[0] -= lr * d;
  }
};

/// Parameter, gradient, mean, mean square, largest mean square.
template <class W>
struct Adam {
  W sign, decay, keep, fresh1, beta2, fresh2, size, scale, eps;
  bool decays;

  __device__ __forceinline__ void operator()(W (&v)[5], bool amsgrad) const {
    const W value = keep * v[0];
    W d = sign * v[1];
    if (decays) d += decay * value;
    const W mean = v[2] + fresh1 * (d - v[2]);
    const W square = beta2 * v[3] + fresh2 * d * d;
    W under = square;
    if (amsgrad) under = square <= v[4] ? v[4] : square;  // NaN stays
    v[2] = mean;
    v[3] = square;
    v[4] = under;
    v[0] = value - size * mean / (vmath::sqrt(under) * scale + eps);
  }
};

/// One parameter with its gradient and state. Tensors that are not laid out like a dense parameter
/// take part as copies, which are written back.
template <int N>
struct Group {
  Args in;
  Tensor copies[N];
  void* data[N] = {};
  bool aligned = true;

  explicit Group(Args tensors) : in(tensors) {
    const TensorImpl& p = impl(in[0]);
    bool together = p.dense;
    for (size_t k = 0; k < N; ++k) together &= !in[k].defined() || impl(in[k]).strides == p.strides;
    for (size_t k = 0; k < N; ++k) {
      if (!in[k].defined()) continue;
      if (!together && !impl(in[k]).contiguous) copies[k] = contiguous_raw(in[k]);
      data[k] = raw_data(copies[k].defined() ? copies[k] : in[k]);
      aligned &= reinterpret_cast<uintptr_t>(data[k]) % 16 == 0;
    }
  }
  void write_back(const OpInfo& info) const {
    for (size_t k = 0; k < N; ++k)
      if (copies[k].defined() && info.input(k).is(arg::mutated)) copy_raw_into(in[k], copies[k]);
  }
};

/// Runs the step over all parameters of type T.
template <class T, int N, class Step>
void run_type(const Call& call, const Step& step) {
  Batch<N> batch;
  const auto flush = [&] {
    const unsigned blocks = batch.first_block[batch.size];
    if (blocks > 0) {
      step_kernel<T, N, Step><<<blocks, kBlock, 0, stream()>>>(batch, step);
      check_launch(call.op.info.name);
    }
    batch.size = 0;
  };
  for (size_t i = 0; i < call.in.size(); i += N) {
    const TensorImpl& p = impl(call.in[i]);
    if (p.dtype != dtype_of<T> || p.numel == 0) continue;
    const Group<N> group(Args(call.in.data() + i, N));
    const int at = batch.size++;
    batch.numel[at] = p.numel;
    batch.aligned[at] = group.aligned;
    for (int k = 0; k < N; ++k) batch.data[at][k] = group.data[k];
    batch.first_block[at + 1] =
        batch.first_block[at] + static_cast<unsigned>((p.numel + kChunk - 1) / kChunk);
    bool copied = false;
    for (const Tensor& t : group.copies) copied |= t.defined();
    if (copied || batch.size == Batch<N>::kMost) flush();
    if (copied) group.write_back(call.op.info);
  }
  flush();
}

/// Calls run(T()) for every type that a parameter has.
template <class F>
void for_each_type(const Call& call, const F& run) {
  const auto has = [&](ScalarType type) {
    for (size_t i = 0; i < call.in.size(); i += call.op.info.tail)
      if (impl(call.in[i]).dtype == type) return true;
    return false;
  };
  if (has(kFloat)) run(float());
  if (has(kDouble)) run(double());
  if (has(kHalf)) run(Half());
  if (has(kBFloat16)) run(BFloat16());
}

void sgd(const Call& call) {
  const auto& op = call.as<ops::SgdStep>();
  for_each_type(call, [&](auto t) {
    using T = decltype(t);
    using W = accumulate_t<T>;
    Sgd<W> step{};
    step.sign = op.maximize ? W(-1) : W(1);
    step.lr = static_cast<W>(op.lr);
    step.decay = static_cast<W>(op.weight_decay);
    step.momentum = static_cast<W>(op.momentum);
    step.fresh = static_cast<W>(1 - op.dampening);
    step.decays = op.weight_decay != 0;
    step.nesterov = op.nesterov;
    step.first = op.first;
    run_type<T, 3>(call, step);
  });
}

void adam(const Call& call) {
  const auto& op = call.as<ops::AdamStep>();
  const auto n = static_cast<double>(op.step);
  const double correction1 = 1 - std::pow(op.beta1, n);
  const double correction2 = std::sqrt(1 - std::pow(op.beta2, n));
  for_each_type(call, [&](auto t) {
    using T = decltype(t);
    using W = accumulate_t<T>;
    Adam<W> step{};
    step.sign = op.maximize ? W(-1) : W(1);
    step.decay = static_cast<W>(op.weight_decay);
    step.keep = static_cast<W>(op.decoupled ? 1 - op.lr * op.weight_decay : 1);
    step.fresh1 = static_cast<W>(1 - op.beta1);
    step.beta2 = static_cast<W>(op.beta2);
    step.fresh2 = static_cast<W>(1 - op.beta2);
    step.size = static_cast<W>(op.lr / correction1);
    step.scale = static_cast<W>(1 / correction2);
    step.eps = static_cast<W>(op.eps);
    step.decays = op.weight_decay != 0 && !op.decoupled;
    run_type<T, 5>(call, step);
  });
}

}  // namespace

void install_optim_step() {
  ops::SgdStep::row().kernel[kSlot] = &sgd;
  ops::AdamStep::row().kernel[kSlot] = &adam;
}

}  // namespace hearth::cuda
