// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hearth/nn/options/dropout.h"
#include "hearth/nn/pimpl.h"

namespace hearth::nn {

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

}  // namespace hearth::nn
