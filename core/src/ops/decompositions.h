// SPDX-License-Identifier: Apache-2.0
// Rows of matrix decompositions, of the last two dims. `info` outputs are LAPACK's: 0 where all is
// well, else positive. Factors lie in memory as LAPACK writes them, column after column.
#pragma once

#include "dispatch/op.h"

namespace hearth::ops {

/// For rows whose derivative PyTorch does not have either.
[[noreturn]] void throw_no_derivative(std::string_view op);

/// (L, info), or (L^H, info) from the upper triangle.
struct CholeskyEx {
  bool upper = false;
  static constexpr OpInfo info{
      .name = "linalg_cholesky_ex", .cast = Cast::Float32, .outputs = {out::fresh, out::constant}};
  HEARTH_OP(CholeskyEx, upper)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {.out = 1}; }
  Grads vjp(const Saved& s, Args g, NeedMask need) const;
};

/// The inverse of a matrix from its Cholesky factor.
struct CholeskyInverse {
  bool upper = false;
  static constexpr OpInfo info{.name = "cholesky_inverse", .cast = Cast::Float32};
  HEARTH_OP(CholeskyInverse, upper)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {.in = 1, .out = 1}; }
  Grads vjp(const Saved& s, Args g, NeedMask need) const;
};

/// (LU, pivots, info) with row swaps.
struct LuFactorEx {
  static constexpr OpInfo info{.name = "linalg_lu_factor_ex",
                               .cast = Cast::Float32,
                               .outputs = {out::fresh, out::constant, out::constant}};
  HEARTH_OP(LuFactorEx)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {.out = 3}; }
  Grads vjp(const Saved& s, Args g, NeedMask need) const;
};

/// The matrix P of the row swaps that LU's pivots list, counted from 1.
struct LuPermutation {
  int64_t rows = 0;
  ScalarType dtype = kFloat;
  static constexpr OpInfo info{
      .name = "lu_permutation", .differentiable = false, .args = {{"pivots", arg::index}}};
  HEARTH_OP(LuPermutation, rows, dtype)
  Specs infer(Args in) const;
};

/// X of A X = B, or of A^H X = B, from A's factors; batches broadcast.
struct LuSolve {
  bool adjoint = false;
  static constexpr OpInfo info{.name = "linalg_lu_solve",
                               .cast = Cast::Float32,
                               .args = {"LU", {"pivots", arg::index}, "B"}};
  HEARTH_OP(LuSolve, adjoint)
  Specs infer(Args in) const;
  Saves saves(NeedMask need) const { return {.in = 3, .out = need[0]}; }
  Grads vjp(const Saved& s, Args g, NeedMask need) const;
};

/// (X, LU, pivots, info) of A X = B; batches broadcast.
struct SolveEx {
  static constexpr OpInfo info{
      .name = "linalg_solve_ex",
      .cast = Cast::Float32,
      .args = {"A", "B"},
      .outputs = {out::fresh, out::constant, out::constant, out::constant}};
  HEARTH_OP(SolveEx)
  Specs infer(Args in) const;
  Saves saves(NeedMask need) const { return {.in = 1, .out = need[0] ? 7u : 6u}; }
  Grads vjp(const Saved& s, Args g, NeedMask need) const;
};

/// (the inverse, info).
struct InvEx {
  static constexpr OpInfo info{.name = "linalg_inv_ex",
                               .cast = Cast::Float32,
                               .args = {"A"},
                               .outputs = {out::fresh, out::constant}};
  HEARTH_OP(InvEx)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {.out = 1}; }
  Grads vjp(const Saved& s, Args g, NeedMask need) const;
};

/// (determinant, LU, pivots).
struct Det {
  static constexpr OpInfo info{.name = "linalg_det",
                               .cast = Cast::Float32,
                               .args = {"A"},
                               .outputs = {out::fresh, out::constant, out::constant}};
  HEARTH_OP(Det)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {.in = 1, .out = 7}; }
  Grads vjp(const Saved& s, Args g, NeedMask need) const;
};

/// (sign, log |determinant|, LU, pivots).
struct SlogDet {
  static constexpr OpInfo info{.name = "linalg_slogdet",
                               .cast = Cast::Float32,
                               .args = {"A"},
                               .outputs = {out::fresh, out::fresh, out::constant, out::constant}};
  HEARTH_OP(SlogDet)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {.in = 1, .out = 13}; }
  Grads vjp(const Saved& s, Args g, NeedMask need) const;
};

/// X of A X = B (left) or X A = B, of which A is one triangle; batches broadcast.
struct SolveTriangular {
  bool upper = true;
  bool left = true;
  bool unitriangular = false;
  static constexpr OpInfo info{
      .name = "linalg_solve_triangular", .cast = Cast::Float32, .args = {"A", "B"}};
  HEARTH_OP(SolveTriangular, upper, left, unitriangular)
  Specs infer(Args in) const;
  Saves saves(NeedMask need) const { return {.in = 1, .out = need[0]}; }
  Grads vjp(const Saved& s, Args g, NeedMask need) const;
};

/// (LD, pivots, info) of a symmetric or Hermitian matrix, from its lower triangle.
struct LdlFactorEx {
  bool hermitian = false;
  static constexpr OpInfo info{.name = "linalg_ldl_factor_ex",
                               .cast = Cast::Float32,
                               .outputs = {out::fresh, out::constant, out::constant}};
  HEARTH_OP(LdlFactorEx, hermitian)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {}; }
  Grads vjp(const Saved&, Args, NeedMask) const { throw_no_derivative(info.name); }
};
struct LdlSolve {
  bool hermitian = false;
  static constexpr OpInfo info{.name = "linalg_ldl_solve",
                               .cast = Cast::Float32,
                               .args = {"LD", {"pivots", arg::index}, "B"}};
  HEARTH_OP(LdlSolve, hermitian)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {}; }
  Grads vjp(const Saved&, Args, NeedMask) const { throw_no_derivative(info.name); }
};

enum class QrMode {
  Reduced,   ///< Q [m, k], R [k, n]
  Complete,  ///< Q [m, m], R [m, n]
  R          ///< no Q, R [k, n]
};
constexpr QrMode last_value(QrMode) { return QrMode::R; }

/// (Q, R) of A [m, n], k = min(m, n).
struct Qr {
  QrMode mode = QrMode::Reduced;
  static constexpr OpInfo info{.name = "linalg_qr",
                               .cast = Cast::Float32,
                               .args = {"A"},
                               .outputs = {out::fresh, out::fresh}};
  HEARTH_OP(Qr, mode)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {.out = 3}; }
  Grads vjp(const Saved& s, Args g, NeedMask need) const;
};

/// (reflections below the diagonal and R above, tau).
struct Geqrf {
  static constexpr OpInfo info{
      .name = "geqrf", .cast = Cast::Float32, .outputs = {out::fresh, out::fresh}};
  HEARTH_OP(Geqrf)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {}; }
  Grads vjp(const Saved&, Args, NeedMask) const { throw_no_derivative(info.name); }
};

/// The first columns of the product of the reflections 1 - tau v v^H in A's columns.
struct HouseholderProduct {
  static constexpr OpInfo info{.name = "linalg_householder_product",
                               .kind = Kind::Fused,
                               .cast = Cast::Float32,
                               .args = {"input", "tau"}};
  HEARTH_OP(HouseholderProduct)
  Specs infer(Args in) const;
  Tensors decompose(Args in) const;
};

/// That product, or its adjoint, times `other` (left) or the other way round.
struct Ormqr {
  bool left = true;
  bool transpose = false;
  static constexpr OpInfo info{.name = "ormqr",
                               .kind = Kind::Fused,
                               .cast = Cast::Float32,
                               .args = {"self", "tau", "other"}};
  HEARTH_OP(Ormqr, left, transpose)
  Specs infer(Args in) const;
  Tensors decompose(Args in) const;
};

/// (U, S, V^H); without vectors, U and V^H have no elements.
struct Svd {
  bool full_matrices = false;
  bool compute_uv = true;
  static constexpr OpInfo info{.name = "linalg_svd",
                               .cast = Cast::Float32,
                               .args = {"A"},
                               .outputs = {out::fresh, out::fresh, out::fresh}};
  HEARTH_OP(Svd, full_matrices, compute_uv)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {.out = 7}; }
  Grads vjp(const Saved& s, Args g, NeedMask need) const;
};

/// (eigenvalues, eigenvectors) of a symmetric or Hermitian matrix, from one triangle.
struct Eigh {
  bool upper = false;
  bool compute_v = true;
  static constexpr OpInfo info{.name = "linalg_eigh",
                               .cast = Cast::Float32,
                               .args = {"A"},
                               .outputs = {out::fresh, out::fresh}};
  HEARTH_OP(Eigh, upper, compute_v)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {.out = 3}; }
  Grads vjp(const Saved& s, Args g, NeedMask need) const;
};

/// (eigenvalues, eigenvectors), complex.
struct Eig {
  bool compute_v = true;
  static constexpr OpInfo info{
      .name = "linalg_eig", .cast = Cast::Float32, .outputs = {out::fresh, out::fresh}};
  HEARTH_OP(Eig, compute_v)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {.out = 3}; }
  Grads vjp(const Saved& s, Args g, NeedMask need) const;
};

enum class LstsqDriver { Gels, Gelsy, Gelsd, Gelss };
constexpr LstsqDriver last_value(LstsqDriver) { return LstsqDriver::Gelss; }

/// (X of least |A X - B|, the ranks of A, its singular values); what a driver does not find has no
/// elements.
struct Lstsq {
  double rcond = 0;
  LstsqDriver driver = LstsqDriver::Gelsy;
  static constexpr OpInfo info{.name = "linalg_lstsq",
                               .cast = Cast::Float32,
                               .args = {"self", "b"},
                               .outputs = {out::fresh, out::constant, out::constant}};
  HEARTH_OP(Lstsq, rcond, driver)
  Specs infer(Args in) const;
  Saves saves(NeedMask need) const { return {.in = need[0] ? 3u : 1u}; }
  Grads vjp(const Saved& s, Args g, NeedMask need) const;
};

/// exp(A) by its series, after halving A until that is short.
struct MatrixExp {
  static constexpr OpInfo info{.name = "linalg_matrix_exp", .cast = Cast::Float32};
  HEARTH_OP(MatrixExp)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {.in = 1}; }
  Grads vjp(const Saved& s, Args g, NeedMask need) const;
};

/// The root of a Hermitian matrix without negative eigenvalues, from its lower triangle.
struct MatrixSqrth {
  static constexpr OpInfo info{.name = "linalg_matrix_sqrth", .cast = Cast::Float32};
  HEARTH_OP(MatrixSqrth)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {.out = 1}; }
  Grads vjp(const Saved& s, Args g, NeedMask need) const;
};

/// (U, H) of A = U H, by singular values.
struct Polar {
  static constexpr OpInfo info{.name = "linalg_polar",
                               .cast = Cast::Float32,
                               .args = {"A"},
                               .outputs = {out::fresh, out::fresh}};
  HEARTH_OP(Polar)
  Specs infer(Args in) const;
  Saves saves(NeedMask) const { return {.in = 1, .out = 3}; }
  Grads vjp(const Saved& s, Args g, NeedMask need) const;
};

/// X of H X + X H = C, H being Hermitian, of which the lower triangle is read: the derivative of
/// roots, and of its own kind.
struct HermitianSylvester {
  static constexpr OpInfo info{
      .name = "hermitian_sylvester", .cast = Cast::Float32, .args = {"H", "C"}};
  HEARTH_OP(HermitianSylvester)
  Specs infer(Args in) const;
  Saves saves(NeedMask need) const { return {.in = 1, .out = need[0]}; }
  Grads vjp(const Saved& s, Args g, NeedMask need) const;
};

// What their rules share.

/// Throws as PyTorch does where `t` is no matrix (batch) of a type LAPACK has; ops are named as in
/// its messages ("linalg.inv").
void check_matrix(std::string_view op, const Tensor& t, const char* name = "A");
void check_square(std::string_view op, const Tensor& t, const char* name = "A");
/// Throws LinAlgError for what LAPACK said of a matrix; `place` of a batch, or -1.
[[noreturn]] void throw_failed(std::string_view op, int64_t info, int64_t place);
/// The same for the first of a tensor of `info` that is not 0.
HEARTH_API void check_info(std::string_view op, const Tensor& info);
/// A matrix (batch) laid out column after column.
Spec column_spec(DimVector sizes, ScalarType dtype, Device device);
/// The batch dims of a matrix (batch), with `more` after them.
HEARTH_API DimVector batch_of(const Tensor& t, std::initializer_list<int64_t> more = {});
/// Both batch dims broadcast, with `more` after them.
DimVector batch_of(const Tensor& a, const Tensor& b, std::string_view op,
                   std::initializer_list<int64_t> more = {});
/// The matrix (batch) of x_j - x_i in row i, with 1 on the diagonal, to divide by.
Tensor differences(const Tensor& x);

}  // namespace hearth::ops
