// SPDX-License-Identifier: Apache-2.0
// What decompositions share.
#include "ops/decompositions.h"

#include "hearth/ops/linalg_decompositions.h"
#include "hearth/ops/view.h"

#include "ops/outputs.h"

namespace hearth {

LinAlgError::~LinAlgError() = default;

Tensor& detail::write_out(const char* op, Tensor& out, const Tensor& result) {
  return ops::copy_out(op, out, result);
}

namespace ops {

void throw_no_derivative(std::string_view op) {
  throw NotImplementedError(
      cat_str("[", op, "] the derivative for '", op, "' is not implemented."));
}

namespace {

/// "linalg.inv" as "[linalg_inv] linalg.inv".
std::string both_names(std::string_view op) {
  std::string name(op);
  for (char& c : name)
    if (c == '.') c = '_';
  return cat_str("[", name, "] ", op);
}

bool starts_with(std::string_view s, std::string_view prefix) {
  return s.substr(0, prefix.size()) == prefix;
}

}  // namespace

void check_matrix(std::string_view op, const Tensor& t, const char* name) {
  HEARTH_CHECK(t.defined(), both_names(op), ": ", name, " is undefined; expected a Tensor");
  HEARTH_CHECK_AS(ShapeError, t.dim() >= 2, both_names(op), ": The input tensor ", name,
                  " must have at least 2 dimensions.");
  const ScalarType type = t.scalar_type();
  HEARTH_CHECK_AS(DtypeError, is_differentiable(type), both_names(op),
                  ": Expected a floating point or complex tensor as input. Got ", to_string(type));
  HEARTH_CHECK_AS(DtypeError, type != kHalf && type != kBFloat16, both_names(op),
                  ": Low precision dtypes not supported. Got ", to_string(type));
}

void check_square(std::string_view op, const Tensor& t, const char* name) {
  check_matrix(op, t, name);
  HEARTH_CHECK_AS(ShapeError, t.size(-1) == t.size(-2), both_names(op), ": ", name,
                  " must be batches of square matrices, but they are ", t.size(-2), " by ",
                  t.size(-1), " matrices");
}

void throw_failed(std::string_view op, int64_t info, int64_t place) {
  const std::string who =
      both_names(op) + (place < 0 ? ": " : cat_str(": (Batch element ", place, "): "));
  if (op == "linalg.svd" && info == -4)
    throw LinAlgError(who +
                      "The algorithm failed to converge because the input matrix contained "
                      "non-finite values.");
  std::string why;
  if (starts_with(op, "linalg.inv") || starts_with(op, "cholesky_inverse")) {
    why = cat_str("The diagonal element ", info,
                  " is zero, the inversion could not be completed because the input matrix is "
                  "singular.");
  } else if (starts_with(op, "linalg.solve")) {
    why = "The solver failed because the input matrix is singular.";
  } else if (starts_with(op, "linalg.cholesky")) {
    why = cat_str(
        "The factorization could not be completed because the input is not positive-definite (the "
        "leading minor of order ",
        info, " is not positive-definite).");
  } else if (starts_with(op, "linalg.svd")) {
    why = cat_str(
        "The algorithm failed to converge because the input matrix is ill-conditioned or has too "
        "many repeated singular values (error code: ",
        info, ").");
  } else if (starts_with(op, "linalg.eig")) {
    why = cat_str(
        "The algorithm failed to converge because the input matrix is ill-conditioned or has too "
        "many repeated eigenvalues (error code: ",
        info, ").");
  } else if (starts_with(op, "linalg.lstsq")) {
    why = cat_str(
        "The least squares solution could not be computed because the input matrix does not have "
        "full rank (error code: ",
        info, ").");
  } else if (starts_with(op, "linalg.lu_factor")) {
    why =
        cat_str("U[", info, ",", info,
                "] is zero and using it on lu_solve would result in a division by zero. If you "
                "still want to perform the factorization, consider calling linalg.lu(A, pivot) or "
                "linalg.lu_factor_ex(A, pivot)");
  } else {
    why = cat_str("D[", info, ",", info, "] is zero, so the input matrix is singular.");
  }
  throw LinAlgError(who + why);
}

void check_info(std::string_view op, const Tensor& info) {
  const Tensor codes = info.cpu().contiguous();
  const int32_t* code = codes.const_data_ptr<int32_t>();
  for (int64_t i = 0; i < codes.numel(); ++i)
    if (code[i] != 0) throw_failed(op, code[i], info.dim() > 0 ? i : -1);
}

Spec column_spec(DimVector sizes, ScalarType dtype, Device device) {
  const size_t n = sizes.size();
  DimVector turned = sizes;
  std::swap(turned[n - 1], turned[n - 2]);
  DimVector strides = contiguous_strides(turned);
  std::swap(strides[n - 1], strides[n - 2]);
  return Spec(std::move(sizes), std::move(strides), dtype, device);
}

DimVector batch_of(const Tensor& t, std::initializer_list<int64_t> more) {
  DimVector sizes = impl(t).sizes.ref().slice(0, impl(t).sizes.size() - 2);
  for (const int64_t n : more) sizes.push_back(n);
  return sizes;
}

DimVector batch_of(const Tensor& a, const Tensor& b, std::string_view op,
                   std::initializer_list<int64_t> more) {
  DimVector sizes = broadcast_shapes(batch_of(a), batch_of(b), op);
  for (const int64_t n : more) sizes.push_back(n);
  return sizes;
}

Tensor differences(const Tensor& x) {
  const Tensor d = x.unsqueeze(-2) - x.unsqueeze(-1);
  const Tensor ones = x.new_ones({1}).expand({x.size(-1)});
  return d + diag_embed(ones);
}

}  // namespace ops
}  // namespace hearth
