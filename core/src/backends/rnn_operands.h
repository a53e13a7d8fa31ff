// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "backends/matmul_args.h"
#include "tensor/raw_copy.h"
#include "tensor/tensor_impl.h"

namespace hearth {

/// A dense operand, null where it is undefined.
template <class T>
class RnnOperand {
 public:
  explicit RnnOperand(const Tensor& t) : tensor_(t.defined() ? contiguous_raw(t) : t) {}
  const T* data() const { return tensor_.defined() ? ptr<T>(tensor_) : nullptr; }

 private:
  Tensor tensor_;
};

/// c [m, n] = a [m, k] @ b [k, n] + beta * c + bias.
template <class T>
MatmulArgs rnn_product(int64_t m, int64_t n, int64_t k, const T* a, MatrixStride a_stride,
                       const T* b, MatrixStride b_stride, T* c, int64_t c_stride, double beta = 0,
                       const T* bias = nullptr) {
  MatmulArgs g;
  g.dtype = dtype_of<T>;
  g.m = m;
  g.n = n;
  g.k = k;
  g.a = a;
  g.b = b;
  g.c = c;
  g.bias = bias;
  g.a_stride = a_stride;
  g.b_stride = b_stride;
  g.c_stride = c_stride;
  g.beta = beta;
  return g;
}

}  // namespace hearth
