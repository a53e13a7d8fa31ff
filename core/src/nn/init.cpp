// SPDX-License-Identifier: Apache-2.0
#include "hearth/nn/init.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "hearth/autograd/grad_mode.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/pointwise.h"

#include "tensor/host_read.h"
#include "tensor/tensor_impl.h"

namespace hearth::nn::init {

namespace {

struct Fan {
  int64_t in;
  int64_t out;
};

Fan fan_of(const Tensor& tensor) {
  HEARTH_CHECK_AS(ShapeError, tensor.dim() >= 2,
                  "[init] Fan in and fan out can not be computed for tensor with fewer than 2 "
                  "dimensions, got ",
                  tensor.sizes());
  int64_t field = 1;
  for (int64_t d = 2; d < tensor.dim(); ++d) field *= tensor.size(d);
  return {tensor.size(1) * field, tensor.size(0) * field};
}

double kaiming_std(const Tensor& tensor, double a, const FanModeType& mode,
                   const NonlinearityType& nonlinearity) {
  const Fan fan = fan_of(tensor);
  const bool in = std::holds_alternative<enumtype::kFanIn>(mode);
  return calculate_gain(nonlinearity, a) / std::sqrt(static_cast<double>(in ? fan.in : fan.out));
}

double xavier_std(const Tensor& tensor, double gain) {
  const Fan fan = fan_of(tensor);
  return gain * std::sqrt(2.0 / static_cast<double>(fan.in + fan.out));
}

double normal_cdf(double x) { return 0.5 * (1 + std::erf(x / std::sqrt(2.0))); }

thread_local int skipping = 0;

}  // namespace

SkipGuard::SkipGuard() { ++skipping; }
SkipGuard::~SkipGuard() { --skipping; }

double calculate_gain(NonlinearityType nonlinearity, double param) {
  if (std::holds_alternative<enumtype::kTanh>(nonlinearity)) return 5.0 / 3.0;
  if (std::holds_alternative<enumtype::kReLU>(nonlinearity)) return std::sqrt(2.0);
  if (std::holds_alternative<enumtype::kLeakyReLU>(nonlinearity))
    return std::sqrt(2.0 / (1 + param * param));
  return 1.0;
}

Tensor constant_(Tensor tensor, Scalar value) {
  const NoGradGuard no_grad;
  return tensor.fill_(value);
}
Tensor zeros_(Tensor tensor) { return constant_(std::move(tensor), 0); }
Tensor ones_(Tensor tensor) { return constant_(std::move(tensor), 1); }

Tensor eye_(Tensor matrix) {
  HEARTH_CHECK_AS(ShapeError, matrix.dim() == 2,
                  "[init] Only tensors with 2 dimensions are supported, got ", matrix.sizes());
  const NoGradGuard no_grad;
  matrix.zero_().diagonal().fill_(1);
  return matrix;
}

Tensor dirac_(Tensor tensor, int64_t groups) {
  HEARTH_CHECK_AS(ShapeError, tensor.dim() >= 3 && tensor.dim() <= 5,
                  "[init] Only tensors with 3, 4, or 5 dimensions are supported, got ",
                  tensor.sizes());
  HEARTH_CHECK_AS(ValueError, groups > 0 && tensor.size(0) % groups == 0,
                  "[init] dim 0 must be divisible by groups: got ", tensor.size(0), " and ",
                  groups);
  const NoGradGuard no_grad;
  tensor.zero_();
  const int64_t per_group = tensor.size(0) / groups;
  for (int64_t g = 0; g < groups; ++g)
    for (int64_t c = 0; c < std::min(per_group, tensor.size(1)); ++c) {
      Tensor kernel = tensor.select(0, g * per_group + c).select(0, c);
      while (kernel.dim() > 0) kernel = kernel.select(0, kernel.size(0) / 2);
      kernel.fill_(1);
    }
  return tensor;
}

Tensor normal_(Tensor tensor, double mean, double std) {
  const NoGradGuard no_grad;
  return skipping ? tensor : tensor.normal_(mean, std);
}
Tensor uniform_(Tensor tensor, double low, double high) {
  const NoGradGuard no_grad;
  return skipping ? tensor : tensor.uniform_(low, high);
}

Tensor trunc_normal_(Tensor tensor, double mean, double std, double a, double b) {
  HEARTH_CHECK_AS(ValueError, a <= b && std >= 0,
                  "[init] trunc_normal_ expects a <= b and std >= 0, got a = ", a, ", b = ", b,
                  " and std = ", std);
  if (skipping || tensor.device().is_meta()) return tensor;
  const NoGradGuard no_grad;
  if (std == 0) return tensor.fill_(std::clamp(mean, a, b));
  const double low = normal_cdf((a - mean) / std);
  const double high = normal_cdf((b - mean) / std);
  // The bounds of most networks are dozens of deviations away.
  if (low == 0 && high == 1) return normal_(tensor, mean, std).clamp_(a, b);
  const ScalarType type = tensor.scalar_type() == kDouble ? kDouble : kFloat;
  const Tensor values = rand(tensor.sizes(), TensorOptions(type).device(kCPU));
  // At the ends of a float's range erfinv is infinite, which the bounds cut off.
  values.mul_(2 * (high - low)).add_(2 * low - 1).clamp_(-1, 1).erfinv_();
  values.mul_(std * std::sqrt(2.0)).add_(mean).clamp_(a, b);
  return tensor.copy_(values);
}

Tensor kaiming_normal_(Tensor tensor, double a, FanModeType mode, NonlinearityType nonlinearity) {
  if (tensor.numel() == 0) return tensor;
  const double std = kaiming_std(tensor, a, mode, nonlinearity);
  return normal_(std::move(tensor), 0, std);
}
Tensor kaiming_uniform_(Tensor tensor, double a, FanModeType mode, NonlinearityType nonlinearity) {
  if (tensor.numel() == 0) return tensor;
  const double bound = std::sqrt(3.0) * kaiming_std(tensor, a, mode, nonlinearity);
  return uniform_(std::move(tensor), -bound, bound);
}
Tensor xavier_normal_(Tensor tensor, double gain) {
  const double std = xavier_std(tensor, gain);
  return normal_(std::move(tensor), 0, std);
}
Tensor xavier_uniform_(Tensor tensor, double gain) {
  const double bound = std::sqrt(3.0) * xavier_std(tensor, gain);
  return uniform_(std::move(tensor), -bound, bound);
}

Tensor orthogonal_(Tensor tensor, double gain) {
  HEARTH_CHECK_AS(ShapeError, tensor.dim() >= 2,
                  "[init] Only tensors with 2 or more dimensions are supported, got ",
                  tensor.sizes());
  const NoGradGuard no_grad;
  if (tensor.numel() == 0) return tensor;
  const int64_t rows = tensor.size(0);
  const int64_t cols = tensor.numel() / rows;
  const size_t n = static_cast<size_t>(std::min(rows, cols));
  const int64_t length = std::max(rows, cols);
  // Gram-Schmidt, each vector reduced twice, which is enough for orthogonality to machine
  // precision. It is QR's Q with R's diagonal positive, hence uniformly distributed.
  check_host_read("orthogonal_");
  const Tensor vectors =
      randn({static_cast<int64_t>(n), length}, TensorOptions(kDouble).device(kCPU));
  std::vector<double*> v(n);
  for (size_t i = 0; i < n; ++i) {
    v[i] = ptr<double>(vectors) + static_cast<int64_t>(i) * length;
    for (int pass = 0; pass < 2; ++pass)
      for (size_t j = 0; j < i; ++j) {
        const double along = std::inner_product(v[i], v[i] + length, v[j], 0.0);
        for (int64_t k = 0; k < length; ++k) v[i][k] -= along * v[j][k];
      }
    const double norm = std::sqrt(std::inner_product(v[i], v[i] + length, v[i], 0.0));
    for (int64_t k = 0; k < length; ++k) v[i][k] /= norm;
  }
  const Tensor matrix = (rows <= cols ? vectors : vectors.t()) * gain;
  return tensor.copy_(matrix.reshape(tensor.sizes()));
}

Tensor sparse_(Tensor tensor, double sparsity, double std) {
  HEARTH_CHECK_AS(ShapeError, tensor.dim() == 2,
                  "[init] Only tensors with 2 dimensions are supported, got ", tensor.sizes());
  HEARTH_CHECK_AS(ValueError, sparsity >= 0 && sparsity <= 1,
                  "[init] sparsity must be within [0, 1], got ", sparsity);
  const NoGradGuard no_grad;
  const int64_t rows = tensor.size(0);
  const int64_t zeros = static_cast<int64_t>(std::ceil(sparsity * static_cast<double>(rows)));
  check_host_read("sparse_");
  const TensorOptions host = TensorOptions(kDouble).device(kCPU);
  const Tensor values = randn(tensor.sizes(), host) * std;
  const Tensor order = rand({tensor.size(1), rows}, host);
  double* v = ptr<double>(values);
  std::vector<int64_t> index(static_cast<size_t>(rows));
  for (int64_t c = 0; c < tensor.size(1); ++c) {
    const double* key = ptr<double>(order) + c * rows;
    std::iota(index.begin(), index.end(), 0);
    std::sort(index.begin(), index.end(), [key](int64_t i, int64_t j) { return key[i] < key[j]; });
    for (int64_t i = 0; i < zeros; ++i) v[index[static_cast<size_t>(i)] * tensor.size(1) + c] = 0;
  }
  return tensor.copy_(values);
}

std::tuple<int64_t, int64_t> _calculate_fan_in_and_fan_out(const Tensor& tensor) {
  const Fan fan = fan_of(tensor);
  return {fan.in, fan.out};
}

}  // namespace hearth::nn::init
