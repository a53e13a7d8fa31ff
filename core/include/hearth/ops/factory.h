// SPDX-License-Identifier: Apache-2.0
// More new tensors, windows, and the out forms of what makes tensors (hearth/ops/creation.h).
#pragma once

#include <vector>

#include "hearth/base/complex.h"
#include "hearth/tensor/tensor.h"

namespace hearth {

/// base to the power of `steps` evenly spaced exponents from start to end, both included.
HEARTH_API Tensor logspace(const Scalar& start, const Scalar& end, int64_t steps,
                           double base = 10.0, const TensorOptions& options = {});
// Ends as 0-dim tensors.
HEARTH_API Tensor logspace(const Tensor& start, const Tensor& end, int64_t steps,
                           double base = 10.0, const TensorOptions& options = {});
HEARTH_API Tensor logspace(const Tensor& start, const Scalar& end, int64_t steps,
                           double base = 10.0, const TensorOptions& options = {});
HEARTH_API Tensor logspace(const Scalar& start, const Tensor& end, int64_t steps,
                           double base = 10.0, const TensorOptions& options = {});
HEARTH_API Tensor linspace(const Tensor& start, const Tensor& end, int64_t steps,
                           const TensorOptions& options = {});
HEARTH_API Tensor linspace(const Tensor& start, const Scalar& end, int64_t steps,
                           const TensorOptions& options = {});
HEARTH_API Tensor linspace(const Scalar& start, const Tensor& end, int64_t steps,
                           const TensorOptions& options = {});
/// start, start + step, ... up to and including end, of the default float type unless options say
/// otherwise.
HEARTH_API Tensor range(const Scalar& start, const Scalar& end, const Scalar& step = 1,
                        const TensorOptions& options = {});
HEARTH_API Tensor range(const Scalar& start, const Scalar& end, const TensorOptions& options);
/// Powers of x's elements, N of them (by default as many as x has), the highest first.
HEARTH_API Tensor vander(const Tensor& x, std::optional<int64_t> N = std::nullopt,
                         bool increasing = false);
/// Powers 0 to N - 1 of each element along a new last dim.
HEARTH_API Tensor linalg_vander(const Tensor& x, std::optional<int64_t> N = std::nullopt);
/// complex(real, imag): complex numbers of these parts. C++ lets no function have the name of a
/// class template, so the call makes a Tensor of another name.
template <>
struct HEARTH_API complex<Tensor> : Tensor {
  complex(const Tensor& real, const Tensor& imag);
  using Tensor::operator=;
};
/// Prints the tensor.
HEARTH_API std::ostream& operator<<(std::ostream& out, const complex<Tensor>& t);
/// Complex numbers of these lengths and angles.
HEARTH_API Tensor polar(const Tensor& abs, const Tensor& angle);
/// An uninitialised dense tensor whose dims lie in memory in this order, the last one closest.
HEARTH_API Tensor empty_permuted(IntArrayRef sizes, IntArrayRef physical_layout,
                                 const TensorOptions& options = {});

// ---- windows of a length: a period of it, or symmetric
HEARTH_API Tensor bartlett_window(int64_t window_length, const TensorOptions& options = {});
HEARTH_API Tensor bartlett_window(int64_t window_length, bool periodic,
                                  const TensorOptions& options = {});
HEARTH_API Tensor blackman_window(int64_t window_length, const TensorOptions& options = {});
HEARTH_API Tensor blackman_window(int64_t window_length, bool periodic,
                                  const TensorOptions& options = {});
HEARTH_API Tensor hann_window(int64_t window_length, const TensorOptions& options = {});
HEARTH_API Tensor hann_window(int64_t window_length, bool periodic,
                              const TensorOptions& options = {});
/// alpha - beta * cos; by default 0.54 and 0.46.
HEARTH_API Tensor hamming_window(int64_t window_length, const TensorOptions& options = {});
HEARTH_API Tensor hamming_window(int64_t window_length, bool periodic,
                                 const TensorOptions& options = {});
HEARTH_API Tensor hamming_window(int64_t window_length, bool periodic, double alpha,
                                 const TensorOptions& options = {});
HEARTH_API Tensor hamming_window(int64_t window_length, bool periodic, double alpha, double beta,
                                 const TensorOptions& options = {});
/// beta, by default 12, says how narrow it is.
HEARTH_API Tensor kaiser_window(int64_t window_length, const TensorOptions& options = {});
HEARTH_API Tensor kaiser_window(int64_t window_length, bool periodic,
                                const TensorOptions& options = {});
HEARTH_API Tensor kaiser_window(int64_t window_length, bool periodic, double beta,
                                const TensorOptions& options = {});

// ---- types
HEARTH_API ScalarType result_type(const Scalar& scalar, const Tensor& tensor);
HEARTH_API ScalarType result_type(const Scalar& scalar1, const Scalar& scalar2);

// ---- values written into self, or a copy with them
HEARTH_API Tensor fill(const Tensor& self, const Scalar& value);
HEARTH_API Tensor fill(const Tensor& self, const Tensor& value);
HEARTH_API Tensor& fill_(Tensor& self, const Scalar& value);
HEARTH_API Tensor& fill_(Tensor& self, const Tensor& value);
HEARTH_API Tensor& zero_(Tensor& self);

// ---- out forms: `out` keeps its dtype and device
HEARTH_API Tensor& empty_out(Tensor& out, IntArrayRef sizes,
                             std::optional<MemoryFormat> format = std::nullopt);
HEARTH_API Tensor& zeros_out(Tensor& out, IntArrayRef sizes);
HEARTH_API Tensor& ones_out(Tensor& out, IntArrayRef sizes);
HEARTH_API Tensor& full_out(Tensor& out, IntArrayRef sizes, const Scalar& value);
HEARTH_API Tensor& fill_out(Tensor& out, const Tensor& self, const Scalar& value);
HEARTH_API Tensor& fill_out(Tensor& out, const Tensor& self, const Tensor& value);
HEARTH_API Tensor& arange_out(Tensor& out, const Scalar& end);
HEARTH_API Tensor& arange_out(Tensor& out, const Scalar& start, const Scalar& end);
HEARTH_API Tensor& arange_out(Tensor& out, const Scalar& start, const Scalar& end,
                              const Scalar& step);
HEARTH_API Tensor& range_out(Tensor& out, const Scalar& start, const Scalar& end,
                             const Scalar& step = 1);
HEARTH_API Tensor& linspace_out(Tensor& out, const Scalar& start, const Scalar& end, int64_t steps);
HEARTH_API Tensor& logspace_out(Tensor& out, const Scalar& start, const Scalar& end, int64_t steps,
                                double base = 10.0);
HEARTH_API Tensor& eye_out(Tensor& out, int64_t n);
HEARTH_API Tensor& eye_out(Tensor& out, int64_t n, int64_t m);
HEARTH_API Tensor& tril_indices_out(Tensor& out, int64_t row, int64_t col, int64_t offset = 0);
HEARTH_API Tensor& triu_indices_out(Tensor& out, int64_t row, int64_t col, int64_t offset = 0);
HEARTH_API Tensor& complex_out(Tensor& out, const Tensor& real, const Tensor& imag);
HEARTH_API Tensor& polar_out(Tensor& out, const Tensor& abs, const Tensor& angle);

}  // namespace hearth
