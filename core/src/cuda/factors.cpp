// SPDX-License-Identifier: Apache-2.0
// Cholesky and LU factors, and what is solved with them.
#include "hearth/autograd/grad_mode.h"

#include "cuda/kernels.h"
#include "cuda/matrix_kernels.h"
#include "cuda/matrix_parts.h"
#include "cuda/solver.h"

namespace hearth::cuda {

namespace {

template <class T>
void cholesky(const Call& call) {
  // Rows are read as columns: the other triangle of the conjugate.
  const char triangle = call.as<ops::CholeskyEx>().upper ? 'L' : 'U';
  copy_raw_into(call.out[0], call.in[0]);
  const auto a = Matrices<T>::out(call.out[0]);
  solver::potrf(triangle, a, ptr<int>(call.out[1]));
  keep_triangle(triangle, a);
}

template <class T>
void cholesky_inverse(const Call& call) {
  const bool upper = call.as<ops::CholeskyInverse>().upper;
  const NoGradGuard no_grad;
  check_diagonal("cholesky_inverse", call.in[0]);
  const Tensor columns = columns_of(call.in[0]);
  const auto factor = Matrices<T>::of(columns), inverse = Matrices<T>::out(call.out[0]);
  const BatchPlaces same(call.in[0], call.out[0]);
  set_identity(inverse);
  // A^-1 = L^-H L^-1 = U^-1 U^-H
  const char triangle = upper ? 'U' : 'L';
  solver::trsm('L', triangle, upper ? 'C' : 'N', 'N', factor, same, inverse);
  solver::trsm('L', triangle, upper ? 'N' : 'C', 'N', factor, same, inverse);
}

/// Factors A into `lu`, and the row swaps and what LAPACK says where they belong.
template <class T>
void factor(const Tensor& a, const Tensor& lu, int* pivots, int* info) {
  copy_raw_into(lu, a);
  solver::getrf(Matrices<T>::out(lu), pivots, info);
}

template <class T>
void lu_factor(const Call& call) {
  factor<T>(call.in[0], call.out[0], ptr<int>(call.out[1]), ptr<int>(call.out[2]));
}

/// op(A) X = B in place of `b`; `lu` and `pivots` may have fewer batch dims, or of size 1.
template <class T>
void solve_with(const Tensor& lu_columns, const Tensor& pivots, char trans, const Tensor& b) {
  const auto x = Matrices<T>::out(b);
  const Workspace swaps(static_cast<size_t>(x.count) * static_cast<size_t>(x.rows) * sizeof(int));
  gather_pivots(ptr<int>(pivots), BatchPlaces(pivots, b, 1), x.count, x.rows, swaps.data<int>());
  solver::getrs(trans, Matrices<T>::of(lu_columns), BatchPlaces(lu_columns, b), swaps.data<int>(),
                x);
}

template <class T>
void lu_solve(const Call& call) {
  const bool adjoint = call.as<ops::LuSolve>().adjoint;
  broadcast_into(call.out[0], call.in[2]);
  if (impl(call.out[0]).numel == 0) return;
  solve_with<T>(columns_of(call.in[0]), contiguous_raw(call.in[1]), adjoint ? 'C' : 'N',
                call.out[0]);
}

template <class T>
void solve(const Call& call) {
  factor<T>(call.in[0], call.out[1], ptr<int>(call.out[2]), ptr<int>(call.out[3]));
  broadcast_into(call.out[0], call.in[1]);
  if (impl(call.out[0]).numel == 0) return;
  solve_with<T>(transposed(call.out[1]), call.out[2], 'N', call.out[0]);
}

template <class T>
void inverse(const Call& call) {
  const Tensor factors = columns_copy(call.in[0]);
  const auto lu = Matrices<T>::of(factors), x = Matrices<T>::out(call.out[0]);
  int* info = ptr<int>(call.out[1]);
  const Workspace pivots(static_cast<size_t>(lu.count) * static_cast<size_t>(lu.rows) *
                         sizeof(int));
  solver::getrf(lu, pivots.data<int>(), info);
  set_identity(x);
  solver::getrs('N', lu, BatchPlaces(call.in[0], call.out[0]), pivots.data<int>(), x);
  fail_where(info, x);
}

/// 1 where an even number of rows changed places, else -1.
Tensor parity(const Tensor& pivots) {
  const Tensor in_place = arange(1, pivots.size(-1) + 1, pivots.options());
  return 1 - pivots.ne(in_place).sum(-1).remainder(2) * 2;
}

template <class T>
void det(const Call& call) {
  const Tensor &lu = call.out[1], &pivots = call.out[2];
  const NoGradGuard no_grad;
  const Tensor info = empty(call.out[0].sizes(), pivots.options());
  factor<T>(call.in[0], lu, ptr<int>(pivots), ptr<int>(info));
  copy_raw_into(call.out[0], lu.diagonal(0, -2, -1).prod(-1) * parity(pivots));
}

template <class T>
void slogdet(const Call& call) {
  const Tensor &lu = call.out[2], &pivots = call.out[3];
  const NoGradGuard no_grad;
  const Tensor info = empty(call.out[0].sizes(), pivots.options());
  factor<T>(call.in[0], lu, ptr<int>(pivots), ptr<int>(info));
  const Tensor diagonal = lu.diagonal(0, -2, -1);
  copy_raw_into(call.out[0], diagonal.sgn().prod(-1) * parity(pivots));
  copy_raw_into(call.out[1], diagonal.abs().log().sum(-1));
}

/// A row-major triangle is the other one of the transposed matrix, so it is not copied.
template <class T>
void solve_triangular(const Call& call) {
  const auto& op = call.as<ops::SolveTriangular>();
  broadcast_into(call.out[0], call.in[1]);
  if (impl(call.out[0]).numel == 0) return;
  const bool turned = impl(call.in[0]).contiguous;
  const Tensor columns = turned ? call.in[0] : columns_of(call.in[0]);
  solver::trsm(op.left ? 'L' : 'R', op.upper != turned ? 'U' : 'L', turned ? 'T' : 'N',
               op.unitriangular ? 'U' : 'N', Matrices<T>::of(columns),
               BatchPlaces(call.in[0], call.out[0]), Matrices<T>::out(call.out[0]));
}

}  // namespace

void install_factors() {
  ops::CholeskyEx::row().kernel[kSlot] = HEARTH_LAPACK_KERNEL(cholesky);
  ops::CholeskyInverse::row().kernel[kSlot] = HEARTH_LAPACK_KERNEL(cholesky_inverse);
  ops::LuFactorEx::row().kernel[kSlot] = HEARTH_LAPACK_KERNEL(lu_factor);
  ops::LuSolve::row().kernel[kSlot] = HEARTH_LAPACK_KERNEL(lu_solve);
  ops::SolveEx::row().kernel[kSlot] = HEARTH_LAPACK_KERNEL(solve);
  ops::InvEx::row().kernel[kSlot] = HEARTH_LAPACK_KERNEL(inverse);
  ops::Det::row().kernel[kSlot] = HEARTH_LAPACK_KERNEL(det);
  ops::SlogDet::row().kernel[kSlot] = HEARTH_LAPACK_KERNEL(slogdet);
  ops::SolveTriangular::row().kernel[kSlot] = HEARTH_LAPACK_KERNEL(solve_triangular);
}

}  // namespace hearth::cuda
