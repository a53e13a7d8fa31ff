// SPDX-License-Identifier: Apache-2.0
#include "models/matrix.h"

#include "hearth/base/error.h"
#include "hearth/nn/init.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/index.h"
#include "hearth/ops/linalg.h"

namespace hearth::text {

MatrixImpl::MatrixImpl(int64_t out, int64_t in, bool has_bias, double initializer_range)
    : out_features(out), in_features(in) {
  weight = register_parameter("weight", nn::init::normal_(empty({out, in}), 0, initializer_range));
  if (has_bias) bias = register_parameter("bias", zeros({out}));
}

Tensor MatrixImpl::linear(const Tensor& x) const {
  if (!format_) return hearth::linear(x, weight, bias);
  return block_linear(x, weight, *format_, bias, fast_, fast_);
}

Tensor MatrixImpl::embed(const Tensor& ids) const {
  if (!format_) return embedding(weight, ids);
  const Tensor rows = fast_ ? unpack_block_rows(weight, *format_, ids) : embedding(weight, ids);
  return dequantize_blocks(rows, *format_, dtype_);
}

void MatrixImpl::store_blocks(const Tensor& bytes, BlockFormat format, bool fast,
                              ScalarType dtype) {
  const int64_t row = block_row_bytes(format, in_features);
  HEARTH_CHECK_AS(ShapeError,
                  bytes.scalar_type() == kByte && bytes.dim() == 2 &&
                      bytes.size(0) == out_features && bytes.size(1) == row,
                  "[Matrix] expected bytes [", out_features, ", ", row, "] of ", to_string(format),
                  ", got ", bytes.scalar_type(), " ", bytes.sizes());
  unregister_parameter("weight");
  weight = register_buffer("weight", fast ? pack_blocks(bytes, format) : bytes);
  format_ = format;
  fast_ = fast;
  dtype_ = dtype;
}

}  // namespace hearth::text
