// SPDX-License-Identifier: Apache-2.0
// Optimizer steps: one launch for many parameters.
#include <cmath>

#include "backends/optim_step_args.h"
#include "cuda/dense.h"
#include "cuda/element.cuh"
#include "cuda/kernels.h"
#include "cuda/launch.cuh"

namespace hearth::cuda::vmath {
HEARTH_DEVICE_FN float sqrt(float x) { return ::sqrtf(x); }
HEARTH_DEVICE_FN double sqrt(double x) { return ::sqrt(x); }
}  // namespace hearth::cuda::vmath
#define HEARTH_ELEMENT_NAMESPACE hearth::cuda
#define HEARTH_ELEMENT_FN HEARTH_DEVICE_FN
#include "backends/optim_element.h"

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

/// numbers: null, or what stands for those of the step.
template <class T, int N, class Step>
__global__ void __launch_bounds__(kBlock)
    step_kernel(const __grid_constant__ Batch<N> batch, Step step,
                const typename Step::Numbers* numbers) {
  if (numbers) step.numbers = *numbers;
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

/// The step of a parameter, gradient and buffer.
template <class W>
struct Sgd {
  using Numbers = SgdNumbers<W>;
  Numbers numbers;
  bool decays, nesterov, first;

  __device__ __forceinline__ void operator()(W (&v)[3], bool buffered) const {
    const Momentum momentum = !buffered ? Momentum::None
                              : first   ? Momentum::First
                                        : Momentum::Later;
    v[0] = sgd_element(numbers, decays, momentum, nesterov, v[0], v[1], v[2]);
  }
};

/// Of a parameter, gradient, mean, mean square and largest mean square.
template <class W>
struct Adam {
  using Numbers = AdamNumbers<W>;
  Numbers numbers;
  bool decays;

  __device__ __forceinline__ void operator()(W (&v)[5], bool amsgrad) const {
    v[0] = adam_element(numbers, decays, amsgrad, v[0], v[1], v[2], v[3], v[4]);
  }
};

/// A 0-dim tensor on the device, whose number is for a kernel to read.
struct Memory {
  const void* data = nullptr;  ///< null: the field counts
  ScalarType type = kDouble;

  explicit Memory(const Tensor& t) {
    if (!t.defined()) return;
    data = raw_data(t);
    type = impl(t).dtype;
  }
  __device__ __forceinline__ double or_field(double field) const {
    return data ? load_as<double>(data, type, 0) : field;
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
      if (copies[k].defined() && info.group(k).is(arg::mutated)) copy_raw_into(in[k], copies[k]);
  }
};

/// Runs the step over all parameters of type T.
template <class T, int N, class Step>
void run_type(const Call& call, const Step& step, const typename Step::Numbers* numbers) {
  const OpInfo& info = call.op.info;
  Batch<N> batch;
  const auto flush = [&] {
    const unsigned blocks = batch.first_block[batch.size];
    if (blocks > 0)
      launch_kernel(info.name, step_kernel<T, N, Step>, blocks, kBlock, batch, step, numbers);
    batch.size = 0;
  };
  for (size_t i = info.args.size() - N; i < call.in.size(); i += N) {
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
    if (copied) group.write_back(info);
  }
  flush();
}

/// Calls run(T()) for every type that a parameter has.
template <class F>
void for_each_type(const Call& call, const F& run) {
  const auto has = [&](ScalarType type) {
    const OpInfo& info = call.op.info;
    for (size_t i = info.args.size() - info.tail; i < call.in.size(); i += info.tail)
      if (impl(call.in[i]).dtype == type) return true;
    return false;
  };
  if (has(kFloat)) run(float());
  if (has(kDouble)) run(double());
  if (has(kHalf)) run(Half());
  if (has(kBFloat16)) run(BFloat16());
}

// A step's numbers from memory, computed by one thread when the stream gets there.
template <class W>
void read_numbers(const ops::SgdStep& op, const Memory& lr, SgdNumbers<W>* to) {
  for_each(1, "sgd_step",
           [=] __device__(int64_t) { *to = sgd_numbers<W>(sgd_args(op, lr.or_field(op.lr))); });
}
template <class W>
void read_numbers(const ops::AdamStep& op, const Memory& step, const Memory& lr,
                  AdamNumbers<W>* to) {
  for_each(1, "adam_step", [=] __device__(int64_t) {
    const double n = step.or_field(static_cast<double>(op.step));
    *to = adam_numbers<W>(adam_args(op, n, lr.or_field(op.lr)));
  });
}

void sgd(const Call& call) {
  const auto& op = call.as<ops::SgdStep>();
  const Memory lr(call.in[0]);
  for_each_type(call, [&](auto t) {
    using T = decltype(t);
    using W = accumulate_t<T>;
    const Sgd<W> step{sgd_numbers<W>(sgd_args(op, op.lr)), op.weight_decay != 0, op.nesterov,
                      op.first};
    const Workspace space(lr.data ? sizeof(SgdNumbers<W>) : 0);
    auto* numbers = space.data<SgdNumbers<W>>();
    if (numbers) read_numbers(op, lr, numbers);
    run_type<T, 3>(call, step, numbers);
  });
}

void adam(const Call& call) {
  const auto& op = call.as<ops::AdamStep>();
  const Memory step_number(call.in[0]), lr(call.in[1]);
  for_each_type(call, [&](auto t) {
    using T = decltype(t);
    using W = accumulate_t<T>;
    const Adam<W> step{adam_numbers<W>(adam_args(op, static_cast<double>(op.step), op.lr)),
                       op.weight_decay != 0 && !op.decoupled};
    const Workspace space(step_number.data || lr.data ? sizeof(AdamNumbers<W>) : 0);
    auto* numbers = space.data<AdamNumbers<W>>();
    if (numbers) read_numbers(op, step_number, lr, numbers);
    run_type<T, 5>(call, step, numbers);
  });
}

}  // namespace

void install_optim_step() {
  ops::SgdStep::row().kernel[kSlot] = &sgd;
  ops::AdamStep::row().kernel[kSlot] = &adam;
}

}  // namespace hearth::cuda
