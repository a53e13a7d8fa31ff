// SPDX-License-Identifier: Apache-2.0
// Decompositions of matrices, and what is made of them. Functions work on the last two dims of
// float, double or complex tensors; dims before these are a batch. Those named linalg_x are also
// linalg::x, and have an _out form that takes the results first and writes them, without gradient.
//
// Decompositions call LAPACK (OpenBLAS). Builds without it have LU, Cholesky and triangular solves,
// and what is made of these; the rest throws NotImplementedError. On several threads LAPACK may sum
// in another order than on one; set_deterministic(true) gives it one thread a matrix.
#pragma once

#include <optional>
#include <string_view>
#include <tuple>

#include "hearth/ops/out.h"
#include "hearth/ops/reduce.h"
#include "hearth/tensor/tensor.h"

namespace hearth {

/// A matrix that a function cannot treat: singular, not positive definite, not converging.
class HEARTH_API LinAlgError : public Error {
 public:
  using Error::Error;
  ~LinAlgError() override;
};

/// Whether this build has LAPACK.
HEARTH_API bool has_lapack();
inline bool hasLAPACK() { return has_lapack(); }

/// linalg_name, linalg::name and their _out forms.
#define HEARTH_LINALG(name, parameters, arguments)                   \
  HEARTH_API Tensor linalg_##name parameters;                        \
  HEARTH_OUT(linalg_##name, parameters, arguments)                   \
  namespace linalg {                                                 \
  inline Tensor name parameters { return linalg_##name arguments; }  \
  inline Tensor& name##_out(Tensor& out, HEARTH_UNPACK parameters) { \
    return linalg_##name##_out(out, HEARTH_UNPACK arguments);        \
  }                                                                  \
  }
/// The same for several results: `types` of them, `outs` their parameters, `names` these names.
#define HEARTH_LINALG_TUPLE(name, types, refs, outs, names, parameters, arguments)                 \
  HEARTH_API std::tuple<HEARTH_UNPACK types> linalg_##name parameters;                             \
  HEARTH_OUT_TUPLE(linalg_##name, refs, outs, names, parameters, arguments)                        \
  namespace linalg {                                                                               \
  inline std::tuple<HEARTH_UNPACK types> name parameters { return linalg_##name arguments; }       \
  inline std::tuple<HEARTH_UNPACK refs> name##_out(HEARTH_UNPACK outs, HEARTH_UNPACK parameters) { \
    return linalg_##name##_out(HEARTH_UNPACK names, HEARTH_UNPACK arguments);                      \
  }                                                                                                \
  }
#define HEARTH_LINALG_2(name, a, b, parameters, arguments)                                  \
  HEARTH_LINALG_TUPLE(name, (Tensor, Tensor), (Tensor&, Tensor&), (Tensor & a, Tensor & b), \
                      (a, b), parameters, arguments)
#define HEARTH_LINALG_3(name, a, b, c, parameters, arguments)                      \
  HEARTH_LINALG_TUPLE(name, (Tensor, Tensor, Tensor), (Tensor&, Tensor&, Tensor&), \
                      (Tensor & a, Tensor & b, Tensor & c), (a, b, c), parameters, arguments)
#define HEARTH_LINALG_4(name, a, b, c, d, parameters, arguments)                    \
  HEARTH_LINALG_TUPLE(                                                              \
      name, (Tensor, Tensor, Tensor, Tensor), (Tensor&, Tensor&, Tensor&, Tensor&), \
      (Tensor & a, Tensor & b, Tensor & c, Tensor & d), (a, b, c, d), parameters, arguments)

// ---- Cholesky: L of A = L L^H with A positive definite, or U = L^H from the upper triangle

/// Throws LinAlgError where A is not positive definite.
HEARTH_LINALG(cholesky, (const Tensor& self, bool upper = false), (self, upper))
/// (L, info): info is 0, or the order of the first minor that is not positive.
HEARTH_LINALG_2(cholesky_ex, L, info,
                (const Tensor& self, bool upper = false, bool check_errors = false),
                (self, upper, check_errors))
HEARTH_API Tensor cholesky(const Tensor& self, bool upper = false);
/// The inverse of A from its Cholesky factor.
HEARTH_API Tensor cholesky_inverse(const Tensor& self, bool upper = false);
/// X of A X = self from A's Cholesky factor.
HEARTH_API Tensor cholesky_solve(const Tensor& self, const Tensor& input2, bool upper = false);

// ---- LU: A = P L U

/// (P, L, U), L with ones on its diagonal.
HEARTH_LINALG_3(lu, P, L, U, (const Tensor& A, bool pivot = true), (A, pivot))
/// (LU, pivots): L and U in one matrix, and the row swaps counted from 1. Throws LinAlgError for
/// singular A.
HEARTH_LINALG_2(lu_factor, LU, pivots, (const Tensor& A, bool pivot = true), (A, pivot))
/// (LU, pivots, info): info is 0, or the place of the first zero on U's diagonal.
HEARTH_LINALG_3(lu_factor_ex, LU, pivots, info,
                (const Tensor& A, bool pivot = true, bool check_errors = false),
                (A, pivot, check_errors))
/// X of A X = B (left) or X A = B, or of these with A^H (adjoint), from A's LU factors.
HEARTH_LINALG(lu_solve,
              (const Tensor& LU, const Tensor& pivots, const Tensor& B, bool left = true,
               bool adjoint = false),
              (LU, pivots, B, left, adjoint))
HEARTH_API Tensor lu_solve(const Tensor& self, const Tensor& LU_data, const Tensor& LU_pivots);
/// (P, L, U) of LU factors; what is not unpacked has no elements.
HEARTH_API std::tuple<Tensor, Tensor, Tensor> lu_unpack(const Tensor& LU_data,
                                                        const Tensor& LU_pivots,
                                                        bool unpack_data = true,
                                                        bool unpack_pivots = true);
/// X of A X = B (left) or X A = B; B is a batch of matrices, or of vectors where its sizes are
/// those of A without the last. Throws LinAlgError for singular A.
HEARTH_LINALG(solve, (const Tensor& A, const Tensor& B, bool left = true), (A, B, left))
/// (X, info).
HEARTH_LINALG_2(solve_ex, result, info,
                (const Tensor& A, const Tensor& B, bool left = true, bool check_errors = false),
                (A, B, left, check_errors))
/// X of A X = B (left) or X A = B for triangular A, of which nothing else is read.
HEARTH_LINALG(solve_triangular,
              (const Tensor& self, const Tensor& B, bool upper, bool left = true,
               bool unitriangular = false),
              (self, B, upper, left, unitriangular))
/// (X of A X = self, A), for triangular A.
HEARTH_API std::tuple<Tensor, Tensor> triangular_solve(const Tensor& self, const Tensor& A,
                                                       bool upper = true, bool transpose = false,
                                                       bool unitriangular = false);
/// Throws LinAlgError for singular A.
HEARTH_LINALG(inv, (const Tensor& A), (A))
/// (the inverse, info).
HEARTH_LINALG_2(inv_ex, inverse, info, (const Tensor& A, bool check_errors = false),
                (A, check_errors))
HEARTH_API Tensor inverse(const Tensor& self);
HEARTH_LINALG(det, (const Tensor& A), (A))
HEARTH_API Tensor det(const Tensor& self);
/// log of the determinant; NaN where that is negative.
HEARTH_API Tensor logdet(const Tensor& self);
/// (sign, log |determinant|).
HEARTH_LINALG_2(slogdet, sign, logabsdet, (const Tensor& A), (A))
HEARTH_API std::tuple<Tensor, Tensor> slogdet(const Tensor& self);

// ---- LDL: A = L D L^T, or L D L^H (hermitian), from the lower triangle; without gradients

/// (LD, pivots).
HEARTH_LINALG_2(ldl_factor, LD, pivots, (const Tensor& self, bool hermitian = false),
                (self, hermitian))
/// (LD, pivots, info).
HEARTH_LINALG_3(ldl_factor_ex, LD, pivots, info,
                (const Tensor& self, bool hermitian = false, bool check_errors = false),
                (self, hermitian, check_errors))
/// X of A X = B from A's LDL factors.
HEARTH_LINALG(ldl_solve,
              (const Tensor& LD, const Tensor& pivots, const Tensor& B, bool hermitian = false),
              (LD, pivots, B, hermitian))

// ---- QR

/// (Q, R) of A [m, n]: Q [m, k] and R [k, n] with k = min(m, n) ("reduced"), Q [m, m] and R [m, n]
/// ("complete"), or R alone ("r").
HEARTH_LINALG_2(qr, Q, R, (const Tensor& A, std::string_view mode = "reduced"), (A, mode))
HEARTH_API std::tuple<Tensor, Tensor> qr(const Tensor& self, bool some = true);
/// (reflections, tau) as LAPACK's geqrf gives them.
HEARTH_API std::tuple<Tensor, Tensor> geqrf(const Tensor& self);
/// The first columns of the product of geqrf's reflections.
HEARTH_LINALG(householder_product, (const Tensor& input, const Tensor& tau), (input, tau))
HEARTH_API Tensor orgqr(const Tensor& self, const Tensor& input2);
/// That product, or its adjoint (transpose), times input3 (left), or input3 times it.
HEARTH_API Tensor ormqr(const Tensor& self, const Tensor& input2, const Tensor& input3,
                        bool left = true, bool transpose = false);

// ---- spectra

/// (U, S, V^H) with A = U diag(S) V^H, S descending; U and V are square (full_matrices), or have
/// min(m, n) columns. The driver is for GPUs. Gradients want different singular values, and a loss
/// that does not depend on the phase of complex vectors.
HEARTH_LINALG_3(svd, U, S, Vh,
                (const Tensor& A, bool full_matrices = true,
                 std::optional<std::string_view> driver = std::nullopt),
                (A, full_matrices, driver))
HEARTH_LINALG(svdvals, (const Tensor& A, std::optional<std::string_view> driver = std::nullopt),
              (A, driver))
/// (U, S, V), with V rather than V^H.
HEARTH_API std::tuple<Tensor, Tensor, Tensor> svd(const Tensor& self, bool some = true,
                                                  bool compute_uv = true);
/// (eigenvalues, eigenvectors) of a symmetric or Hermitian matrix, ascending, from its lower ("L")
/// or upper ("U") triangle.
HEARTH_LINALG_2(eigh, eigenvalues, eigenvectors, (const Tensor& self, std::string_view UPLO = "L"),
                (self, UPLO))
HEARTH_LINALG(eigvalsh, (const Tensor& self, std::string_view UPLO = "L"), (self, UPLO))
/// (eigenvalues, eigenvectors) of any square matrix: complex, vectors of length 1.
HEARTH_LINALG_2(eig, eigenvalues, eigenvectors, (const Tensor& self), (self))
HEARTH_LINALG(eigvals, (const Tensor& self), (self))

// ---- least squares and the pseudoinverse

/// (X of least |A X - B|, residuals, rank, singular values). The driver is gels (full rank), gelsy
/// (the default), gelsd or gelss; singular values up to rcond times the largest count as 0.
HEARTH_LINALG_4(lstsq, solution, residuals, rank, singular_values,
                (const Tensor& self, const Tensor& b, std::optional<double> rcond = std::nullopt,
                 std::optional<std::string_view> driver = std::nullopt),
                (self, b, rcond, driver))
/// The pseudoinverse. Singular values up to max(atol, rtol * the largest) count as 0; rtol is
/// max(m, n) * epsilon unless one of them is given.
HEARTH_LINALG(pinv,
              (const Tensor& self, const std::optional<Tensor>& atol = {},
               const std::optional<Tensor>& rtol = {}, bool hermitian = false),
              (self, atol, rtol, hermitian))
HEARTH_LINALG(pinv,
              (const Tensor& self, std::optional<double> atol, std::optional<double> rtol,
               bool hermitian = false),
              (self, atol, rtol, hermitian))
HEARTH_LINALG(pinv, (const Tensor& self, double rcond, bool hermitian = false),
              (self, rcond, hermitian))
HEARTH_LINALG(pinv, (const Tensor& self, const Tensor& rcond, bool hermitian = false),
              (self, rcond, hermitian))
HEARTH_API Tensor pinverse(const Tensor& self, double rcond = 1e-15);
/// How many singular values are above the tolerance, which is as pinv's.
HEARTH_LINALG(matrix_rank,
              (const Tensor& input, const std::optional<Tensor>& atol = {},
               const std::optional<Tensor>& rtol = {}, bool hermitian = false),
              (input, atol, rtol, hermitian))
HEARTH_LINALG(matrix_rank,
              (const Tensor& self, std::optional<double> atol, std::optional<double> rtol,
               bool hermitian = false),
              (self, atol, rtol, hermitian))
HEARTH_LINALG(matrix_rank, (const Tensor& self, double tol, bool hermitian = false),
              (self, tol, hermitian))
HEARTH_LINALG(matrix_rank, (const Tensor& input, const Tensor& tol, bool hermitian = false),
              (input, tol, hermitian))

// ---- norms

/// The norm of matrices in two dims: 2 and -2 (the largest and smallest singular value), 1 and -1
/// (sums of columns), inf and -inf (sums of rows).
HEARTH_LINALG(matrix_norm,
              (const Tensor& self, const Scalar& ord, IntArrayRef dim = {-2, -1},
               bool keepdim = false, std::optional<ScalarType> dtype = std::nullopt),
              (self, ord, dim, keepdim, dtype))
/// "fro", the root of the sum of squares, or "nuc", the sum of singular values.
HEARTH_LINALG(matrix_norm,
              (const Tensor& self, std::string_view ord = "fro", IntArrayRef dim = {-2, -1},
               bool keepdim = false, std::optional<ScalarType> dtype = std::nullopt),
              (self, ord, dim, keepdim, dtype))
/// A vector norm over one dim, a matrix norm over two; without ord, the vector norm of order 2.
HEARTH_LINALG(norm,
              (const Tensor& self, const std::optional<Scalar>& ord = std::nullopt,
               OptionalIntArrayRef dim = std::nullopt, bool keepdim = false,
               std::optional<ScalarType> dtype = std::nullopt),
              (self, ord, dim, keepdim, dtype))
HEARTH_LINALG(norm,
              (const Tensor& self, std::string_view ord, OptionalIntArrayRef dim = std::nullopt,
               bool keepdim = false, std::optional<ScalarType> dtype = std::nullopt),
              (self, ord, dim, keepdim, dtype))
namespace linalg {
inline Tensor vector_norm(const Tensor& self, const Scalar& ord = 2,
                          OptionalIntArrayRef dim = std::nullopt, bool keepdim = false,
                          std::optional<ScalarType> dtype = std::nullopt) {
  return linalg_vector_norm(self, ord, dim, keepdim, dtype);
}
inline Tensor& vector_norm_out(Tensor& out, const Tensor& self, const Scalar& ord = 2,
                               OptionalIntArrayRef dim = std::nullopt, bool keepdim = false,
                               std::optional<ScalarType> dtype = std::nullopt) {
  return linalg_vector_norm_out(out, self, ord, dim, keepdim, dtype);
}
}  // namespace linalg
HEARTH_API Tensor nuclear_norm(const Tensor& self, bool keepdim = false);
HEARTH_API Tensor nuclear_norm(const Tensor& self, IntArrayRef dim, bool keepdim = false);
/// norm(A) * norm(A^-1) in the matrix norm p (2 unless given); inf for singular A.
HEARTH_LINALG(cond, (const Tensor& self, const std::optional<Scalar>& p = std::nullopt), (self, p))
HEARTH_LINALG(cond, (const Tensor& self, std::string_view p), (self, p))

// ---- functions of matrices

/// A^n; n < 0 inverts.
HEARTH_LINALG(matrix_power, (const Tensor& self, int64_t n), (self, n))
HEARTH_API Tensor matrix_power(const Tensor& self, int64_t n);
HEARTH_LINALG(matrix_exp, (const Tensor& self), (self))
HEARTH_API Tensor matrix_exp(const Tensor& self);
/// The Hermitian X without negative eigenvalues of X X = A, from the lower triangle of a Hermitian
/// (real: symmetric) A [..., n, n]. Negative eigenvalues of A count as 0. The gradient needs A to
/// be positive definite; equal eigenvalues do not matter.
HEARTH_LINALG(matrix_sqrth, (const Tensor& self), (self))
/// (U, H) of A = U H for A [..., m, n] with m >= n: the columns of U [..., m, n] are orthonormal, H
/// [..., n, n] is Hermitian without negative eigenvalues. The gradient needs A to have full rank.
HEARTH_LINALG_2(polar, U, H, (const Tensor& A), (A))
/// The inverse of tensordot's product over the last dims: sizes from `ind` on count as columns.
HEARTH_LINALG(tensorinv, (const Tensor& self, int64_t ind = 2), (self, ind))
/// X of tensordot(self, X, X.dim()) = other, after `dims` of self have moved to the end.
HEARTH_LINALG(tensorsolve,
              (const Tensor& self, const Tensor& other, OptionalIntArrayRef dims = std::nullopt),
              (self, other, dims))

#undef HEARTH_LINALG
#undef HEARTH_LINALG_TUPLE
#undef HEARTH_LINALG_2
#undef HEARTH_LINALG_3
#undef HEARTH_LINALG_4

// ---- _out forms of functions without `linalg_`

HEARTH_OUT(cholesky, (const Tensor& self, bool upper = false), (self, upper))
HEARTH_OUT(cholesky_inverse, (const Tensor& self, bool upper = false), (self, upper))
HEARTH_OUT(cholesky_solve, (const Tensor& self, const Tensor& input2, bool upper = false),
           (self, input2, upper))
HEARTH_OUT(lu_solve, (const Tensor& self, const Tensor& LU_data, const Tensor& LU_pivots),
           (self, LU_data, LU_pivots))
HEARTH_OUT(inverse, (const Tensor& self), (self))
HEARTH_OUT(orgqr, (const Tensor& self, const Tensor& input2), (self, input2))
HEARTH_OUT(ormqr,
           (const Tensor& self, const Tensor& input2, const Tensor& input3, bool left = true,
            bool transpose = false),
           (self, input2, input3, left, transpose))
HEARTH_OUT(matrix_power, (const Tensor& self, int64_t n), (self, n))
HEARTH_OUT(nuclear_norm, (const Tensor& self, bool keepdim = false), (self, keepdim))
HEARTH_OUT(nuclear_norm, (const Tensor& self, IntArrayRef dim, bool keepdim = false),
           (self, dim, keepdim))
HEARTH_OUT_3(lu_unpack, P, L, U,
             (const Tensor& LU_data, const Tensor& LU_pivots, bool unpack_data = true,
              bool unpack_pivots = true),
             (LU_data, LU_pivots, unpack_data, unpack_pivots))
HEARTH_OUT_2(slogdet, sign, logabsdet, (const Tensor& self), (self))
HEARTH_OUT_2(qr, Q, R, (const Tensor& self, bool some = true), (self, some))
HEARTH_OUT_2(geqrf, a, tau, (const Tensor& self), (self))
HEARTH_OUT_3(svd, U, S, V, (const Tensor& self, bool some = true, bool compute_uv = true),
             (self, some, compute_uv))
HEARTH_OUT_2(triangular_solve, X, M,
             (const Tensor& self, const Tensor& A, bool upper = true, bool transpose = false,
              bool unitriangular = false),
             (self, A, upper, transpose, unitriangular))

}  // namespace hearth
