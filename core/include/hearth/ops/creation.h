// SPDX-License-Identifier: Apache-2.0
// New tensors. Names, argument order and defaults are PyTorch's.
#pragma once

#include <optional>
#include <vector>

#include "hearth/tensor/tensor.h"

namespace hearth {

/// A tensor with uninitialised elements.
HEARTH_API Tensor empty(IntArrayRef sizes, const TensorOptions& options = {},
                        std::optional<MemoryFormat> format = std::nullopt);
/// An uninitialised tensor of this layout; the storage is just large enough.
HEARTH_API Tensor empty_strided(IntArrayRef sizes, IntArrayRef strides,
                                const TensorOptions& options = {});
/// Like `other` in sizes, dtype, device and memory format, where options do not say otherwise.
HEARTH_API Tensor empty_like(const Tensor& other, const TensorOptions& options = {},
                             std::optional<MemoryFormat> format = std::nullopt);
HEARTH_API Tensor zeros(IntArrayRef sizes, const TensorOptions& options = {});
HEARTH_API Tensor ones(IntArrayRef sizes, const TensorOptions& options = {});
/// Filled with `value`; without a dtype in options, the value's kind decides it.
HEARTH_API Tensor full(IntArrayRef sizes, const Scalar& value, const TensorOptions& options = {});
HEARTH_API Tensor zeros_like(const Tensor& other, const TensorOptions& options = {},
                             std::optional<MemoryFormat> format = std::nullopt);
HEARTH_API Tensor ones_like(const Tensor& other, const TensorOptions& options = {},
                            std::optional<MemoryFormat> format = std::nullopt);
HEARTH_API Tensor full_like(const Tensor& other, const Scalar& value,
                            const TensorOptions& options = {},
                            std::optional<MemoryFormat> format = std::nullopt);
/// A 0-dim tensor.
HEARTH_API Tensor scalar_tensor(const Scalar& value, const TensorOptions& options = {});
/// start, start + step, ... below end. Integers stay integers; else the default float type.
HEARTH_API Tensor arange(const Scalar& end, const TensorOptions& options = {});
HEARTH_API Tensor arange(const Scalar& start, const Scalar& end, const TensorOptions& options = {});
HEARTH_API Tensor arange(const Scalar& start, const Scalar& end, const Scalar& step,
                         const TensorOptions& options = {});
/// `steps` evenly spaced values from start to end, both included.
HEARTH_API Tensor linspace(const Scalar& start, const Scalar& end, int64_t steps,
                           const TensorOptions& options = {});
HEARTH_API Tensor eye(int64_t n, const TensorOptions& options = {});
HEARTH_API Tensor eye(int64_t n, int64_t m, const TensorOptions& options = {});
/// Row and column indices of a matrix's elements on and below (tril) or above (triu) a diagonal:
/// of size [2, count], int64 unless options say otherwise.
HEARTH_API Tensor tril_indices(int64_t row, int64_t col, int64_t offset = 0,
                               const TensorOptions& options = {});
HEARTH_API Tensor triu_indices(int64_t row, int64_t col, int64_t offset = 0,
                               const TensorOptions& options = {});

/// Uniform in [0, 1).
HEARTH_API Tensor rand(IntArrayRef sizes, const TensorOptions& options = {});
HEARTH_API Tensor rand(IntArrayRef sizes, std::optional<Generator> generator,
                       const TensorOptions& options = {});
HEARTH_API Tensor rand_like(const Tensor& other, const TensorOptions& options = {},
                            std::optional<MemoryFormat> format = std::nullopt);
HEARTH_API Tensor rand_like(const Tensor& other, std::optional<Generator> generator,
                            const TensorOptions& options = {},
                            std::optional<MemoryFormat> format = std::nullopt);
/// Standard normal.
HEARTH_API Tensor randn(IntArrayRef sizes, const TensorOptions& options = {});
HEARTH_API Tensor randn(IntArrayRef sizes, std::optional<Generator> generator,
                        const TensorOptions& options = {});
HEARTH_API Tensor randn_like(const Tensor& other, const TensorOptions& options = {},
                             std::optional<MemoryFormat> format = std::nullopt);
HEARTH_API Tensor randn_like(const Tensor& other, std::optional<Generator> generator,
                             const TensorOptions& options = {},
                             std::optional<MemoryFormat> format = std::nullopt);
/// Integers in [low, high), of type int64 unless options say otherwise.
HEARTH_API Tensor randint(int64_t high, IntArrayRef sizes, const TensorOptions& options = {});
HEARTH_API Tensor randint(int64_t high, IntArrayRef sizes, std::optional<Generator> generator,
                          const TensorOptions& options = {});
HEARTH_API Tensor randint(int64_t low, int64_t high, IntArrayRef sizes,
                          const TensorOptions& options = {});
HEARTH_API Tensor randint(int64_t low, int64_t high, IntArrayRef sizes,
                          std::optional<Generator> generator, const TensorOptions& options = {});
/// Integers in [low, high), of `other`'s dtype.
HEARTH_API Tensor randint_like(const Tensor& other, int64_t high, const TensorOptions& options = {},
                               std::optional<MemoryFormat> format = std::nullopt);
HEARTH_API Tensor randint_like(const Tensor& other, int64_t low, int64_t high,
                               const TensorOptions& options = {},
                               std::optional<MemoryFormat> format = std::nullopt);
HEARTH_API Tensor randint_like(const Tensor& other, int64_t high,
                               std::optional<Generator> generator,
                               const TensorOptions& options = {},
                               std::optional<MemoryFormat> format = std::nullopt);
HEARTH_API Tensor randint_like(const Tensor& other, int64_t low, int64_t high,
                               std::optional<Generator> generator,
                               const TensorOptions& options = {},
                               std::optional<MemoryFormat> format = std::nullopt);
/// `high` as a tensor of one element on the CPU.
HEARTH_API Tensor randint_like(const Tensor& other, const Tensor& high,
                               const TensorOptions& options = {},
                               std::optional<MemoryFormat> format = std::nullopt);
HEARTH_API Tensor randint_like(const Tensor& other, const Tensor& high,
                               std::optional<Generator> generator,
                               const TensorOptions& options = {},
                               std::optional<MemoryFormat> format = std::nullopt);
/// A random permutation of 0 .. n-1 (int64).
HEARTH_API Tensor randperm(int64_t n, const TensorOptions& options = {});
HEARTH_API Tensor randperm(int64_t n, std::optional<Generator> generator,
                           const TensorOptions& options = {});

/// A tensor on memory the caller owns and keeps alive; nothing is copied.
HEARTH_API Tensor from_blob(void* data, IntArrayRef sizes, const TensorOptions& options = {});
HEARTH_API Tensor from_blob(void* data, IntArrayRef sizes, IntArrayRef strides,
                            const TensorOptions& options = {});

namespace detail {
HEARTH_API Tensor from_blob(void* data, IntArrayRef sizes, OptionalIntArrayRef strides,
                            void (*deleter)(void* context, void* data, size_t bytes), void* context,
                            const TensorOptions& options);
}

/// The same, with `deleter(data)` called when the last tensor on it is gone.
template <typename D>
requires requires(D d, void* p) { d(p); }
Tensor from_blob(void* data, IntArrayRef sizes, IntArrayRef strides, D deleter,
                 const TensorOptions& options = {}) {
  return detail::from_blob(
      data, sizes, strides,
      [](void* context, void* p, size_t) {
        auto* d = static_cast<D*>(context);
        (*d)(p);
        delete d;
      },
      new D(static_cast<D&&>(deleter)), options);
}
template <typename D>
requires requires(D d, void* p) { d(p); }
Tensor from_blob(void* data, IntArrayRef sizes, D deleter, const TensorOptions& options = {}) {
  return detail::from_blob(
      data, sizes, std::nullopt,
      [](void* context, void* p, size_t) {
        auto* d = static_cast<D*>(context);
        (*d)(p);
        delete d;
      },
      new D(static_cast<D&&>(deleter)), options);
}

}  // namespace hearth
