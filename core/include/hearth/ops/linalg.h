// SPDX-License-Identifier: Apache-2.0
// Products of matrices and vectors. Operands share one dtype; bool is not supported.
#pragma once

#include <optional>
#include <string_view>

#include "hearth/tensor/tensor.h"

namespace hearth {

/// The product that fits the operands: dot product of two vectors, matrix times vector, matrix
/// product, or a batch of them whose leading dims broadcast. Throws ShapeError when the inner sizes
/// differ or an operand is 0-dim.
HEARTH_API Tensor matmul(const Tensor& self, const Tensor& other);
HEARTH_API Tensor& matmul_out(Tensor& out, const Tensor& self, const Tensor& other);
/// [n, k] @ [k, m].
HEARTH_API Tensor mm(const Tensor& self, const Tensor& mat2);
HEARTH_API Tensor& mm_out(Tensor& out, const Tensor& self, const Tensor& mat2);
/// [b, n, k] @ [b, k, m]; the batch does not broadcast.
HEARTH_API Tensor bmm(const Tensor& self, const Tensor& mat2);
HEARTH_API Tensor& bmm_out(Tensor& out, const Tensor& self, const Tensor& mat2);
/// [n, k] @ [k].
HEARTH_API Tensor mv(const Tensor& self, const Tensor& vec);
/// Sum of products of two vectors.
HEARTH_API Tensor dot(const Tensor& self, const Tensor& tensor);
/// dot with the first vector conjugated.
HEARTH_API Tensor vdot(const Tensor& self, const Tensor& other);
/// [n] and [m] to [n, m]; dtypes promote.
HEARTH_API Tensor outer(const Tensor& self, const Tensor& vec2);
/// Sums products over the last dim of both.
HEARTH_API Tensor inner(const Tensor& self, const Tensor& other);

/// beta * self + alpha * (mat1 @ mat2); self broadcasts. With beta 0, self is not read.
HEARTH_API Tensor addmm(const Tensor& self, const Tensor& mat1, const Tensor& mat2,
                        const Scalar& beta = 1, const Scalar& alpha = 1);
HEARTH_API Tensor& addmm_out(Tensor& out, const Tensor& self, const Tensor& mat1,
                             const Tensor& mat2, const Scalar& beta = 1, const Scalar& alpha = 1);
/// beta * self + alpha * (batch1 @ batch2).
HEARTH_API Tensor baddbmm(const Tensor& self, const Tensor& batch1, const Tensor& batch2,
                          const Scalar& beta = 1, const Scalar& alpha = 1);
/// beta * self + alpha * (mat @ vec).
HEARTH_API Tensor addmv(const Tensor& self, const Tensor& mat, const Tensor& vec,
                        const Scalar& beta = 1, const Scalar& alpha = 1);

/// input @ weight^T + bias: input [..., in], weight [out, in] (or [in]), bias [out].
HEARTH_API Tensor linear(const Tensor& input, const Tensor& weight,
                         const std::optional<Tensor>& bias = {});

/// Sums of products by Einstein's notation: "ij,jk->ik". Subscripts are letters, one per dim; "..."
/// stands for the dims without, which broadcast; a subscript repeated in an operand takes its
/// diagonal. Without "->", the result has the dims of "..." and then the subscripts that appear
/// once, in alphabetical order. Operands are multiplied from left to right, or in the order of
/// `path`: pairs of positions in the list of what is left, to which each product is appended.
HEARTH_API Tensor einsum(std::string_view equation, TensorList tensors,
                         OptionalIntArrayRef path = std::nullopt);
/// Sums products over dims_self of self and, paired in order, dims_other of other. The result has
/// the remaining dims of self, then those of other.
HEARTH_API Tensor tensordot(const Tensor& self, const Tensor& other, IntArrayRef dims_self,
                            IntArrayRef dims_other);

}  // namespace hearth
