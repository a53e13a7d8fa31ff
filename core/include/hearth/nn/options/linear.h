// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "hearth/base/arg.h"

namespace hearth::nn {

/// Options of Linear.
struct LinearOptions {
  LinearOptions(int64_t in_features, int64_t out_features)
      : in_features_(in_features), out_features_(out_features) {}
  HEARTH_ARG(int64_t, in_features);
  HEARTH_ARG(int64_t, out_features);
  /// Whether to add a learned bias.
  HEARTH_ARG(bool, bias) = true;
};

/// Options of Bilinear.
struct BilinearOptions {
  BilinearOptions(int64_t in1_features, int64_t in2_features, int64_t out_features)
      : in1_features_(in1_features), in2_features_(in2_features), out_features_(out_features) {}
  HEARTH_ARG(int64_t, in1_features);
  HEARTH_ARG(int64_t, in2_features);
  HEARTH_ARG(int64_t, out_features);
  HEARTH_ARG(bool, bias) = true;
};

/// Options of Flatten.
struct FlattenOptions {
  HEARTH_ARG(int64_t, start_dim) = 1;
  HEARTH_ARG(int64_t, end_dim) = -1;
};

/// Options of Unflatten.
struct UnflattenOptions {
  UnflattenOptions(int64_t dim, std::vector<int64_t> sizes) : dim_(dim), sizes_(std::move(sizes)) {}
  HEARTH_ARG(int64_t, dim);
  HEARTH_ARG(std::vector<int64_t>, sizes);
};

}  // namespace hearth::nn
