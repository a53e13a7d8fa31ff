// SPDX-License-Identifier: Apache-2.0
// Norms, powers and the exponential of matrices.
#include <cmath>
#include <limits>

#include "hearth/ops/creation.h"
#include "hearth/ops/linalg.h"
#include "hearth/ops/linalg_decompositions.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/view.h"

#include "ops/decompositions.h"
#include "ops/rules.h"

namespace hearth {

// ---- the exponential

namespace ops {

HEARTH_DEFINE_OP(MatrixExp)

Specs MatrixExp::infer(Args in) const {
  check_square("linalg.matrix_exp", in[0]);
  const TensorImpl& a = impl(in[0]);
  return Spec(a.sizes, a.dtype, a.device);
}
Grads MatrixExp::vjp(const Saved& s, Args g, NeedMask) const {
  // The upper right block of exp([A^H, g; 0, A^H]).
  const Tensor a = s.in(0).mH(), zero = zeros_like(a);
  const int64_t n = a.size(-1);
  const Tensor blocks = cat({cat({a, g[0]}, -1), cat({zero, a}, -1)}, -2);
  return one(linalg_matrix_exp(blocks).narrow(-2, 0, n).narrow(-1, n, n));
}

}  // namespace ops

Tensor linalg_matrix_exp(const Tensor& self) { return invoke(ops::MatrixExp{}, self); }
Tensor matrix_exp(const Tensor& self) { return linalg_matrix_exp(self); }

// ---- powers

Tensor linalg_matrix_power(const Tensor& self, int64_t n) {
  HEARTH_CHECK(self.defined(), "[linalg_matrix_power] self is undefined; expected a Tensor");
  HEARTH_CHECK_AS(
      ShapeError, self.dim() >= 2 && self.size(-1) == self.size(-2),
      "[linalg_matrix_power] linalg.matrix_power: A must be batches of square matrices, "
      "but it has sizes ",
      self.sizes());
  if (n == 0) {
    const Tensor one = self.clone();
    one.copy_(eye(self.size(-1), self.options().requires_grad(false)));
    return one;
  }
  if (n == 1) return self.clone();
  Tensor square = n < 0 ? linalg_inv(self) : self, result;
  for (uint64_t left = n < 0 ? 0 - static_cast<uint64_t>(n) : static_cast<uint64_t>(n);;
       square = square.matmul(square)) {
    if (left & 1) result = result.defined() ? result.matmul(square) : square;
    left >>= 1;
    if (left == 0) return result;
  }
}
Tensor matrix_power(const Tensor& self, int64_t n) { return linalg_matrix_power(self, n); }

// ---- norms

namespace {

Tensor as_type(const Tensor& t, std::optional<ScalarType> dtype) {
  return dtype ? t.to(*dtype) : t;
}

/// The two dims of a matrix norm, not negative.
std::array<int64_t, 2> matrix_dims(const Tensor& a, IntArrayRef dim) {
  HEARTH_CHECK_AS(ValueError, dim.size() == 2,
                  "[linalg_matrix_norm] linalg.matrix_norm: dim must be a 2-tuple. Got ", dim);
  const std::array<int64_t, 2> dims = {wrap_dim(dim[0], a.dim(), "linalg_matrix_norm"),
                                       wrap_dim(dim[1], a.dim(), "linalg_matrix_norm")};
  HEARTH_CHECK_AS(ValueError, dims[0] != dims[1],
                  "[linalg_matrix_norm] linalg.matrix_norm: dims must be different. Got (", dim[0],
                  ", ", dim[1], ")");
  return dims;
}

void check_norm_input(const Tensor& self) {
  HEARTH_CHECK(self.defined(), "[linalg_matrix_norm] A is undefined; expected a Tensor");
  HEARTH_CHECK_AS(
      ShapeError, self.dim() >= 2,
      "[linalg_matrix_norm] linalg.matrix_norm: The input tensor A must have at least 2 "
      "dimensions.");
  HEARTH_CHECK_AS(DtypeError, is_differentiable(self.scalar_type()),
                  "[linalg_matrix_norm] linalg.matrix_norm: Expected a floating point or complex "
                  "tensor as input. Got ",
                  to_string(self.scalar_type()));
}

/// f of the singular values, which stand in the last dim.
template <class F>
Tensor of_singular_values(const Tensor& a, const std::array<int64_t, 2>& dims, bool keepdim,
                          const F& f) {
  Tensor out = f(linalg_svdvals(a.movedim({dims[0], dims[1]}, {-2, -1})));
  if (!keepdim) return out;
  const int64_t first = std::min(dims[0], dims[1]), second = std::max(dims[0], dims[1]);
  return out.unsqueeze(first).unsqueeze(second);
}

}  // namespace

Tensor linalg_matrix_norm(const Tensor& self, const Scalar& ord, IntArrayRef dim, bool keepdim,
                          std::optional<ScalarType> dtype) {
  check_norm_input(self);
  const std::array<int64_t, 2> dims = matrix_dims(self, dim);
  const double order = ord.toDouble(), size = std::abs(order);
  HEARTH_CHECK_AS(ValueError, size == 1 || size == 2 || std::isinf(size),
                  "[linalg_matrix_norm] linalg.matrix_norm: Order ", order, " not supported.");
  const Tensor a = as_type(self, dtype);
  const auto extreme = [&](const Tensor& t, int64_t d, bool keep) {
    // The largest sum of none is 0; there is no smallest.
    if (order > 0 && t.size(d) == 0) return t.sum(IntArrayRef(d), keep);
    return order > 0 ? t.amax({d}, keep) : t.amin({d}, keep);
  };
  if (size == 2)
    return of_singular_values(a, dims, keepdim,
                              [&](const Tensor& s) { return extreme(s, -1, false); });
  const auto [summed, left] = size == 1 ? std::pair(dims[0], dims[1]) : std::pair(dims[1], dims[0]);
  const Tensor sums = linalg_vector_norm(a, 1, IntArrayRef(summed), keepdim);
  return extreme(sums, !keepdim && left > summed ? left - 1 : left, keepdim);
}

Tensor linalg_matrix_norm(const Tensor& self, std::string_view ord, IntArrayRef dim, bool keepdim,
                          std::optional<ScalarType> dtype) {
  check_norm_input(self);
  const std::array<int64_t, 2> dims = matrix_dims(self, dim);
  HEARTH_CHECK_AS(ValueError, ord == "fro" || ord == "nuc",
                  "[linalg_matrix_norm] linalg.matrix_norm: Order ", ord, " not supported.");
  const Tensor a = as_type(self, dtype);
  if (ord == "fro") return linalg_vector_norm(a, 2, IntArrayRef(dims.data(), 2), keepdim);
  return of_singular_values(a, dims, keepdim, [](const Tensor& s) { return s.sum({-1}); });
}

namespace {

/// The dims of a norm with an order: as given, or those of a vector or a matrix.
DimVector norm_dims(const Tensor& self, OptionalIntArrayRef dim) {
  if (dim) {
    HEARTH_CHECK_AS(ValueError, dim->size() == 1 || dim->size() == 2,
                    "[linalg_norm] linalg.norm: If dim is specified, it must be of length 1 or 2. "
                    "Got ",
                    *dim);
    return *dim;
  }
  HEARTH_CHECK_AS(
      ShapeError, self.dim() == 1 || self.dim() == 2,
      "[linalg_norm] linalg.norm: If dim is not specified but ord is, the input must be "
      "1D or 2D. Got ",
      self.dim(), "D.");
  return self.dim() == 1 ? DimVector{0} : DimVector{0, 1};
}

}  // namespace

Tensor linalg_norm(const Tensor& self, const std::optional<Scalar>& ord, OptionalIntArrayRef dim,
                   bool keepdim, std::optional<ScalarType> dtype) {
  if (!ord) {
    if (dim || !keepdim) return linalg_vector_norm(self, 2, dim, keepdim, dtype);
    return linalg_vector_norm(self, 2, std::nullopt, true, dtype);
  }
  const DimVector dims = norm_dims(self, dim);
  if (dims.size() == 2) return linalg_matrix_norm(self, *ord, dims, keepdim, dtype);
  return linalg_vector_norm(self, *ord, IntArrayRef(dims), keepdim, dtype);
}
Tensor linalg_norm(const Tensor& self, std::string_view ord, OptionalIntArrayRef dim, bool keepdim,
                   std::optional<ScalarType> dtype) {
  const DimVector dims = norm_dims(self, dim);
  HEARTH_CHECK_AS(ValueError, dims.size() == 2, "[linalg_norm] linalg.norm: ord '", ord,
                  "' is a norm of matrices; expected two "
                  "dims, got ",
                  dims.ref());
  return linalg_matrix_norm(self, ord, dims, keepdim, dtype);
}

Tensor nuclear_norm(const Tensor& self, bool keepdim) {
  return nuclear_norm(self, {-2, -1}, keepdim);
}
Tensor nuclear_norm(const Tensor& self, IntArrayRef dim, bool keepdim) {
  return linalg_matrix_norm(self, "nuc", dim, keepdim);
}

namespace {

Tensor condition(const Tensor& a, const auto& p) {
  ops::check_square("linalg.cond", a);
  const auto [inverse, info] = linalg_inv_ex(a);
  const Tensor shown = inverse.masked_fill(info.gt(0).unsqueeze(-1).unsqueeze(-1),
                                           std::numeric_limits<double>::infinity());
  return linalg_matrix_norm(a, p) * linalg_matrix_norm(shown, p);
}

Tensor zeros_for_empty(const Tensor& a) {
  return zeros(ops::batch_of(a), a.options().dtype(to_real(a.scalar_type())).requires_grad(false));
}

}  // namespace

Tensor linalg_cond(const Tensor& self, const std::optional<Scalar>& p) {
  ops::check_matrix("linalg.cond", self);
  const double order = p ? p->toDouble() : 2;
  if (self.numel() == 0) {
    if (std::abs(order) != 2) ops::check_square("linalg.cond", self);
    return zeros_for_empty(self);
  }
  if (std::abs(order) != 2) return condition(self, *p);
  const Tensor s = linalg_svdvals(self), most = s.select(-1, 0), least = s.select(-1, -1);
  return order > 0 ? most / least : least / most;
}
Tensor linalg_cond(const Tensor& self, std::string_view p) {
  HEARTH_CHECK_AS(ValueError, p == "fro" || p == "nuc",
                  "[linalg_cond] linalg.cond got an invalid norm type: ", p);
  ops::check_square("linalg.cond", self);
  if (self.numel() == 0) return zeros_for_empty(self);
  if (p == "nuc") {
    const Tensor s = linalg_svdvals(self);
    return s.sum({-1}) * s.reciprocal().sum({-1});
  }
  return condition(self, p);
}

// ---- tensors as matrices

namespace {

int64_t product(IntArrayRef sizes) {
  int64_t n = 1;
  for (const int64_t s : sizes) n *= s;
  return n;
}

}  // namespace

Tensor linalg_tensorinv(const Tensor& self, int64_t ind) {
  HEARTH_CHECK_AS(ValueError, ind > 0,
                  "[linalg_tensorinv] Expected a strictly positive integer for 'ind', got ", ind);
  HEARTH_CHECK_AS(ShapeError, ind <= self.dim(), "[linalg_tensorinv] Expected 'ind' of at most ",
                  self.dim(), " dims, got ", ind);
  const auto at = static_cast<size_t>(ind);
  const IntArrayRef first = self.sizes().slice(0, at),
                    second = self.sizes().slice(at, self.sizes().size() - at);
  const int64_t rows = product(first), columns = product(second);
  HEARTH_CHECK_AS(ShapeError, rows == columns,
                  "[linalg_tensorinv] Expected self to satisfy the requirement "
                  "prod(self.shape[ind:]) == prod(self.shape[:ind]), but got ",
                  columns, " != ", rows);
  DimVector sizes = second;
  for (const int64_t n : first) sizes.push_back(n);
  return linalg_inv(self.reshape({columns, rows})).reshape(sizes);
}

Tensor linalg_tensorsolve(const Tensor& self, const Tensor& other, OptionalIntArrayRef dims) {
  Tensor a = self;
  if (dims) {
    DimVector last;
    for (size_t i = 0; i < dims->size(); ++i)
      last.push_back(static_cast<int64_t>(i) - static_cast<int64_t>(dims->size()));
    a = self.movedim(*dims, last);
  }
  const auto rank = static_cast<size_t>(std::min(other.dim(), a.dim()));
  const IntArrayRef sizes = a.sizes().slice(rank, a.sizes().size() - rank);
  const int64_t columns = product(sizes), rows = product(a.sizes().slice(0, rank));
  HEARTH_CHECK_AS(ShapeError, rows == columns,
                  "[linalg_tensorsolve] Expected self to satisfy the requirement "
                  "prod(self.shape[other.ndim:]) == prod(self.shape[:other.ndim]), but got ",
                  columns, " != ", rows);
  return linalg_solve(a.reshape({columns, rows}), other.reshape({-1})).reshape(sizes);
}

Tensor Tensor::matrix_power(int64_t n) const { return hearth::matrix_power(*this, n); }
Tensor Tensor::matrix_exp() const { return hearth::matrix_exp(*this); }

}  // namespace hearth
