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
/// Products of half types with a result of float. As in PyTorch, on CUDA only.
HEARTH_API Tensor mm(const Tensor& self, const Tensor& mat2, ScalarType out_dtype);
HEARTH_API Tensor bmm(const Tensor& self, const Tensor& mat2, ScalarType out_dtype);
HEARTH_API Tensor addmm(const Tensor& self, const Tensor& mat1, const Tensor& mat2,
                        ScalarType out_dtype, const Scalar& beta = 1, const Scalar& alpha = 1);
HEARTH_API Tensor baddbmm(const Tensor& self, const Tensor& batch1, const Tensor& batch2,
                          ScalarType out_dtype, const Scalar& beta = 1, const Scalar& alpha = 1);
/// [n, k] @ [k].
HEARTH_API Tensor mv(const Tensor& self, const Tensor& vec);
HEARTH_API Tensor& mv_out(Tensor& out, const Tensor& self, const Tensor& vec);
/// Sum of products of two vectors.
HEARTH_API Tensor dot(const Tensor& self, const Tensor& tensor);
HEARTH_API Tensor& dot_out(Tensor& out, const Tensor& self, const Tensor& tensor);
/// dot with the first vector conjugated.
HEARTH_API Tensor vdot(const Tensor& self, const Tensor& other);
HEARTH_API Tensor& vdot_out(Tensor& out, const Tensor& self, const Tensor& other);
/// [n] and [m] to [n, m]; dtypes promote.
HEARTH_API Tensor outer(const Tensor& self, const Tensor& vec2);
HEARTH_API Tensor& outer_out(Tensor& out, const Tensor& self, const Tensor& vec2);
inline Tensor ger(const Tensor& self, const Tensor& vec2) { return outer(self, vec2); }
inline Tensor& ger_out(Tensor& out, const Tensor& self, const Tensor& vec2) {
  return outer_out(out, self, vec2);
}
/// Sums products over the last dim of both.
HEARTH_API Tensor inner(const Tensor& self, const Tensor& other);
HEARTH_API Tensor& inner_out(Tensor& out, const Tensor& self, const Tensor& other);

/// beta * self + alpha * (mat1 @ mat2); self broadcasts. With beta 0, self is not read.
HEARTH_API Tensor addmm(const Tensor& self, const Tensor& mat1, const Tensor& mat2,
                        const Scalar& beta = 1, const Scalar& alpha = 1);
HEARTH_API Tensor& addmm_out(Tensor& out, const Tensor& self, const Tensor& mat1,
                             const Tensor& mat2, const Scalar& beta = 1, const Scalar& alpha = 1);
/// beta * self + alpha * (batch1 @ batch2).
HEARTH_API Tensor baddbmm(const Tensor& self, const Tensor& batch1, const Tensor& batch2,
                          const Scalar& beta = 1, const Scalar& alpha = 1);
HEARTH_API Tensor& baddbmm_out(Tensor& out, const Tensor& self, const Tensor& batch1,
                               const Tensor& batch2, const Scalar& beta = 1,
                               const Scalar& alpha = 1);
/// beta * self + alpha * (the sum of batch1 @ batch2 over the batch).
HEARTH_API Tensor addbmm(const Tensor& self, const Tensor& batch1, const Tensor& batch2,
                         const Scalar& beta = 1, const Scalar& alpha = 1);
HEARTH_API Tensor& addbmm_out(Tensor& out, const Tensor& self, const Tensor& batch1,
                              const Tensor& batch2, const Scalar& beta = 1,
                              const Scalar& alpha = 1);
/// beta * self + alpha * (mat @ vec).
HEARTH_API Tensor addmv(const Tensor& self, const Tensor& mat, const Tensor& vec,
                        const Scalar& beta = 1, const Scalar& alpha = 1);
HEARTH_API Tensor& addmv_out(Tensor& out, const Tensor& self, const Tensor& mat, const Tensor& vec,
                             const Scalar& beta = 1, const Scalar& alpha = 1);
inline Tensor& addmv_(Tensor& self, const Tensor& mat, const Tensor& vec, const Scalar& beta = 1,
                      const Scalar& alpha = 1) {
  self.addmv_(mat, vec, beta, alpha);
  return self;
}
/// beta * self + alpha * outer(vec1, vec2); dtypes promote.
HEARTH_API Tensor addr(const Tensor& self, const Tensor& vec1, const Tensor& vec2,
                       const Scalar& beta = 1, const Scalar& alpha = 1);
HEARTH_API Tensor& addr_out(Tensor& out, const Tensor& self, const Tensor& vec1, const Tensor& vec2,
                            const Scalar& beta = 1, const Scalar& alpha = 1);

/// input @ weight^T + bias: input [..., in], weight [out, in] (or [in]), bias [out].
HEARTH_API Tensor linear(const Tensor& input, const Tensor& weight,
                         const std::optional<Tensor>& bias = {});
HEARTH_API Tensor& linear_out(Tensor& out, const Tensor& input, const Tensor& weight,
                              const std::optional<Tensor>& bias = {});
/// input1 @ weight[o] @ input2 for every output o, plus bias: inputs [..., in1] and [..., in2],
/// weight [out, in1, in2].
HEARTH_API Tensor bilinear(const Tensor& input1, const Tensor& input2, const Tensor& weight,
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
HEARTH_API Tensor& tensordot_out(Tensor& out, const Tensor& self, const Tensor& other,
                                 IntArrayRef dims_self, IntArrayRef dims_other);

/// The Kronecker product: every element of self times other, in blocks.
HEARTH_API Tensor kron(const Tensor& self, const Tensor& other);
HEARTH_API Tensor& kron_out(Tensor& out, const Tensor& self, const Tensor& other);
/// The sum of a matrix's diagonal.
HEARTH_API Tensor trace(const Tensor& self);
HEARTH_API Tensor& trace_out(Tensor& out, const Tensor& self);
/// The cross product of vectors along a dim of size 3; sizes broadcast.
HEARTH_API Tensor linalg_cross(const Tensor& self, const Tensor& other, int64_t dim = -1);
HEARTH_API Tensor& linalg_cross_out(Tensor& out, const Tensor& self, const Tensor& other,
                                    int64_t dim = -1);
/// The same along the first dim of size 3 unless dim says otherwise.
HEARTH_API Tensor cross(const Tensor& self, const Tensor& other,
                        std::optional<int64_t> dim = std::nullopt);
HEARTH_API Tensor& cross_out(Tensor& out, const Tensor& self, const Tensor& other,
                             std::optional<int64_t> dim = std::nullopt);
/// Sums conj(x) * y over dim; sizes broadcast.
HEARTH_API Tensor linalg_vecdot(const Tensor& x, const Tensor& y, int64_t dim = -1);
HEARTH_API Tensor& linalg_vecdot_out(Tensor& out, const Tensor& x, const Tensor& y,
                                     int64_t dim = -1);
/// The product of all matrices, in the order that takes the fewest operations; the first and the
/// last may be vectors.
HEARTH_API Tensor linalg_multi_dot(TensorList tensors);
HEARTH_API Tensor& linalg_multi_dot_out(Tensor& out, TensorList tensors);
HEARTH_API Tensor chain_matmul(TensorList matrices);
HEARTH_API Tensor& chain_matmul_out(Tensor& out, TensorList matrices);
inline Tensor linalg_matmul(const Tensor& self, const Tensor& other) { return matmul(self, other); }
inline Tensor& linalg_matmul_out(Tensor& out, const Tensor& self, const Tensor& other) {
  return matmul_out(out, self, other);
}
/// diagonal() of the last two dims.
inline Tensor linalg_diagonal(const Tensor& A, int64_t offset = 0, int64_t dim1 = -2,
                              int64_t dim2 = -1) {
  return A.diagonal(offset, dim1, dim2);
}

namespace linalg {
inline Tensor cross(const Tensor& self, const Tensor& other, int64_t dim = -1) {
  return linalg_cross(self, other, dim);
}
inline Tensor& cross_out(Tensor& out, const Tensor& self, const Tensor& other, int64_t dim = -1) {
  return linalg_cross_out(out, self, other, dim);
}
inline Tensor vecdot(const Tensor& x, const Tensor& y, int64_t dim = -1) {
  return linalg_vecdot(x, y, dim);
}
inline Tensor& vecdot_out(Tensor& out, const Tensor& x, const Tensor& y, int64_t dim = -1) {
  return linalg_vecdot_out(out, x, y, dim);
}
inline Tensor multi_dot(TensorList tensors) { return linalg_multi_dot(tensors); }
inline Tensor& multi_dot_out(Tensor& out, TensorList tensors) {
  return linalg_multi_dot_out(out, tensors);
}
inline Tensor matmul(const Tensor& self, const Tensor& other) { return linalg_matmul(self, other); }
inline Tensor& matmul_out(Tensor& out, const Tensor& self, const Tensor& other) {
  return linalg_matmul_out(out, self, other);
}
inline Tensor diagonal(const Tensor& A, int64_t offset = 0, int64_t dim1 = -2, int64_t dim2 = -1) {
  return linalg_diagonal(A, offset, dim1, dim2);
}
}  // namespace linalg

}  // namespace hearth
