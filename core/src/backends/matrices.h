// SPDX-License-Identifier: Apache-2.0
// Batches of matrices as LAPACK reads them, on any device: column after column.
#pragma once

#include <algorithm>
#include <climits>
#include <type_traits>

#include "hearth/base/complex.h"

#include "dispatch/op.h"
#include "tensor/raw_copy.h"

namespace hearth {

template <class T>
struct RealOf {
  using type = T;
};
template <class T>
struct RealOf<complex<T>> {
  using type = T;
};
/// The type of a number's parts.
template <class T>
using Real = typename RealOf<T>::type;

#define HEARTH_FOR_LAPACK(_)      \
  _(float, Float)                 \
  _(double, Double)               \
  _(complex<float>, ComplexFloat) \
  _(complex<double>, ComplexDouble)

/// f(T()) for the type's T.
template <class F>
void with_lapack_type(ScalarType type, const F& f) {
  switch (type) {
#define HEARTH_CASE(T, name) \
  case ScalarType::name:     \
    return f(T());
    HEARTH_FOR_LAPACK(HEARTH_CASE)
#undef HEARTH_CASE
    default:
      return;
  }
}

/// A kernel of the function template for the type of the first input.
#define HEARTH_LAPACK_KERNEL(function)                                                \
  [](const Call& call) {                                                              \
    with_lapack_type(impl(call.in[0]).dtype, [&]<class T>(T) { function<T>(call); }); \
  }

/// `t` with its last two dims swapped, as the same memory.
inline Tensor transposed(const Tensor& t) {
  const TensorImpl& i = impl(t);
  DimVector sizes = i.sizes, strides = i.strides;
  const size_t n = sizes.size();
  std::swap(sizes[n - 1], sizes[n - 2]);
  std::swap(strides[n - 1], strides[n - 2]);
  return alias_tensor(t, std::move(sizes), std::move(strides), i.offset, i.dtype);
}

/// `t` when its matrices lie column after column, one behind the other; else a copy that does,
/// whose dims are in any case those of the transposed.
inline Tensor columns_of(const Tensor& t) { return contiguous_raw(transposed(t)); }

/// A copy to work in.
inline Tensor columns_copy(const Tensor& t) {
  const Tensor turned = transposed(t);
  Tensor copy = new_tensor(impl(turned).sizes, impl(t).dtype, impl(t).device);
  copy_raw_into(copy, turned);
  return copy;
}

/// A count as LAPACK takes it; throws ShapeError where that is too large.
inline int lapack_int(int64_t n) {
  HEARTH_CHECK_AS(ShapeError, n <= INT_MAX, "[linalg] LAPACK counts up to ", INT_MAX,
                  " rows and columns, got ", n);
  return static_cast<int>(n);
}

/// The matrices of a tensor whose columns lie one after another.
template <class T>
struct Matrices {
  T* data;
  int rows, cols, ld;
  int64_t size, count;

  /// `columns`: what columns_of and columns_copy give.
  static Matrices of(const Tensor& columns) {
    const TensorImpl& t = impl(columns);
    const size_t n = t.sizes.size();
    return Matrices(ptr<T>(columns), t.sizes[n - 1], t.sizes[n - 2], t);
  }
  /// An output of column_spec.
  static Matrices out(const Tensor& t) {
    const size_t n = impl(t).sizes.size();
    return Matrices(ptr<T>(t), impl(t).sizes[n - 2], impl(t).sizes[n - 1], impl(t));
  }
  T* operator[](int64_t i) const { return data + i * size; }
  T* column(int64_t i, int64_t j) const { return data + i * size + j * rows; }

 private:
  Matrices(T* d, int64_t m, int64_t n, const TensorImpl& t)
      : data(d),
        rows(lapack_int(m)),
        cols(lapack_int(n)),
        ld(std::max(1, rows)),
        size(m * n),
        count(1) {
    for (size_t k = 0; k + 2 < t.sizes.size(); ++k) count *= t.sizes[k];
  }
};

/// Which matrix of an operand meets matrix i of a result, when batches broadcast.
class BatchPlaces {
 public:
  BatchPlaces(const Tensor& operand, const Tensor& result, size_t operand_last = 2)
      : last_(impl(result).sizes.size() - 2) {
    const DimVector &a = impl(operand).sizes, &r = impl(result).sizes;
    const size_t batch = a.size() - operand_last;
    sizes_ = DimVector(r.ref().slice(0, last_));
    strides_ = DimVector(last_, 0);
    int64_t step = 1;
    for (size_t k = 0; k < batch; ++k) {
      const size_t from = batch - 1 - k, to = last_ - 1 - k;
      if (a[from] != 1) strides_[to] = step;
      plain_ &= a[from] == r[to];
      step *= a[from];
    }
    plain_ &= batch == last_;
  }
  int64_t operator()(int64_t i) const {
    if (plain_) return i;
    int64_t at = 0;
    for (size_t d = last_; d-- > 0;) {
      at += i % sizes_[d] * strides_[d];
      i /= sizes_[d];
    }
    return at;
  }
  /// The result's batch dims, and how far apart their neighbours' matrices are in the operand.
  const DimVector& sizes() const { return sizes_; }
  const DimVector& strides() const { return strides_; }

 private:
  size_t last_;
  bool plain_ = true;
  DimVector sizes_, strides_;
};

/// Writes a matrix (batch) into a result whose batch is as large or larger.
inline void broadcast_into(const Tensor& result, const Tensor& t) {
  const TensorImpl &a = impl(t), &r = impl(result);
  DimVector strides(r.sizes.size(), 0);
  for (size_t k = 0; k < a.sizes.size(); ++k) {
    const size_t from = a.sizes.size() - 1 - k, to = r.sizes.size() - 1 - k;
    if (a.sizes[from] == r.sizes[to]) strides[to] = a.strides[from];
  }
  copy_raw_into(result, alias_tensor(t, r.sizes, std::move(strides), a.offset, a.dtype));
}

}  // namespace hearth
