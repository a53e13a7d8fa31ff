// SPDX-License-Identifier: Apache-2.0
#include <limits>

#include "cuda/launch.cuh"
#include "cuda/matrix_kernels.h"
#include "cuda/offset_calculator.cuh"

namespace hearth::cuda {

template <class T>
void keep_triangle(char uplo, const Matrices<T>& a) {
  const bool upper = uplo == 'U';
  T* data = a.data;
  const int64_t rows = a.rows, size = a.size;
  for_each(a.count * size, "linalg", [=] __device__(int64_t i) {
    const int64_t at = i % size, row = at % rows, column = at / rows;
    if (upper ? row > column : row < column) data[i] = T(0);
  });
}

template <class T>
void set_identity(const Matrices<T>& a) {
  T* data = a.data;
  const int64_t rows = a.rows, size = a.size;
  for_each(a.count * size, "linalg", [=] __device__(int64_t i) {
    const int64_t at = i % size;
    data[i] = at % rows == at / rows ? T(1) : T(0);
  });
}

template <class T>
void fail_where(const int* info, const Matrices<T>& a) {
  T* data = a.data;
  const int64_t size = a.size;
  const T nan = T(std::numeric_limits<Real<T>>::quiet_NaN());
  for_each(a.count * size, "linalg", [=] __device__(int64_t i) {
    if (info[i / size] != 0) data[i] = nan;
  });
}

namespace {

template <class T>
void write_pointers(T* first, int64_t size, const DimVector& sizes, const DimVector& strides,
                    T** to) {
  const auto offsets = make_offset_calculator<1>(sizes, {strides}, true);
  for_each(offsets.numel, "linalg", [=] __device__(int64_t i) {
    int64_t at[1];
    offsets.get(i, at);
    to[i] = first + at[0] * size;
  });
}

}  // namespace

template <class T>
MatrixPointers<T>::MatrixPointers(const Matrices<T>& a)
    : memory_(static_cast<size_t>(a.count) * sizeof(T*)) {
  write_pointers(a.data, a.size, {a.count}, {1}, memory_.template data<T*>());
}

template <class T>
MatrixPointers<T>::MatrixPointers(const Matrices<T>& a, const BatchPlaces& places, int64_t count)
    : memory_(static_cast<size_t>(count) * sizeof(T*)) {
  write_pointers(a.data, a.size, places.sizes(), places.strides(), memory_.template data<T*>());
}

void gather_pivots(const int* pivots, const BatchPlaces& places, int64_t count, int n, int* out) {
  const auto offsets = make_offset_calculator<1>(places.sizes(), {places.strides()}, true);
  Fault* report = fault();
  for_each(count * n, "linalg_lu_solve", [=] __device__(int64_t i) {
    int64_t at[1];
    offsets.get(i / n, at);
    const int pivot = pivots[at[0] * n + i % n];
    const bool fits = pivot >= 1 && pivot <= n;
    if (!fits) report_index(pivot, n, report, "linalg_lu_solve");
    out[i] = fits ? pivot : 1;
  });
}

template <class R>
void unpack_eigenpairs(int n, int64_t count, const R* values, const R* vectors,
                       complex<R>* to_values, complex<R>* to_vectors) {
  for_each(count * n, "linalg_eig", [=] __device__(int64_t i) {
    const int64_t matrix = i / n, j = i % n;
    const R* parts = values + matrix * 2 * n;
    const R imag = parts[n + j];
    to_values[i] = complex<R>(parts[j], imag);
    if (!to_vectors) return;
    // The first of a pair has the positive imaginary part.
    const R *column = vectors + i * n, *real = imag < 0 ? column - n : column;
    const R* rest = imag < 0 ? column : column + n;
    for (int k = 0; k < n; ++k)
      to_vectors[i * n + k] = complex<R>(real[k], imag == 0 ? R(0) : imag < 0 ? -rest[k] : rest[k]);
  });
}

#define HEARTH_INSTANTIATE(T, name)                            \
  template void keep_triangle<T>(char, const Matrices<T>&);    \
  template void set_identity<T>(const Matrices<T>&);           \
  template void fail_where<T>(const int*, const Matrices<T>&); \
  template class MatrixPointers<T>;
HEARTH_FOR_LAPACK(HEARTH_INSTANTIATE)
#undef HEARTH_INSTANTIATE
template void unpack_eigenpairs<float>(int, int64_t, const float*, const float*, complex<float>*,
                                       complex<float>*);
template void unpack_eigenpairs<double>(int, int64_t, const double*, const double*,
                                        complex<double>*, complex<double>*);

}  // namespace hearth::cuda
