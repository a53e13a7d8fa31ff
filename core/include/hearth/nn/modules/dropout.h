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
using Dropout2dOptions = DropoutOptions;

/// Zeroes elements with probability p in training mode, and scales the rest by 1 / (1 - p).
class HEARTH_API DropoutImpl : public Module {
 public:
  explicit DropoutImpl(const DropoutOptions& options_ = {});
  HEARTH_BUILTIN_MODULE(DropoutImpl)
  Tensor forward(const Tensor& input);
  DropoutOptions options;
};
HEARTH_MODULE(Dropout);

/// As Dropout, but whole channels of images [N, C, H, W] or [C, H, W].
class HEARTH_API Dropout2dImpl : public Module {
 public:
  explicit Dropout2dImpl(const DropoutOptions& options_ = {});
  HEARTH_BUILTIN_MODULE(Dropout2dImpl)
  Tensor forward(const Tensor& input);
  DropoutOptions options;
};
HEARTH_MODULE(Dropout2d);

namespace functional {

/// Options of F::dropout.
struct DropoutFuncOptions {
  HEARTH_ARG(double, p) = 0.5;
  HEARTH_ARG(bool, training) = true;
  HEARTH_ARG(bool, inplace) = false;
};
using Dropout2dFuncOptions = DropoutFuncOptions;

/// Zeroes elements with probability p and scales the rest by 1 / (1 - p), when training.
HEARTH_API Tensor dropout(const Tensor& input, const DropoutFuncOptions& options = {});
/// Zeroes whole channels, of [N, C, H, W] or [C, H, W].
HEARTH_API Tensor dropout2d(const Tensor& input, const Dropout2dFuncOptions& options = {});

}  // namespace functional
}  // namespace hearth::nn
