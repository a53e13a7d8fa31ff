// SPDX-License-Identifier: Apache-2.0
// Norms of the differences of rows, without a tensor of differences; cross products.
#include "backends/distance_norms.h"
#include "backends/matrix_rows.h"
#include "cuda/dense.h"
#include "cuda/element.cuh"
#include "cuda/kernels.h"
#include "cuda/launch.cuh"
#include "cuda/lines.cuh"
#include "ops/distances.h"

namespace hearth::cuda {

namespace {

using distance_norms::with_norm;

constexpr int kTile = 16;

/// A thread for each pair of a tile, whose rows pass through shared memory a piece at a time.
template <class T, class Norm>
__global__ void __launch_bounds__(kTile* kTile)
    cdist_kernel(Norm norm, const T* x, const T* y, T* out, int64_t batch, int64_t rows,
                 int64_t others, int64_t m) {
  __shared__ T a[kTile][kTile + 1], b[kTile][kTile + 1];
  const int tx = static_cast<int>(threadIdx.x), ty = static_cast<int>(threadIdx.y);
  const int64_t across = (others + kTile - 1) / kTile, down = (rows + kTile - 1) / kTile;
  for (int64_t tile = blockIdx.x; tile < batch * down * across; tile += gridDim.x) {
    const int64_t n = tile / (down * across), rest = tile - n * down * across;
    const int64_t i0 = rest / across * kTile, j0 = rest % across * kTile;
    const T *own = x + n * rows * m, *other = y + n * others * m;
    T sum(0);
    for (int64_t k0 = 0; k0 < m; k0 += kTile) {
      const int64_t k = k0 + tx;
      a[ty][tx] = i0 + ty < rows && k < m ? own[(i0 + ty) * m + k] : T(0);
      b[ty][tx] = j0 + ty < others && k < m ? other[(j0 + ty) * m + k] : T(0);
      __syncthreads();
      const int count = static_cast<int>(min(m - k0, int64_t{kTile}));
      for (int d = 0; d < count; ++d) sum = norm.add(sum, a[ty][d] - b[tx][d]);
      __syncthreads();
    }
    if (i0 + ty < rows && j0 + tx < others)
      out[(n * rows + i0 + ty) * others + j0 + tx] = norm.finish(sum);
  }
}

template <class T>
void cdist_as(const Call& call) {
  const Tensor& out = call.out[0];
  const DimVector batch = matrix_batch(out);
  const MatrixRows a(call.in[0], batch), b(call.in[1], batch);
  const int64_t count = impl(out).numel / (a.rows * b.rows);
  const int64_t tiles = count * ((a.rows + kTile - 1) / kTile) * ((b.rows + kTile - 1) / kTile);
  with_norm<T>(call.as<ops::Cdist>().p, [&]<class Norm>(Norm norm) {
    launch_kernel("cdist", cdist_kernel<T, Norm>,
                  static_cast<unsigned>(std::min<int64_t>(tiles, int64_t{1} << 30)),
                  dim3(kTile, kTile), norm, ptr<T>(a.x), ptr<T>(b.x), ptr<T>(out), count, a.rows,
                  b.rows, a.m);
  });
}

void cdist(const Call& call) {
  if (impl(call.out[0]).numel == 0) return;
  with_compute_type(call.compute, "cdist", [&]<class T>(T) { cdist_as<T>(call); });
}

/// A thread for each element, which takes what all distances of its row have of it.
template <class T, class Norm>
void add_slopes(const Norm& norm, const MatrixRows& a, const MatrixRows& b, const Tensor& g,
                const Tensor& distances, const Tensor& out) {
  const T *x = ptr<T>(a.x), *y = ptr<T>(b.x), *grad = ptr<T>(g), *dist = ptr<T>(distances);
  T* to = ptr<T>(out);
  const int64_t m = a.m, rows = a.rows, others = b.rows;
  for_each(impl(out).numel, "cdist_backward", [=] __device__(int64_t i) {
    const int64_t row = i / m, k = i - row * m;
    const T own = x[i];
    const T* other = y + row / rows * others * m + k;
    T sum(0);
    for (int64_t j = 0; j < others; ++j) {
      const T r = dist[row * others + j];
      if (r != T(0)) sum += norm.slope(own - other[j * m], r, grad[row * others + j]);
    }
    to[i] = sum;
  });
}

template <class T>
void cdist_backward_as(const Call& call) {
  const Tensor& out = call.out[0];
  const DimVector batch = matrix_batch(out);
  const Tensor g = contiguous_raw(call.in[0]), distances = contiguous_raw(call.in[3]);
  const MatrixRows a(call.in[1], batch), b(call.in[2], batch);
  with_norm<T>(call.as<ops::CdistBackward>().p,
               [&](const auto& norm) { add_slopes<T>(norm, a, b, g, distances, out); });
}

void cdist_backward(const Call& call) {
  if (impl(call.out[0]).numel == 0) return;
  with_compute_type(call.compute, "cdist_backward",
                    [&]<class T>(T) { cdist_backward_as<T>(call); });
}

template <class T>
void cross_as(const Call& call) {
  using A = accumulate_t<T>;
  const Tensor a = contiguous_raw(call.in[0]), b = contiguous_raw(call.in[1]);
  const Lines lines(call.out[0], call.as<ops::Cross>().dim);
  const T *x = ptr<T>(a), *y = ptr<T>(b);
  T* to = ptr<T>(call.out[0]);
  const int64_t inner = lines.inner;
  for_each(impl(call.out[0]).numel, "linalg_cross", [=] __device__(int64_t at) {
    const int64_t i = at / inner % 3, start = at - i * inner;
    const int64_t j = start + (i + 1) % 3 * inner, k = start + (i + 2) % 3 * inner;
    to[at] = convert<T>(
        static_cast<A>(convert<A>(x[j]) * convert<A>(y[k]) - convert<A>(x[k]) * convert<A>(y[j])));
  });
}

void cross(const Call& call) {
  with_type(impl(call.out[0]).dtype, [&]<class T>(T) { cross_as<T>(call); });
}

}  // namespace

void install_distances() {
  ops::Cdist::row().kernel[kSlot] = &cdist;
  ops::CdistBackward::row().kernel[kSlot] = &cdist_backward;
  ops::Cross::row().kernel[kSlot] = &cross;
}

}  // namespace hearth::cuda
