// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "hearth/nn/module.h"
#include "hearth/nn/pimpl.h"
#include "hearth/ops/blocks.h"

namespace hearth::text {

/// A weight [out, in] that decoders multiply with or look rows up in, in the form that its file
/// has: the one place that knows of others than plain numbers.
class MatrixImpl : public nn::Module {
 public:
  MatrixImpl(int64_t out, int64_t in, bool bias, double initializer_range);
  /// x [..., in] weight^T + bias: [..., out].
  Tensor linear(const Tensor& x) const;
  /// Rows of the weight: ids [...] to [..., in].
  Tensor embed(const Tensor& ids) const;
  /// Takes a weight that is quantized in blocks, bytes [out, bytes of a row], in place of the plain
  /// one. `fast` as for block_linear, for which they are packed; rows that are looked up are of
  /// `dtype`. Throws ShapeError.
  void store_blocks(const Tensor& bytes, BlockFormat format, bool fast, ScalarType dtype);

  const int64_t out_features, in_features;
  Tensor weight, bias;

 private:
  std::optional<BlockFormat> format_;
  bool fast_ = false;  // and so packed
  ScalarType dtype_ = kFloat;
};
HEARTH_MODULE(Matrix);

}  // namespace hearth::text
