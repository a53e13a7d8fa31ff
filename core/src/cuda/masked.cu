// SPDX-License-Identifier: Apache-2.0
// Ops that pick the true elements of a mask, in logical order. Blocks count the true elements of
// their chunks, one block adds the counts up, and blocks number their elements.
#include "cuda/element.cuh"
#include "cuda/kernels.h"
#include "cuda/launch.cuh"
#include "cuda/offset_calculator.cuh"
#include "ops/copy.h"
#include "ops/masked.h"

namespace hearth::cuda {

namespace {

constexpr int kItems = 16;               // neighbouring elements of a thread
constexpr int kChunk = kItems * kBlock;  // of a block

/// Bit k of the answer: element first + k of the mask is true.
__device__ __forceinline__ unsigned true_bits(const uint8_t* mask, int64_t first, int64_t n,
                                              bool aligned) {
  unsigned bits = 0;
  if (aligned && first + kItems <= n) {
    const uint4 v = *reinterpret_cast<const uint4*>(mask + first);
    const unsigned words[4] = {v.x, v.y, v.z, v.w};
#pragma unroll
    for (int k = 0; k < kItems; ++k) bits |= (words[k / 4] >> k % 4 * 8 & 0xff ? 1u : 0u) << k;
    return bits;
  }
  for (int k = 0; k < kItems && first + k < n; ++k) bits |= (mask[first + k] ? 1u : 0u) << k;
  return bits;
}

/// The sum of v over the threads before this one, and of all in *total. The whole block calls it.
template <class T>
__device__ __forceinline__ T sum_before(T v, T* total) {
  __shared__ T sums[32];
  const int lane = threadIdx.x % 32, warp = threadIdx.x / 32, warps = blockDim.x / 32;
  T sum = v;
  for (int d = 1; d < 32; d *= 2) {
    const T other = __shfl_up_sync(0xffffffffu, sum, d);
    if (lane >= d) sum += other;
  }
  if (lane == 31) sums[warp] = sum;
  __syncthreads();
  T before = 0, all = 0;
  for (int w = 0; w < warps; ++w) {
    if (w < warp) before += sums[w];
    all += sums[w];
  }
  __syncthreads();
  *total = all;
  return before + sum - v;
}

__global__ void __launch_bounds__(kBlock)
    count_kernel(const uint8_t* mask, int64_t n, bool aligned, int64_t* counts) {
  const int64_t first = blockIdx.x * int64_t{kChunk} + threadIdx.x * kItems;
  int total;
  sum_before(__popc(true_bits(mask, first, n, aligned)), &total);
  if (threadIdx.x == 0) counts[blockIdx.x] = total;
}

/// counts[i] becomes the sum of those before; counts[n] the sum of all. One block.
__global__ void __launch_bounds__(1024) scan_kernel(int64_t* counts, int64_t n) {
  int64_t before = 0;
  for (int64_t first = 0; first < n; first += blockDim.x) {
    const int64_t i = first + threadIdx.x;
    const int64_t v = i < n ? counts[i] : 0;
    int64_t total;
    const int64_t sum = sum_before(v, &total);
    if (i < n) counts[i] = before + sum;
    before += total;
  }
  if (threadIdx.x == 0) counts[n] = before;
}

/// f(number, index) of every true element.
template <class F>
__global__ void __launch_bounds__(kBlock)
    visit_kernel(const uint8_t* mask, int64_t n, bool aligned, const int64_t* before, F f) {
  __shared__ uint16_t chosen[kChunk];
  const int64_t chunk = blockIdx.x * int64_t{kChunk};
  const int mine = static_cast<int>(threadIdx.x) * kItems;
  unsigned bits = true_bits(mask, chunk + mine, n, aligned);
  int total;
  int at = sum_before(__popc(bits), &total);
  for (; bits; bits &= bits - 1) chosen[at++] = static_cast<uint16_t>(mine + __ffs(bits) - 1);
  __syncthreads();
  const int64_t first = before[blockIdx.x];
  for (int k = static_cast<int>(threadIdx.x); k < total; k += kBlock)
    f(first + k, chunk + chosen[k]);
}

/// A mask broadcast to some sizes, and how many of its true elements come before each chunk.
class TrueElements {
 public:
  TrueElements(const Tensor& mask, const DimVector& sizes, const Tensor* out = nullptr)
      : mask_(dense(mask, sizes, out)),
        n_(impl(mask_).numel),
        blocks_((n_ + kChunk - 1) / kChunk),
        before_(static_cast<size_t>(blocks_ + 1) * sizeof(int64_t)) {
    if (n_ == 0) return;
    launch_kernel("mask", count_kernel, grid(), kBlock, data(), n_, aligned(), before());
    launch_kernel("mask", scan_kernel, 1, 1024, before(), blocks_);
  }

  /// Waits for the device.
  int64_t count() const {
    int64_t total = 0;
    if (n_) copy_to_host(&total, before() + blocks_, sizeof total);
    return total;
  }

  template <class F>
  void visit(std::string_view op, const F& f) const {
    if (n_ == 0) return;
    launch_kernel(op, visit_kernel<F>, grid(), kBlock, data(), n_, aligned(), before(), f);
  }

 private:
  static Tensor dense(const Tensor& mask, const DimVector& sizes, const Tensor* out) {
    const Tensor t = impl(mask).sizes == sizes ? mask : mask.detach().expand(sizes);
    const bool shared = out && impl(t).storage == impl(*out).storage;
    return contiguous_raw(shared ? copy_raw(t, kBool, t.device()) : t);
  }
  unsigned grid() const { return static_cast<unsigned>(blocks_); }
  const uint8_t* data() const { return ptr<uint8_t>(mask_); }
  bool aligned() const { return reinterpret_cast<uintptr_t>(data()) % 16 == 0; }
  int64_t* before() const { return before_.data<int64_t>(); }

  Tensor mask_;
  int64_t n_, blocks_;
  Workspace before_;
};

/// Sizes of two tensors broadcast together, which infer has checked.
DimVector broadcast_sizes(DimVector a, DimVector b) {
  if (a.size() < b.size()) std::swap(a, b);
  for (size_t k = 1; k <= b.size(); ++k)
    if (a[a.size() - k] == 1) a[a.size() - k] = b[b.size() - k];
  return a;
}

template <class U>
void select_units(const TrueElements& chosen, const OffsetCalculator<1>& offsets,
                  const Tensor& self, const Tensor& out) {
  const U* from = ptr<U>(self);
  U* to = ptr<U>(out);
  chosen.visit("masked_select", [=] __device__(int64_t number, int64_t i) {
    int64_t at[1];
    offsets.get(i, at);
    to[number] = from[at[0]];
  });
}

void masked_select(const Call& call) {
  const TensorImpl& t = impl(call.in[0]);
  const DimVector sizes = broadcast_sizes(t.sizes, impl(call.in[1]).sizes);
  const TrueElements chosen(call.in[1], sizes);
  const Tensor out = new_tensor({chosen.count()}, t.dtype, t.device);
  if (impl(out).numel > 0) {
    const auto offsets =
        make_offset_calculator<1>(sizes, {broadcast_strides(call.in[0], sizes)}, true);
    with_element_size(t.dtype,
                      [&](auto u) { select_units<decltype(u)>(chosen, offsets, call.in[0], out); });
  }
  call.out[0] = out;
}

template <class U>
void scatter_units(const TrueElements& chosen, const OffsetCalculator<1>& offsets,
                   const Tensor& source, const Tensor& out) {
  const U* from = ptr<U>(source);
  U* to = ptr<U>(out);
  chosen.visit("masked_scatter", [=] __device__(int64_t number, int64_t i) {
    int64_t at[1];
    offsets.get(i, at);
    to[at[0]] = from[number];
  });
}

void masked_scatter(const Call& call) {
  const TensorImpl& t = impl(call.in[0]);
  const TrueElements chosen(call.in[1], t.sizes, &call.out[0]);
  const ScalarType type = impl(call.out[0]).dtype;
  const bool shared = impl(call.in[2]).storage == impl(call.out[0]).storage;
  const Tensor source = contiguous_raw(
      shared || impl(call.in[2]).dtype != type ? copy_raw(call.in[2], type, t.device) : call.in[2]);
  // A source as long as the mask has enough elements, whatever the mask's values.
  if (impl(source).numel < t.numel) {
    const int64_t count = chosen.count();
    HEARTH_CHECK_AS(ShapeError, impl(source).numel >= count,
                    "[masked_scatter] Number of elements of source < number of ones in mask: ",
                    impl(source).numel, " < ", count);
  }
  const Tensor& out = call.out[0];
  if (!out.is_same(call.in[0])) copy_raw_into(out, call.in[0]);
  if (t.numel == 0) return;
  const auto offsets = make_offset_calculator<1>({&out}, true);
  with_element_size(type,
                    [&](auto u) { scatter_units<decltype(u)>(chosen, offsets, source, out); });
}

struct Sizes {
  int dims;
  int64_t size[kMaxDims];
};
void write_coordinates(const TrueElements& chosen, const Sizes& sizes, int64_t* to) {
  chosen.visit("nonzero", [=] __device__(int64_t number, int64_t i) {
    for (int d = sizes.dims; d-- > 0;) {
      const int64_t rest = i / sizes.size[d];
      to[number * sizes.dims + d] = i - rest * sizes.size[d];
      i = rest;
    }
  });
}

void nonzero(const Call& call) {
  const TensorImpl& t = impl(call.in[0]);
  const Tensor mask = t.dtype == kBool ? call.in[0] : copy_raw(call.in[0], kBool, t.device);
  const TrueElements chosen(mask, t.sizes);
  const Tensor out = new_tensor({chosen.count(), t.dim()}, kLong, t.device);
  if (impl(out).numel > 0) {
    HEARTH_CHECK_AS(NotImplementedError, t.dim() <= kMaxDims, "[nonzero] more than ", kMaxDims,
                    " dims");
    Sizes sizes{static_cast<int>(t.dim()), {}};
    for (size_t d = 0; d < t.sizes.size(); ++d) sizes.size[d] = t.sizes[d];
    write_coordinates(chosen, sizes, ptr<int64_t>(out));
  }
  call.out[0] = out;
}

}  // namespace

void install_masked() {
  ops::MaskedSelect::row().kernel[kSlot] = &masked_select;
  ops::MaskedScatter::row().kernel[kSlot] = &masked_scatter;
  ops::Nonzero::row().kernel[kSlot] = &nonzero;
}

}  // namespace hearth::cuda
