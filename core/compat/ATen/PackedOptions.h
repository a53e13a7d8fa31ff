// SPDX-License-Identifier: Apache-2.0
// The older forms of functions that make tensors: dtype, layout, device and pin_memory one by one.
#pragma once

#include <optional>

#include "hearth/ops/creation.h"
#include "hearth/ops/factory.h"
#include "hearth/ops/fft.h"
#include "hearth/ops/out.h"
#include "hearth/ops/random.h"
#include "hearth/ops/sparse.h"

namespace hearth {

#define HEARTH_FOUR_OPTIONS                                                                    \
  std::optional<ScalarType> dtype, std::optional<Layout> layout, std::optional<Device> device, \
      std::optional<bool> pin_memory

#define HEARTH_UNPACKED(name, parameters, arguments)                                        \
  inline Tensor name(HEARTH_UNPACK parameters, HEARTH_FOUR_OPTIONS) {                       \
    return name(HEARTH_UNPACK arguments, TensorOptions(dtype, layout, device, pin_memory)); \
  }
HEARTH_UNPACKED(arange, (const Scalar& end), (end))
HEARTH_UNPACKED(arange, (const Scalar& start, const Scalar& end), (start, end))
HEARTH_UNPACKED(arange, (const Scalar& start, const Scalar& end, const Scalar& step),
                (start, end, step))
HEARTH_UNPACKED(range, (const Scalar& start, const Scalar& end, const Scalar& step),
                (start, end, step))
HEARTH_UNPACKED(linspace, (const Scalar& start, const Scalar& end, int64_t steps),
                (start, end, steps))
HEARTH_UNPACKED(linspace, (const Tensor& start, const Tensor& end, int64_t steps),
                (start, end, steps))
HEARTH_UNPACKED(linspace, (const Tensor& start, const Scalar& end, int64_t steps),
                (start, end, steps))
HEARTH_UNPACKED(linspace, (const Scalar& start, const Tensor& end, int64_t steps),
                (start, end, steps))
HEARTH_UNPACKED(logspace, (const Scalar& start, const Scalar& end, int64_t steps, double base),
                (start, end, steps, base))
HEARTH_UNPACKED(logspace, (const Tensor& start, const Tensor& end, int64_t steps, double base),
                (start, end, steps, base))
HEARTH_UNPACKED(logspace, (const Tensor& start, const Scalar& end, int64_t steps, double base),
                (start, end, steps, base))
HEARTH_UNPACKED(logspace, (const Scalar& start, const Tensor& end, int64_t steps, double base),
                (start, end, steps, base))
HEARTH_UNPACKED(zeros, (IntArrayRef size), (size))
HEARTH_UNPACKED(ones, (IntArrayRef size), (size))
HEARTH_UNPACKED(full, (IntArrayRef size, const Scalar& fill_value), (size, fill_value))
HEARTH_UNPACKED(scalar_tensor, (const Scalar& s), (s))
HEARTH_UNPACKED(eye, (int64_t n), (n))
HEARTH_UNPACKED(eye, (int64_t n, int64_t m), (n, m))
HEARTH_UNPACKED(tril_indices, (int64_t row, int64_t col, int64_t offset), (row, col, offset))
HEARTH_UNPACKED(triu_indices, (int64_t row, int64_t col, int64_t offset), (row, col, offset))
HEARTH_UNPACKED(rand, (IntArrayRef size), (size))
HEARTH_UNPACKED(rand, (IntArrayRef size, std::optional<Generator> generator), (size, generator))
HEARTH_UNPACKED(randn, (IntArrayRef size), (size))
HEARTH_UNPACKED(randn, (IntArrayRef size, std::optional<Generator> generator), (size, generator))
HEARTH_UNPACKED(randint, (int64_t high, IntArrayRef size), (high, size))
HEARTH_UNPACKED(randint, (int64_t high, IntArrayRef size, std::optional<Generator> generator),
                (high, size, generator))
HEARTH_UNPACKED(randint, (int64_t low, int64_t high, IntArrayRef size), (low, high, size))
HEARTH_UNPACKED(randint,
                (int64_t low, int64_t high, IntArrayRef size, std::optional<Generator> generator),
                (low, high, size, generator))
HEARTH_UNPACKED(randperm, (int64_t n), (n))
HEARTH_UNPACKED(randperm, (int64_t n, std::optional<Generator> generator), (n, generator))
HEARTH_UNPACKED(normal,
                (double mean, double std, IntArrayRef size, std::optional<Generator> generator),
                (mean, std, size, generator))
HEARTH_UNPACKED(hann_window, (int64_t window_length), (window_length))
HEARTH_UNPACKED(hann_window, (int64_t window_length, bool periodic), (window_length, periodic))
HEARTH_UNPACKED(hamming_window, (int64_t window_length), (window_length))
HEARTH_UNPACKED(hamming_window, (int64_t window_length, bool periodic), (window_length, periodic))
HEARTH_UNPACKED(hamming_window, (int64_t window_length, bool periodic, double alpha),
                (window_length, periodic, alpha))
HEARTH_UNPACKED(hamming_window, (int64_t window_length, bool periodic, double alpha, double beta),
                (window_length, periodic, alpha, beta))
HEARTH_UNPACKED(bartlett_window, (int64_t window_length), (window_length))
HEARTH_UNPACKED(bartlett_window, (int64_t window_length, bool periodic), (window_length, periodic))
HEARTH_UNPACKED(blackman_window, (int64_t window_length), (window_length))
HEARTH_UNPACKED(blackman_window, (int64_t window_length, bool periodic), (window_length, periodic))
HEARTH_UNPACKED(kaiser_window, (int64_t window_length), (window_length))
HEARTH_UNPACKED(kaiser_window, (int64_t window_length, bool periodic), (window_length, periodic))
HEARTH_UNPACKED(kaiser_window, (int64_t window_length, bool periodic, double beta),
                (window_length, periodic, beta))
HEARTH_UNPACKED(fft_fftfreq, (int64_t n, double d), (n, d))
HEARTH_UNPACKED(fft_rfftfreq, (int64_t n, double d), (n, d))
HEARTH_UNPACKED(sparse_coo_tensor, (IntArrayRef size), (size))
#undef HEARTH_UNPACKED

#define HEARTH_UNPACKED(name, parameters, arguments)                                       \
  inline Tensor name(HEARTH_UNPACK parameters, HEARTH_FOUR_OPTIONS,                        \
                     std::optional<MemoryFormat> memory_format) {                          \
    return name(HEARTH_UNPACK arguments, TensorOptions(dtype, layout, device, pin_memory), \
                memory_format);                                                            \
  }
HEARTH_UNPACKED(empty, (IntArrayRef size), (size))
HEARTH_UNPACKED(empty_like, (const Tensor& self), (self))
HEARTH_UNPACKED(zeros_like, (const Tensor& self), (self))
HEARTH_UNPACKED(ones_like, (const Tensor& self), (self))
HEARTH_UNPACKED(full_like, (const Tensor& self, const Scalar& fill_value), (self, fill_value))
HEARTH_UNPACKED(rand_like, (const Tensor& self), (self))
HEARTH_UNPACKED(rand_like, (const Tensor& self, std::optional<Generator> generator),
                (self, generator))
HEARTH_UNPACKED(randn_like, (const Tensor& self), (self))
HEARTH_UNPACKED(randn_like, (const Tensor& self, std::optional<Generator> generator),
                (self, generator))
#undef HEARTH_UNPACKED

inline Tensor sparse_coo_tensor(const Tensor& indices, const Tensor& values, HEARTH_FOUR_OPTIONS,
                                std::optional<bool> is_coalesced) {
  return sparse_coo_tensor(indices, values, TensorOptions(dtype, layout, device, pin_memory),
                           is_coalesced);
}
inline Tensor sparse_coo_tensor(const Tensor& indices, const Tensor& values, IntArrayRef size,
                                HEARTH_FOUR_OPTIONS, std::optional<bool> is_coalesced) {
  return sparse_coo_tensor(indices, values, size, TensorOptions(dtype, layout, device, pin_memory),
                           is_coalesced);
}
#undef HEARTH_FOUR_OPTIONS

}  // namespace hearth
