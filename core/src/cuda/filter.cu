// SPDX-License-Identifier: Apache-2.0
// The recursive half of IIR filters, a thread for each line; resampling, one for each output.
#include "backends/compute_type.h"
#include "cuda/element.cuh"
#include "cuda/kernels.h"
#include "cuda/launch.cuh"
#include "ops/filter.h"

namespace hearth::cuda {

namespace {

/// Where the coefficients of a line lie: those of all dims of the lines but the last, from the
/// innermost.
struct LineOffsets {
  static constexpr int kMost = 8;
  int dims = 0;
  int64_t sizes[kMost], strides[kMost];

  LineOffsets(const TensorImpl& x, const TensorImpl& a) {
    for (size_t d = 2; d <= a.sizes.size(); ++d) {
      const int64_t size = x.sizes[x.sizes.size() - d], at = a.sizes[a.sizes.size() - d];
      const int64_t stride = at == 1 ? 0 : a.strides[a.sizes.size() - d];
      if (dims > 0 && (size == 1 || (stride == 0 && strides[dims - 1] == 0) ||
                       stride == strides[dims - 1] * sizes[dims - 1])) {
        sizes[dims - 1] *= size;
        continue;
      }
      HEARTH_CHECK(dims < kMost, "[all_pole_filter] coefficients broadcast in more than ", kMost,
                   " groups of dims");
      sizes[dims] = size;
      strides[dims++] = stride;
    }
  }
  __device__ int64_t operator()(int64_t line) const {
    int64_t offset = 0;
    for (int d = 0; d < dims; ++d) {
      offset += line % sizes[d] * strides[d];
      line /= sizes[d];
    }
    return offset;
  }
};

/// A filter of order P with its outputs in registers; of any order for P = 0, with `order` of them
/// for each line in `past`.
template <class T, int P>
__global__ void all_pole_kernel(const T* x, T* y, const T* coefficients, LineOffsets offsets,
                                int64_t lines, int64_t n, int64_t order, bool reverse,
                                double* past) {
  const int64_t line = blockIdx.x * int64_t{blockDim.x} + threadIdx.x;
  if (line >= lines) return;
  const T* a = coefficients + offsets(line);
  const int64_t step = reverse ? -1 : 1;
  int64_t at = line * n + (reverse ? n - 1 : 0);
  if constexpr (P > 0) {
    double h[P] = {}, c[P];
    for (int k = 0; k < P; ++k) c[k] = -static_cast<double>(a[k]);
    for (int64_t i = 0; i < n; ++i, at += step) {
      double v = x[at];
#pragma unroll
      for (int k = P - 1; k >= 0; --k) v = fma(c[k], h[k], v);
#pragma unroll
      for (int k = P - 1; k > 0; --k) h[k] = h[k - 1];
      h[0] = v;
      y[at] = static_cast<T>(v);
    }
  } else {
    // A ring: `newest` is the place of the last output. Neighbouring lines lie side by side.
    int64_t newest = 0;
    for (int64_t i = 0; i < n; ++i, at += step) {
      double v = x[at];
      int64_t place = newest;
      for (int64_t k = 0; k < order; ++k) {
        v = fma(-static_cast<double>(a[k]), past[place * lines + line], v);
        place = place == 0 ? order - 1 : place - 1;
      }
      newest = newest + 1 == order ? 0 : newest + 1;
      past[newest * lines + line] = v;
      y[at] = static_cast<T>(v);
    }
  }
}

template <class T>
void all_pole_as(const Call& call) {
  const bool reverse = call.as<ops::AllPole>().reverse;
  const Tensor x = contiguous_raw(call.in[0]), a = contiguous_raw(call.in[1]);
  const TensorImpl& t = impl(x);
  if (t.numel == 0) return;
  const int64_t n = t.sizes.back(), lines = t.numel / n, order = impl(a).sizes.back();
  const auto run = [&](auto kernel, double* past) {
    const auto blocks = static_cast<unsigned>((lines + kBlock - 1) / kBlock);
    launch_kernel("all_pole_filter", kernel, blocks, kBlock, ptr<T>(x), ptr<T>(call.out[0]),
                  ptr<T>(a), LineOffsets(t, impl(a)), lines, n, order, reverse, past);
  };
  if (order == 1) return run(all_pole_kernel<T, 1>, nullptr);
  if (order == 2) return run(all_pole_kernel<T, 2>, nullptr);
  if (order == 3) return run(all_pole_kernel<T, 3>, nullptr);
  if (order == 4) return run(all_pole_kernel<T, 4>, nullptr);
  const Tensor past = new_tensor({order, lines}, kDouble, t.device);
  if (order > 0)
    check(cudaMemsetAsync(raw_data(past), 0, past.nbytes(), stream()), "all_pole_filter");
  run(all_pole_kernel<T, 0>, ptr<double>(past));
}

void all_pole(const Call& call) {
  if (call.compute == kDouble) return all_pole_as<double>(call);
  all_pole_as<float>(call);
}

template <class T>
void polyphase_as(const Call& call) {
  const auto& op = call.as<ops::PolyphaseResample>();
  const Tensor x = contiguous_raw(call.in[0]), filters = contiguous_raw(call.in[1]);
  const int64_t n = impl(x).sizes.back(), count = impl(call.out[0]).sizes.back();
  const int64_t fresh = impl(filters).sizes[0], taps = impl(filters).sizes[1];
  const ops::PolyphasePlaces places{op.orig, fresh, op.phase, taps / 2};
  const T *from = ptr<T>(x), *h = ptr<T>(filters);
  T* to = ptr<T>(call.out[0]);
  for_each(impl(call.out[0]).numel, "polyphase_resample", [=] __device__(int64_t at) {
    const int64_t line = at / count, i = at - line * count, first = places.first(i);
    const T* window = from + line * n + first;
    const T* filter = h + (places.phase + i) % fresh * taps;
    const int64_t begin = first < 0 ? -first : 0, end = min(taps, n - first);
    T sum(0);
    for (int64_t k = begin; k < end; ++k) sum += filter[k] * window[k];
    to[at] = sum;
  });
}

void polyphase(const Call& call) {
  if (call.compute == kDouble) return polyphase_as<double>(call);
  polyphase_as<float>(call);
}

}  // namespace

void install_filter() {
  ops::AllPole::row().kernel[kSlot] = [](const Call& call) {
    run_in_compute_type(call, &all_pole);
  };
  ops::PolyphaseResample::row().kernel[kSlot] = [](const Call& call) {
    run_in_compute_type(call, &polyphase);
  };
}

}  // namespace hearth::cuda
