// SPDX-License-Identifier: Apache-2.0
#include "ops/sparse_products.h"

#include "hearth/ops/creation.h"
#include "hearth/ops/index.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/shape.h"
#include "hearth/ops/sort.h"
#include "hearth/ops/view.h"

#include "ops/sparse.h"

namespace hearth::ops {

HEARTH_DEFINE_OP(CsrMatmul)
HEARTH_DEFINE_OP(SampledMatmul)

namespace {

void check_types(std::string_view op, const Tensor& a, const Tensor& b) {
  const ScalarType t = impl(a).dtype, u = impl(b).dtype;
  HEARTH_CHECK_AS(DtypeError, t == u, "[", op, "] expected scalar type ", t, " but found ", u);
  HEARTH_CHECK_AS(NotImplementedError, t != kBool, "[", op, "] not implemented for 'Bool'");
}

/// What kernels compute in: the wider type of half ones, and int64.
ScalarType product_type(ScalarType t) {
  if (t == kHalf || t == kBFloat16) return kFloat;
  return is_integral(t, false) ? kLong : t;
}

Tensor conj_of(const Tensor& t) { return t.is_complex() ? t.conj() : t; }

/// A CSR matrix by its parts, without a tensor around them.
struct Csr {
  Tensor crow, col, values;
};

/// The transpose of a CSR matrix of so many columns.
Csr transposed(const Csr& m, int64_t columns) {
  const Tensor order = m.col.argsort();
  const Tensor rows = rows_of_starts(m.crow, m.col.size(0));
  return {row_starts(m.col.index_select(0, order), columns), rows.index_select(0, order),
          m.values.index_select(0, order)};
}

Tensor csr_matmul(const Csr& m, const Tensor& dense) {
  return invoke(CsrMatmul{}, m.crow, m.col, m.values, dense);
}

/// The parts of a sparse matrix with its rows in order.
Csr csr_of(const Tensor& t) {
  Sparse s = parts_of(t);
  HEARTH_CHECK_AS(ShapeError, s.sizes.size() == 2 && impl(s.values).dim() == 1,
                  "[matmul] expected a sparse matrix without dense dims, got sizes ", s.sizes.ref(),
                  " and ", s.sparse_dim(), " sparse dims");
  if (!s.is_coo()) return {s.crow, s.indices, s.values};
  Tensor rows = s.indices.select(0, 0).contiguous(), col = s.indices.select(0, 1).contiguous();
  if (!s.coalesced) {
    const Tensor order = rows.argsort();
    rows = rows.index_select(0, order);
    col = col.index_select(0, order);
    s.values = s.values.index_select(0, order);
  }
  return {row_starts(rows, s.sizes[0]), col, s.values};
}

/// For every value of a, the values of b in the row that is its column.
Tensor sparse_product(const Tensor& left, const Tensor& right) {
  const Sparse a = coalesced(left);
  const Csr b = csr_of(right);
  const Tensor column = a.indices.select(0, 1), starts = b.crow.index_select(0, column);
  const Tensor counts = b.crow.index_select(0, column + 1) - starts;
  const Tensor pair = repeat_interleave(counts);  // the value of a
  // Places in b count up from the start of each row.
  const Tensor before = counts.cumsum(0) - counts;
  const Tensor place =
      arange(pair.size(0), pair.options()) + (starts - before).index_select(0, pair);
  const Tensor indices =
      stack({a.indices.select(0, 0).index_select(0, pair), b.col.index_select(0, place)});
  const Tensor values = a.values.index_select(0, pair) * b.values.index_select(0, place);
  return coo_tensor(indices, values, {left.size(0), right.size(1)}).coalesce();
}

}  // namespace

Specs CsrMatmul::infer(Args in) const {
  const TensorImpl &crow = impl(in[0]), &values = impl(in[2]), &dense = impl(in[3]);
  check_types("csr_matmul", in[2], in[3]);
  HEARTH_CHECK_AS(ShapeError, dense.dim() == 2 && crow.dim() == 1 && crow.numel > 0,
                  "[csr_matmul] expected a matrix, got sizes ", dense.sizes.ref());
  HEARTH_CHECK_AS(ShapeError, impl(in[1]).sizes == values.sizes && values.dim() == 1,
                  "[csr_matmul] expected a value for each column index, got sizes ",
                  values.sizes.ref(), " and ", impl(in[1]).sizes.ref());
  return {Spec({crow.numel - 1, dense.sizes[1]}, dense.dtype, dense.device),
          product_type(dense.dtype)};
}

Grads CsrMatmul::vjp(const Saved& s, Args g, NeedMask need) const {
  Grads grads(4);
  const Tensor crow = s.in(0), col = s.in(1);
  if (need[2])
    grads[2] =
        invoke(SampledMatmul{}, rows_of_starts(crow, col.size(0)), col, g[0], conj_of(s.in(3)));
  if (need[3])
    grads[3] = csr_matmul(transposed({crow, col, conj_of(s.in(2))}, s.in_spec(3).sizes[0]), g[0]);
  return grads;
}

Tensors CsrMatmul::decompose(Args in) const {
  const Tensor rows = rows_of_starts(in[0], in[1].size(0));
  const Tensor terms = in[2].unsqueeze(1) * in[3].index_select(0, in[1]);
  Tensors out;
  out.push_back(
      zeros({in[0].size(0) - 1, in[3].size(1)}, terms.options()).index_add(0, rows, terms));
  return out;
}

Specs SampledMatmul::infer(Args in) const {
  const TensorImpl &a = impl(in[2]), &b = impl(in[3]);
  check_types("sampled_matmul", in[2], in[3]);
  HEARTH_CHECK_AS(ShapeError, a.dim() == 2 && b.dim() == 2 && a.sizes[1] == b.sizes[1],
                  "[sampled_matmul] expected matrices of as many columns, got sizes ",
                  a.sizes.ref(), " and ", b.sizes.ref());
  HEARTH_CHECK_AS(ShapeError, impl(in[0]).sizes == impl(in[1]).sizes && impl(in[0]).dim() == 1,
                  "[sampled_matmul] expected a column for each row, got sizes ",
                  impl(in[0]).sizes.ref(), " and ", impl(in[1]).sizes.ref());
  return {Spec(impl(in[0]).sizes, a.dtype, a.device), product_type(a.dtype)};
}

Tensors SampledMatmul::decompose(Args in) const {
  Tensors out;
  const Tensor products = in[2].index_select(0, in[0]) * in[3].index_select(0, in[1]);
  out.push_back(products.sum({1}, /*keepdim=*/false, products.scalar_type()));
  return out;
}

Tensor sparse_matmul(const Tensor& a, const Tensor& b) {
  HEARTH_CHECK_AS(ShapeError, a.dim() >= 1 && a.dim() <= 2 && b.dim() >= 1 && b.dim() <= 2,
                  "[matmul] sparse products are of matrices and vectors, got sizes ", a.sizes(),
                  " and ", b.sizes());
  HEARTH_CHECK_AS(ShapeError, a.size(-1) == b.size(0),
                  "[matmul] mat1 and mat2 shapes cannot be multiplied (", a.sizes(), " and ",
                  b.sizes(), ")");
  check_types("matmul", a, b);
  if (is_strided(a)) {
    // (b^T a^T)^T; b is a matrix.
    const Tensor left = a.dim() == 1 ? a.unsqueeze(1) : a.t();
    const Csr m = csr_of(b);
    const Tensor product = csr_matmul(transposed(m, b.size(1)), left).t();
    return a.dim() == 1 ? product.select(0, 0) : product;
  }
  if (!is_strided(b)) return sparse_product(a, b);
  const Csr m = csr_of(a);
  return b.dim() == 1 ? csr_matmul(m, b.unsqueeze(1)).select(1, 0) : csr_matmul(m, b);
}

}  // namespace hearth::ops
