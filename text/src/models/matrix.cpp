// SPDX-License-Identifier: Apache-2.0
#include "models/matrix.h"

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

Tensor MatrixImpl::linear(const Tensor& x) const { return hearth::linear(x, weight, bias); }

Tensor MatrixImpl::embed(const Tensor& ids) const { return embedding(weight, ids); }

}  // namespace hearth::text
