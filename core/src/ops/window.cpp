// SPDX-License-Identifier: Apache-2.0
// Windows for signals, filled on the host.
#include <cmath>

#include "hearth/ops/creation.h"
#include "hearth/ops/factory.h"

#include "tensor/tensor_impl.h"

namespace hearth {

namespace {

/// at(k, last) for k = 0, 1, ... of a symmetric window that ends with k = last. A period of it is
/// one shorter than the symmetric window that repeats its first value.
template <class F>
Tensor window(std::string_view op, int64_t length, bool periodic, const TensorOptions& options,
              const F& at) {
  HEARTH_CHECK_AS(DtypeError, is_floating_point(options.dtype()), "[", op, "] ", op,
                  " expects floating point dtypes, got: ", to_string(options.dtype()));
  HEARTH_CHECK_AS(ValueError, length >= 0, "[", op, "] ", op,
                  " requires non-negative window_length, got window_length=", length);
  const Tensor out = new_tensor({length}, kDouble, kCPU);
  auto* to = ptr<double>(out);
  const auto last = static_cast<double>(periodic ? length : length - 1);
  for (int64_t k = 0; k < length; ++k) to[k] = length == 1 ? 1 : at(static_cast<double>(k), last);
  const Tensor result = out.to(options.requires_grad(false).dtype(options.dtype()));
  return options.requires_grad() ? result.set_requires_grad(true) : result;
}

}  // namespace

Tensor bartlett_window(int64_t window_length, bool periodic, const TensorOptions& options) {
  return window("bartlett_window", window_length, periodic, options,
                [](double k, double last) { return 1 - std::abs(2 * k / last - 1); });
}
Tensor blackman_window(int64_t window_length, bool periodic, const TensorOptions& options) {
  return window("blackman_window", window_length, periodic, options, [](double k, double last) {
    const double angle = 2 * M_PI * k / last;
    return 0.42 - 0.5 * std::cos(angle) + 0.08 * std::cos(2 * angle);
  });
}

namespace {

Tensor raised_cosine(std::string_view op, int64_t length, bool periodic, double alpha, double beta,
                     const TensorOptions& options) {
  return window(op, length, periodic, options, [&](double k, double last) {
    return alpha - beta * std::cos(2 * M_PI * k / last);
  });
}

}  // namespace

Tensor hann_window(int64_t window_length, bool periodic, const TensorOptions& options) {
  return raised_cosine("hann_window", window_length, periodic, 0.5, 0.5, options);
}
Tensor hamming_window(int64_t window_length, bool periodic, double alpha, double beta,
                      const TensorOptions& options) {
  return raised_cosine("hamming_window", window_length, periodic, alpha, beta, options);
}
Tensor hamming_window(int64_t window_length, bool periodic, double alpha,
                      const TensorOptions& options) {
  return hamming_window(window_length, periodic, alpha, 0.46, options);
}
Tensor hamming_window(int64_t window_length, bool periodic, const TensorOptions& options) {
  return hamming_window(window_length, periodic, 0.54, options);
}
namespace {

/// exp(-x) times the modified Bessel function I0, for x >= 0.
double scaled_i0(double x) {
  double term = 1, sum = 1;
  if (x < 30) {
    for (double k = 1; term > 1e-17 * sum; ++k) sum += term *= x * x / (4 * k * k);
    return sum * std::exp(-x);
  }
  for (double k = 1; term > 1e-17 * sum; ++k)
    sum += term *= (2 * k - 1) * (2 * k - 1) / (8 * x * k);
  return sum / std::sqrt(2 * M_PI * x);
}

}  // namespace

Tensor kaiser_window(int64_t window_length, bool periodic, double beta,
                     const TensorOptions& options) {
  return window("kaiser_window", window_length, periodic, options, [&](double k, double last) {
    const double x = 2 * k / last - 1;
    // I0(at) / I0(most), which is even in beta.
    const double most = std::abs(beta), at = most * std::sqrt(std::max(1 - x * x, 0.0));
    return scaled_i0(at) / scaled_i0(most) * std::exp(at - most);
  });
}
Tensor kaiser_window(int64_t window_length, bool periodic, const TensorOptions& options) {
  return kaiser_window(window_length, periodic, 12.0, options);
}

#define HEARTH_PERIODIC(name)                                        \
  Tensor name(int64_t window_length, const TensorOptions& options) { \
    return name(window_length, true, options);                       \
  }
HEARTH_PERIODIC(bartlett_window)
HEARTH_PERIODIC(blackman_window)
HEARTH_PERIODIC(hann_window)
HEARTH_PERIODIC(hamming_window)
HEARTH_PERIODIC(kaiser_window)
#undef HEARTH_PERIODIC

}  // namespace hearth
