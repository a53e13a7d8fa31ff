// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "hearth/base/arg.h"
#include "hearth/tensor/tensor.h"

namespace hearth::nn {

/// Options of BatchNormNd.
struct BatchNormOptions {
  BatchNormOptions(int64_t num_features) : num_features_(num_features) {}
  HEARTH_ARG(int64_t, num_features);
  HEARTH_ARG(double, eps) = 1e-5;
  /// How fast running statistics follow the batch's; nullopt: their cumulative average.
  HEARTH_ARG(std::optional<double>, momentum) = 0.1;
  /// Whether to scale and shift by learned weight and bias.
  HEARTH_ARG(bool, affine) = true;
  HEARTH_ARG(bool, track_running_stats) = true;
};
using BatchNorm1dOptions = BatchNormOptions;
using BatchNorm2dOptions = BatchNormOptions;

/// Options of InstanceNormNd.
struct InstanceNormOptions {
  InstanceNormOptions(int64_t num_features) : num_features_(num_features) {}
  HEARTH_ARG(int64_t, num_features);
  HEARTH_ARG(double, eps) = 1e-5;
  HEARTH_ARG(double, momentum) = 0.1;
  HEARTH_ARG(bool, affine) = false;
  HEARTH_ARG(bool, track_running_stats) = false;
};
using InstanceNorm1dOptions = InstanceNormOptions;
using InstanceNorm2dOptions = InstanceNormOptions;

/// Options of LayerNorm: the sizes of the last dims, over which values are normalised.
struct LayerNormOptions {
  LayerNormOptions(std::vector<int64_t> normalized_shape)
      : normalized_shape_(std::move(normalized_shape)) {}
  HEARTH_ARG(std::vector<int64_t>, normalized_shape);
  HEARTH_ARG(double, eps) = 1e-5;
  HEARTH_ARG(bool, elementwise_affine) = true;
  /// Whether there is a bias beside the weight.
  HEARTH_ARG(bool, bias) = true;
};

/// Options of RMSNorm; eps defaults to the machine epsilon of the input's type.
struct RMSNormOptions {
  RMSNormOptions(std::vector<int64_t> normalized_shape)
      : normalized_shape_(std::move(normalized_shape)) {}
  HEARTH_ARG(std::vector<int64_t>, normalized_shape);
  HEARTH_ARG(std::optional<double>, eps) = std::nullopt;
  HEARTH_ARG(bool, elementwise_affine) = true;
};

/// Options of GroupNorm.
struct GroupNormOptions {
  GroupNormOptions(int64_t num_groups, int64_t num_channels)
      : num_groups_(num_groups), num_channels_(num_channels) {}
  HEARTH_ARG(int64_t, num_groups);
  HEARTH_ARG(int64_t, num_channels);
  HEARTH_ARG(double, eps) = 1e-5;
  HEARTH_ARG(bool, affine) = true;
};

namespace functional {

/// Options of F::batch_norm.
struct BatchNormFuncOptions {
  HEARTH_ARG(Tensor, weight) = {};
  HEARTH_ARG(Tensor, bias) = {};
  HEARTH_ARG(bool, training) = false;
  HEARTH_ARG(std::optional<double>, momentum) = 0.1;
  HEARTH_ARG(double, eps) = 1e-5;
};

/// Options of F::instance_norm.
struct InstanceNormFuncOptions {
  HEARTH_ARG(Tensor, running_mean) = {};
  HEARTH_ARG(Tensor, running_var) = {};
  HEARTH_ARG(Tensor, weight) = {};
  HEARTH_ARG(Tensor, bias) = {};
  HEARTH_ARG(bool, use_input_stats) = true;
  HEARTH_ARG(double, momentum) = 0.1;
  HEARTH_ARG(double, eps) = 1e-5;
};

/// Options of F::layer_norm.
struct LayerNormFuncOptions {
  LayerNormFuncOptions(std::vector<int64_t> normalized_shape)
      : normalized_shape_(std::move(normalized_shape)) {}
  HEARTH_ARG(std::vector<int64_t>, normalized_shape);
  HEARTH_ARG(Tensor, weight) = {};
  HEARTH_ARG(Tensor, bias) = {};
  HEARTH_ARG(double, eps) = 1e-5;
};

/// Options of F::rms_norm.
struct RMSNormFuncOptions {
  RMSNormFuncOptions(std::vector<int64_t> normalized_shape)
      : normalized_shape_(std::move(normalized_shape)) {}
  HEARTH_ARG(std::vector<int64_t>, normalized_shape);
  HEARTH_ARG(Tensor, weight) = {};
  HEARTH_ARG(std::optional<double>, eps) = std::nullopt;
};

/// Options of F::group_norm.
struct GroupNormFuncOptions {
  GroupNormFuncOptions(int64_t num_groups) : num_groups_(num_groups) {}
  HEARTH_ARG(int64_t, num_groups);
  HEARTH_ARG(Tensor, weight) = {};
  HEARTH_ARG(Tensor, bias) = {};
  HEARTH_ARG(double, eps) = 1e-5;
};

/// Options of F::normalize: divides by the p-norm along dim, or by eps if that is larger.
struct NormalizeFuncOptions {
  HEARTH_ARG(double, p) = 2.0;
  HEARTH_ARG(int64_t, dim) = 1;
  HEARTH_ARG(double, eps) = 1e-12;
  HEARTH_ARG(std::optional<Tensor>, out) = std::nullopt;
};

}  // namespace functional
}  // namespace hearth::nn
