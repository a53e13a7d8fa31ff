// SPDX-License-Identifier: Apache-2.0
// Inputs of floating kernels as they are: half types become float while they are loaded.
#pragma once

#include "cuda/dense.h"
#include "cuda/element.cuh"
#include "cuda/row.cuh"

namespace hearth::cuda {

/// Elements that a kernel reads as T: of that type or, for float, of a half type.
template <class T>
class Source {
 public:
  Source() = default;
  /// Null if undefined, else as readable() gives it.
  explicit Source(const Tensor& t) {
    if (!t.defined()) return;
    data_ = raw_data(t);
    type_ = impl(t).dtype;
  }
  __host__ __device__ explicit operator bool() const { return data_ != nullptr; }
  /// Whether n neighbours can be loaded at once, wherever n divides a place.
  bool aligned(size_t n) const {
    return reinterpret_cast<uintptr_t>(data_) % (n * element_size(type_)) == 0;
  }

  /// Calls f(pointer) with the memory as what it is.
  template <class F>
  __device__ __forceinline__ void visit(const F& f) const {
    if constexpr (std::is_same_v<T, float>) {
      if (type_ == kHalf) return f(static_cast<const Half*>(data_));
      if (type_ == kBFloat16) return f(static_cast<const BFloat16*>(data_));
    }
    f(static_cast<const T*>(data_));
  }
  __device__ __forceinline__ T operator[](int64_t i) const {
    T value;
    visit([&](const auto* p) { value = convert<T>(p[i]); });
    return value;
  }

 private:
  const void* data_ = nullptr;
  ScalarType type_ = dtype_of<T>;
};

/// `t` as a Source may show it: converted to `compute` unless it is of that type or, for float, of
/// a half type.
inline Tensor readable(const Tensor& t, ScalarType compute) {
  const ScalarType type = impl(t).dtype;
  const bool half = type == kHalf || type == kBFloat16;
  return compute == kFloat && half ? t : as_type(t, compute);
}

/// The same in another element order, see in_layout().
inline Tensor readable_in_layout(const Tensor& t, const Tensor& like, ScalarType compute) {
  return in_layout(readable(t, compute), like);
}

/// v[k] = x[start + i * stride] for the chunk's places, 0 past the end. Loads before anything else
/// happens, so that all are under way at once.
template <class T>
__device__ __forceinline__ void load_places(T (&v)[kKept], const Source<T>& x, int64_t start,
                                            int64_t stride, int64_t n, const Places& at) {
  x.visit([&](const auto* p) {
#pragma unroll
    for (int k = 0; k < kKept; ++k) v[k] = at[k] < n ? convert<T>(p[start + at[k] * stride]) : T(0);
  });
}

}  // namespace hearth::cuda
