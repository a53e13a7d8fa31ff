// SPDX-License-Identifier: Apache-2.0
// Bunch and Kaufman's factors L D L^T of symmetric and L D L^H of Hermitian matrices, of which
// cuSOLVER has the former only: a block for each matrix, column after column, with the pivots that
// LAPACK chooses; and what is solved with them, a block for each column of the right side.
#include "cuda/kernels.h"
#include "cuda/launch.cuh"
#include "cuda/matrix_kernels.h"
#include "cuda/offset_calculator.cuh"
#include "cuda/row.cuh"
#include "ops/decompositions.h"

namespace hearth::cuda {

namespace {

constexpr int kLdlThreads = 256;
/// Of a block for columns of n elements.
int threads_for(int n) { return std::max(32, power_of_two_at_least(n, kLdlThreads)); }

/// The largest of some numbers, and the first place where it is.
struct Largest {
  double value;
  int at;
};
__device__ __forceinline__ Largest shuffle(const Largest& v, int mask) {
  return {cuda::shuffle(v.value, mask), __shfl_xor_sync(0xffffffffu, v.at, mask)};
}
struct Larger {
  __device__ __forceinline__ Largest operator()(const Largest& a, const Largest& b) const {
    return b.value > a.value || (b.value == a.value && b.at < a.at) ? b : a;
  }
};

/// What symmetric and Hermitian matrices do differently, for numbers of T.
template <class T, bool kHermitian>
struct Kind {
  using R = Real<T>;
  static constexpr bool kComplex = !std::is_same_v<T, R>;

  /// The element across the diagonal.
  static __device__ T across(T v) {
    if constexpr (kComplex && kHermitian) {
      return T(v.real_, -v.imag_);
    } else {
      return v;
    }
  }
  /// An element of the diagonal.
  static __device__ T diagonal(T v) {
    if constexpr (kComplex && kHermitian) {
      return T(v.real_);
    } else {
      return v;
    }
  }
  /// As pivots are compared.
  static __device__ R size(T v) {
    if constexpr (kComplex) {
      return fabs(v.real_) + fabs(v.imag_);
    } else {
      return fabs(v);
    }
  }
  /// What the elements of a 2 x 2 pivot are divided by: its own element off the diagonal or, of a
  /// Hermitian one, that one's absolute value.
  static __device__ T unit(T off) {
    if constexpr (kComplex && kHermitian) {
      return T(hypot(off.real_, off.imag_));
    } else {
      return off;
    }
  }
};

template <class T>
__device__ __forceinline__ void swap_values(T& a, T& b) {
  const T t = a;
  a = b;
  b = t;
}

template <class T, bool kHermitian>
__global__ void __launch_bounds__(kLdlThreads)
    ldl_factor_kernel(T* matrices, int n, int* all_pivots, int* all_info, T* all_columns) {
  using K = Kind<T, kHermitian>;
  using R = Real<T>;
  const Block block{static_cast<int>(threadIdx.x), static_cast<int>(blockDim.x)};
  T* a = matrices + int64_t{blockIdx.x} * n * n;
  int* pivots = all_pivots + int64_t{blockIdx.x} * n;
  // The pivot's columns, divided by it.
  T *first = all_columns + int64_t{blockIdx.x} * 2 * n, *second = first + n;
  const auto at = [&](int row, int column) -> T& { return a[row + int64_t{column} * n]; };
  const auto largest = [&](int begin, int end, const auto& element) {
    Largest most{-1, begin};
    for (int i = begin + block.rank; i < end; i += block.size)
      most = Larger()(most, {static_cast<double>(K::size(element(i))), i});
    return block.all(most, Larger());
  };
  const R alpha = static_cast<R>(0.6403882032022076);  // (1 + sqrt(17)) / 8
  int info = 0;
  for (int k = 0; k < n;) {
    const R here = K::size(K::diagonal(at(k, k)));
    const Largest below = largest(k + 1, n, [&](int i) { return at(i, k); });
    const R most = static_cast<R>(below.value);
    int other = k, step = 1;  // the row that changes places, and the pivot's order
    const bool zero = !(here > 0) && !(most > 0);
    if (zero || here != here) {
      if (info == 0) info = k + 1;
    } else if (here < alpha * most) {
      const int i = below.at;
      const Largest left = largest(k, i, [&](int j) { return at(i, j); });
      const Largest down = largest(i + 1, n, [&](int j) { return at(j, i); });
      const R in_row = static_cast<R>(left.value > down.value ? left.value : down.value);
      if (here < alpha * most * (most / in_row)) {
        other = i;
        if (K::size(K::diagonal(at(i, i))) < alpha * in_row) step = 2;
      }
    }
    const int last = k + step - 1;
    __syncthreads();
    if (other != last) {
      for (int i = other + 1 + block.rank; i < n; i += block.size)
        swap_values(at(i, last), at(i, other));
      for (int j = last + 1 + block.rank; j < other; j += block.size) {
        const T t = K::across(at(j, last));
        at(j, last) = K::across(at(other, j));
        at(other, j) = t;
      }
      if (block.rank == 0) {
        at(other, last) = K::across(at(other, last));
        swap_values(at(last, last), at(other, other));
        if (step == 2) swap_values(at(k + 1, k), at(other, k));
      }
    }
    __syncthreads();
    if (block.rank == 0) {
      for (int j = k; j <= last; ++j) {
        at(j, j) = K::diagonal(at(j, j));
        pivots[j] = step == 1 ? other + 1 : -(other + 1);
      }
    }
    __syncthreads();
    if (zero || here != here) {
      k += step;
      continue;
    }
    if (step == 1) {
      const T pivot = at(k, k);
      for (int i = k + 1 + block.rank; i < n; i += block.size) first[i] = at(i, k) / pivot;
    } else if (k + 2 < n) {
      const T unit = K::unit(at(k + 1, k)), off = at(k + 1, k) / unit;
      const T d11 = at(k + 1, k + 1) / unit, d22 = at(k, k) / unit;
      const T scale = T(1) / (d11 * d22 - T(1)) / unit;
      for (int i = k + 2 + block.rank; i < n; i += block.size) {
        first[i] = scale * (d11 * at(i, k) - off * at(i, k + 1));
        second[i] = scale * (d22 * at(i, k + 1) - K::across(off) * at(i, k));
      }
    }
    __syncthreads();
    // The lower triangle of what is left, a column at a time for each row of threads.
    for (int j = k + step; j < n; ++j) {
      const T one = K::across(first[j]), two = step == 2 ? K::across(second[j]) : T(0);
      for (int i = j + block.rank; i < n; i += block.size) {
        T v = at(i, j) - at(i, k) * one;
        if (step == 2) v = v - at(i, k + 1) * two;
        at(i, j) = i == j ? K::diagonal(v) : v;
      }
    }
    __syncthreads();
    for (int i = k + step + block.rank; i < n; i += block.size) {
      at(i, k) = first[i];
      if (step == 2) at(i, k + 1) = second[i];
    }
    __syncthreads();
    k += step;
  }
  if (block.rank == 0) all_info[blockIdx.x] = info;
}

template <class T, bool kHermitian>
__global__ void __launch_bounds__(kLdlThreads)
    ldl_solve_kernel(const T* factors, OffsetCalculator<1> places, const int* all_pivots,
                     OffsetCalculator<1> pivot_places, int n, int columns, T* x, Fault* report) {
  using K = Kind<T, kHermitian>;
  const Block block{static_cast<int>(threadIdx.x), static_cast<int>(blockDim.x)};
  const int64_t matrix = blockIdx.x / columns;
  int64_t place[1], pivot_place[1];
  places.get(matrix, place);
  pivot_places.get(matrix, pivot_place);
  const T* a = factors + place[0] * n * n;
  const int* pivots = all_pivots + pivot_place[0] * n;
  T* b = x + int64_t{blockIdx.x} * n;
  const auto at = [&](int row, int column) { return a[row + int64_t{column} * n]; };
  // The row that changes places with k; k itself for what is no pivot.
  const auto other = [&](int k) {
    const int row = pivots[k] < 0 ? -pivots[k] : pivots[k];
    if (row >= 1 && row <= n) return row - 1;
    if (block.rank == 0) report_index(pivots[k], n, report, "linalg_ldl_solve");
    return k;
  };
  const auto exchange = [&](int i, int j) {
    __syncthreads();
    if (i != j && block.rank == 0) swap_values(b[i], b[j]);
    __syncthreads();
  };
  for (int k = 0; k < n;) {
    if (pivots[k] >= 0 || k + 1 == n) {
      exchange(k, other(k));
      const T v = b[k];
      for (int i = k + 1 + block.rank; i < n; i += block.size) b[i] = b[i] - at(i, k) * v;
      __syncthreads();
      if (block.rank == 0) b[k] = v / K::diagonal(at(k, k));
      k += 1;
    } else {
      exchange(k + 1, other(k));
      const T v = b[k], w = b[k + 1];
      for (int i = k + 2 + block.rank; i < n; i += block.size)
        b[i] = b[i] - at(i, k) * v - at(i, k + 1) * w;
      __syncthreads();
      if (block.rank == 0) {
        const T off = at(k + 1, k), back = K::across(off);
        const T p = at(k, k) / back, q = at(k + 1, k + 1) / off, c = v / back, d = w / off;
        const T determinant = p * q - T(1);
        b[k] = (q * c - d) / determinant;
        b[k + 1] = (p * d - c) / determinant;
      }
      k += 2;
    }
    __syncthreads();
  }
  const auto subtract = [&](int column, int from) {
    T sum(0);
    for (int i = from + block.rank; i < n; i += block.size)
      sum = sum + K::across(at(i, column)) * b[i];
    sum = block.all(sum, Add());
    if (block.rank == 0) b[column] = b[column] - sum;
    __syncthreads();
  };
  for (int k = n - 1; k >= 0;) {
    const bool single = pivots[k] >= 0 || k == 0;
    subtract(k, k + 1);
    if (!single) subtract(k - 1, k + 1);
    exchange(k, other(k));
    k -= single ? 1 : 2;
  }
}

template <class T>
void ldl_factor(const Call& call) {
  const bool hermitian = call.as<ops::LdlFactorEx>().hermitian;
  copy_raw_into(call.out[0], call.in[0]);
  const auto a = Matrices<T>::out(call.out[0]);
  if (a.count == 0) return;
  const Workspace columns(static_cast<size_t>(a.count) * 2 * static_cast<size_t>(a.rows) *
                          sizeof(T));
  launch_kernel("linalg_ldl_factor_ex",
                hermitian ? ldl_factor_kernel<T, true> : ldl_factor_kernel<T, false>,
                static_cast<unsigned>(a.count), threads_for(a.rows), a.data, a.rows,
                ptr<int>(call.out[1]), ptr<int>(call.out[2]), columns.data<T>());
  keep_triangle('L', a);
}

template <class T>
void ldl_solve(const Call& call) {
  const bool hermitian = call.as<ops::LdlSolve>().hermitian;
  const Tensor& out = call.out[0];
  broadcast_into(out, call.in[2]);
  if (impl(out).numel == 0) return;
  const Tensor columns = columns_of(call.in[0]), pivots = contiguous_raw(call.in[1]);
  const auto x = Matrices<T>::out(out);
  const auto offsets = [](const BatchPlaces& places) {
    return make_offset_calculator<1>(places.sizes(), {places.strides()}, true);
  };
  launch_kernel("linalg_ldl_solve",
                hermitian ? ldl_solve_kernel<T, true> : ldl_solve_kernel<T, false>,
                static_cast<unsigned>(x.count * x.cols), threads_for(x.rows), ptr<T>(columns),
                offsets(BatchPlaces(call.in[0], out)), ptr<int>(pivots),
                offsets(BatchPlaces(pivots, out, 1)), x.rows, x.cols, x.data, fault());
}

}  // namespace

void install_ldl() {
  ops::LdlFactorEx::row().kernel[kSlot] = HEARTH_LAPACK_KERNEL(ldl_factor);
  ops::LdlSolve::row().kernel[kSlot] = HEARTH_LAPACK_KERNEL(ldl_solve);
}

}  // namespace hearth::cuda
