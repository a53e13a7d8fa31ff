// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hearth/base/arg.h"
#include "hearth/nn/pimpl.h"

namespace hearth::nn {

/// Options of the dropout modules: the probability of an element (or channel) to become zero.
struct DropoutOptions {
  DropoutOptions(double p = 0.5) : p_(p) {}
  HEARTH_ARG(double, p);
  HEARTH_ARG(bool, inplace) = false;
};
using Dropout1dOptions = DropoutOptions;
using Dropout2dOptions = DropoutOptions;
using Dropout3dOptions = DropoutOptions;
using AlphaDropoutOptions = DropoutOptions;
using FeatureAlphaDropoutOptions = DropoutOptions;

#define HEARTH_DROPOUT(Name)                                  \
  class HEARTH_API Name##Impl : public Module {               \
   public:                                                    \
    explicit Name##Impl(const DropoutOptions& options_ = {}); \
    HEARTH_BUILTIN_MODULE(Name##Impl)                         \
    Tensor forward(const Tensor& input);                      \
    DropoutOptions options;                                   \
  };                                                          \
  HEARTH_MODULE(Name);
/// Zeroes elements with probability p in training mode, and scales the rest by 1 / (1 - p).
HEARTH_DROPOUT(Dropout)
/// As Dropout, but whole channels of [N, C, L] or [C, L].
HEARTH_DROPOUT(Dropout1d)
/// As Dropout, but whole channels of images [N, C, H, W] or [C, H, W].
HEARTH_DROPOUT(Dropout2d)
/// As Dropout, but whole channels of volumes [N, C, D, H, W] or [C, D, H, W].
HEARTH_DROPOUT(Dropout3d)
/// Sets elements to SELU's lowest value, and keeps mean and variance as they were.
HEARTH_DROPOUT(AlphaDropout)
/// As AlphaDropout, but whole channels.
HEARTH_DROPOUT(FeatureAlphaDropout)
#undef HEARTH_DROPOUT

namespace functional {

/// Options of F::dropout.
struct DropoutFuncOptions {
  HEARTH_ARG(double, p) = 0.5;
  HEARTH_ARG(bool, training) = true;
  HEARTH_ARG(bool, inplace) = false;
};
using Dropout1dFuncOptions = DropoutFuncOptions;
using Dropout2dFuncOptions = DropoutFuncOptions;
using Dropout3dFuncOptions = DropoutFuncOptions;

/// Options of F::alpha_dropout.
struct AlphaDropoutFuncOptions {
  HEARTH_ARG(double, p) = 0.5;
  HEARTH_ARG(bool, training) = false;
  HEARTH_ARG(bool, inplace) = false;
};
using FeatureAlphaDropoutFuncOptions = AlphaDropoutFuncOptions;

/// Zeroes elements with probability p and scales the rest by 1 / (1 - p), when training.
HEARTH_API Tensor dropout(const Tensor& input, const DropoutFuncOptions& options = {});
/// Zeroes whole channels, of [N, C, L] or [C, L].
HEARTH_API Tensor dropout1d(const Tensor& input, const Dropout1dFuncOptions& options = {});
/// Zeroes whole channels, of [N, C, H, W] or [C, H, W].
HEARTH_API Tensor dropout2d(const Tensor& input, const Dropout2dFuncOptions& options = {});
/// Zeroes whole channels, of [N, C, D, H, W] or [C, D, H, W].
HEARTH_API Tensor dropout3d(const Tensor& input, const Dropout3dFuncOptions& options = {});
/// Sets elements to SELU's lowest value, and keeps mean and variance as they were.
HEARTH_API Tensor alpha_dropout(const Tensor& input, const AlphaDropoutFuncOptions& options = {});
/// As alpha_dropout, but whole channels.
HEARTH_API Tensor feature_alpha_dropout(const Tensor& input,
                                        const FeatureAlphaDropoutFuncOptions& options = {});

}  // namespace functional
}  // namespace hearth::nn
