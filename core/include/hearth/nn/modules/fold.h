// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hearth/base/arg.h"
#include "hearth/nn/expanding_array.h"
#include "hearth/nn/pimpl.h"

namespace hearth::nn {

/// Options of Fold and F::fold.
struct FoldOptions {
  FoldOptions(ExpandingArray<2> output_size, ExpandingArray<2> kernel_size)
      : output_size_(output_size), kernel_size_(kernel_size) {}
  HEARTH_ARG(ExpandingArray<2>, output_size);
  HEARTH_ARG(ExpandingArray<2>, kernel_size);
  HEARTH_ARG(ExpandingArray<2>, dilation) = 1;
  HEARTH_ARG(ExpandingArray<2>, padding) = 0;
  HEARTH_ARG(ExpandingArray<2>, stride) = 1;
};

/// Options of Unfold and F::unfold.
struct UnfoldOptions {
  UnfoldOptions(ExpandingArray<2> kernel_size) : kernel_size_(kernel_size) {}
  HEARTH_ARG(ExpandingArray<2>, kernel_size);
  HEARTH_ARG(ExpandingArray<2>, dilation) = 1;
  HEARTH_ARG(ExpandingArray<2>, padding) = 0;
  HEARTH_ARG(ExpandingArray<2>, stride) = 1;
};

/// Columns [N, C kh kw, L] put into images [N, C, H, W], added up where they meet.
class HEARTH_API FoldImpl : public Module {
 public:
  FoldImpl(ExpandingArray<2> output_size, ExpandingArray<2> kernel_size)
      : FoldImpl(FoldOptions(output_size, kernel_size)) {}
  explicit FoldImpl(const FoldOptions& options_);
  HEARTH_BUILTIN_MODULE(FoldImpl)
  Tensor forward(const Tensor& input);
  FoldOptions options;
};
HEARTH_MODULE(Fold);

/// The windows of images [N, C, H, W] as columns [N, C kh kw, L].
class HEARTH_API UnfoldImpl : public Module {
 public:
  explicit UnfoldImpl(ExpandingArray<2> kernel_size) : UnfoldImpl(UnfoldOptions(kernel_size)) {}
  explicit UnfoldImpl(const UnfoldOptions& options_);
  HEARTH_BUILTIN_MODULE(UnfoldImpl)
  Tensor forward(const Tensor& input);
  UnfoldOptions options;
};
HEARTH_MODULE(Unfold);

namespace functional {

using FoldFuncOptions = FoldOptions;
using UnfoldFuncOptions = UnfoldOptions;

/// [N, C kh kw, L] or [C kh kw, L] to [N, C, H, W] or [C, H, W].
HEARTH_API Tensor fold(const Tensor& input, const FoldFuncOptions& options);
/// [N, C, H, W] to [N, C kh kw, L].
HEARTH_API Tensor unfold(const Tensor& input, const UnfoldFuncOptions& options);

}  // namespace functional
}  // namespace hearth::nn
