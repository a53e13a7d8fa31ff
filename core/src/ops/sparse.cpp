// SPDX-License-Identifier: Apache-2.0
// Taking sparse tensors apart, and what their indices mean.
#include "ops/sparse.h"

#include <algorithm>

#include "hearth/autograd/grad_mode.h"
#include "hearth/ops/creation.h"
#include "hearth/ops/index.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/searchsorted.h"
#include "hearth/ops/shape.h"
#include "hearth/ops/unique.h"
#include "hearth/ops/view.h"

#include "autograd/tangent.h"

namespace hearth::ops {

namespace {

/// How many elements the first dims of sizes have.
int64_t leading_numel(IntArrayRef sizes, size_t dims) {
  return checked_numel(sizes.slice(0, dims));
}

/// [all of the sparse dims, dense dims...].
DimVector flat_sizes(IntArrayRef sizes, size_t sparse_dim) {
  DimVector flat{leading_numel(sizes, sparse_dim)};
  for (size_t d = sparse_dim; d < sizes.size(); ++d) flat.push_back(sizes[d]);
  return flat;
}

/// Sums of `values` by place, as the values' type adds: bools are joined.
Tensor sums_at(const Tensor& places, const Tensor& values, int64_t count) {
  DimVector sizes(values.sizes());
  sizes[0] = count;
  if (values.scalar_type() == kBool) return sums_at(places, values.to(kLong), count).ne(0);
  return zeros(sizes, values.options()).index_add_(0, places, values);
}

Tensor coalesce(const Tensor& t) {
  Sparse s;
  static_cast<SparseParts&>(s) = sparse_parts(t);
  s.sizes = impl(t).sizes;
  const auto [places, inverse, counts] =
      hearth::unique(linear_indices(s), /*sorted=*/true, /*return_inverse=*/true);
  SparseParts parts;
  parts.values = sums_at(inverse, s.values, places.size(0));
  // The digits of each place.
  Tensor rest = places;
  std::vector<Tensor> digits(s.sparse_dim());
  for (size_t d = digits.size(); d-- > 0;) {
    const int64_t size = std::max<int64_t>(s.sizes[d], 1);
    digits[d] = d == 0 ? rest : rest.remainder(size);
    if (d > 0) rest = rest.div(size, "floor");
  }
  parts.indices = digits.empty() ? s.indices.new_empty({0, places.size(0)}) : stack(digits);
  parts.coalesced = true;
  return with_history_of(new_sparse(kSparse, s.sizes, std::move(parts)), t);
}

}  // namespace

Tensor Sparse::tensor() const {
  HEARTH_CHECK_AS(NotImplementedError, !autograd::forward_level() || !autograd::is_dual(values),
                  "[sparse] sparse tensors have no tangents: forward mode AD cannot pass them");
  SparseParts parts = *this;
  parts.values = alias_tensor(values);
  parts.coalesced |= is_coo() && nnz() < 2;
  return with_history_of_values(new_sparse(layout, sizes, std::move(parts)), values);
}

Tensor Sparse::with(Tensor other_values) const {
  Sparse other = *this;
  other.values = std::move(other_values);
  return other.tensor();
}

Sparse Sparse::as_coo() const {
  Sparse s = *this;
  s.layout = kSparse;
  if (is_coo()) return s;
  s.indices = stack({rows_of_starts(crow, indices.size(0)), indices});
  s.crow = Tensor();
  return s;
}

Sparse parts_of(const Tensor& t) {
  if (!sparse_parts(t).coalesced && is_recorded(t) && impl(t).layout == kSparse)
    return parts_of(coalesce(t));
  Sparse s;
  static_cast<SparseParts&>(s) = sparse_parts(t);
  s.values = values_with_history(t);
  s.layout = impl(t).layout;
  s.sizes = impl(t).sizes;
  return s;
}

Sparse coo_of(const Tensor& t) { return parts_of(t).as_coo(); }

Sparse coalesced(const Tensor& t) {
  const Tensor coo = impl(t).layout == kSparse ? t : coo_of(t).tensor();
  return parts_of(coo.coalesce());
}

Tensor coo_tensor(const Tensor& indices, const Tensor& values, IntArrayRef sizes) {
  Sparse s;
  s.indices = indices;
  s.values = values;
  s.sizes = sizes;
  return s.tensor();
}

Tensor empty_coo(IntArrayRef sizes, int64_t sparse_dim, const TensorOptions& options) {
  const TensorOptions strided = options.layout(kStrided).requires_grad(false);
  DimVector values{0};
  for (int64_t n : sizes.slice(static_cast<size_t>(sparse_dim))) values.push_back(n);
  return coo_tensor(empty({sparse_dim, 0}, strided.dtype(kLong)), empty(values, strided), sizes);
}

Tensor linear_indices(const Sparse& coo) {
  const size_t dims = coo.sparse_dim();
  if (dims == 0) return zeros({coo.indices.size(1)}, coo.indices.options());
  Tensor linear = coo.indices.select(0, 0);
  for (size_t d = 1; d < dims; ++d)
    linear = linear.mul(coo.sizes[d]).add_(coo.indices.select(0, static_cast<int64_t>(d)));
  return linear;
}

Tensor elements_at(const Tensor& t, const Sparse& coo) {
  const size_t dims = coo.sparse_dim();
  if (is_strided(t))
    return t.reshape(flat_sizes(t.sizes(), dims)).index_select(0, linear_indices(coo));
  const Sparse s = coalesced(t);
  if (s.sparse_dim() != dims) return elements_at(t.to_dense(), coo);
  if (s.indices.is_set_to(coo.indices)) return s.values;
  const Tensor wanted = linear_indices(coo);
  if (s.nnz() == 0) {
    DimVector sizes(s.values.sizes());
    sizes[0] = wanted.size(0);
    return zeros(sizes, s.values.options());
  }
  const Tensor present = linear_indices(s);
  const Tensor at = searchsorted(present, wanted).clamp_max(s.nnz() - 1);
  DimVector column(s.values.sizes().size(), 1);
  column[0] = wanted.size(0);
  const Tensor missing = present.index_select(0, at).ne(wanted).view(column);
  return s.values.index_select(0, at).masked_fill(missing, 0);
}

Tensor row_starts(const Tensor& rows, int64_t count) {
  return searchsorted(rows, arange(0, count + 1, rows.options()));
}

Tensor rows_of_starts(const Tensor& crow, int64_t nnz) {
  return repeat_interleave(crow.diff(), std::optional<int64_t>(nnz));
}

}  // namespace hearth::ops

namespace hearth {

using namespace ops;

namespace {

const SparseParts& expect_sparse(const Tensor& t, std::string_view op) {
  HEARTH_CHECK(t.layout() != kStrided, "[", op, "] ", op,
               " expected sparse tensor layout but got Strided");
  return sparse_parts(t);
}

const SparseParts& expect_coo(const Tensor& t, std::string_view op) {
  HEARTH_CHECK(t.layout() == kSparse, "[", op, "] ", op,
               " expected sparse coordinate tensor layout but got ", t.layout());
  return sparse_parts(t);
}

const SparseParts& expect_csr(const Tensor& t, std::string_view op) {
  HEARTH_CHECK(t.layout() == kSparseCsr, "[", op, "] ", op,
               " expected sparse row compressed tensor layout but got ", t.layout());
  return sparse_parts(t);
}

void expect_coalesced(const Tensor& t, std::string_view op) {
  HEARTH_CHECK(t.layout() != kSparse || t.is_coalesced(), "[", op, "] Cannot get ", op,
               " on an uncoalesced tensor, please call .coalesce() first");
}

}  // namespace

Tensor Tensor::coalesce() const {
  return expect_coo(*this, "coalesce").coalesced ? *this : ops::coalesce(*this);
}

Tensor Tensor::to_dense(std::optional<ScalarType> dtype, std::optional<bool> masked_grad) const {
  HEARTH_CHECK_AS(NotImplementedError,
                  masked_grad.value_or(true) || is_strided(*this) ||
                      !(GradMode::is_enabled() && requires_grad()),
                  "[to_dense] a sparse tensor has gradients at its own indices alone; call "
                  "to_dense() without masked_grad=false");
  if (is_strided(*this)) return dtype ? to(*dtype) : *this;
  const Sparse s = coo_of(*this);
  const Tensor values = dtype ? s.values.to(*dtype) : s.values;
  const int64_t rows = leading_numel(s.sizes, s.sparse_dim());
  return sums_at(linear_indices(s), values, rows).view(s.sizes);
}

Tensor Tensor::to_sparse(int64_t sparse_dim) const {
  const int64_t dims = dim();
  if (!is_strided(*this)) {
    HEARTH_CHECK(sparse_dim == this->sparse_dim(),
                 "[to_sparse] conversion from Sparse to Sparse with sparse_dim argument "
                 "!=self.sparse_dim() is not supported");
    return is_sparse() ? *this : coo_of(*this).tensor();
  }
  HEARTH_CHECK_AS(ValueError, sparse_dim >= (dims > 0 ? 1 : 0) && sparse_dim <= dims,
                  "[to_sparse] sparse_dim argument must be in [", dims > 0 ? 1 : 0, ",", dims,
                  "] range, but ", sparse_dim, " is given");
  Tensor present = detach().ne(0);
  for (int64_t d = dims; d-- > sparse_dim;) present = present.any(d, /*keepdim=*/false);
  Sparse s;
  s.indices = present.nonzero().t().contiguous();
  s.sizes = sizes();
  s.coalesced = true;
  s.values = elements_at(*this, s);
  return s.tensor();
}

namespace {

/// A CSR matrix has numbers for elements.
void check_numbers(std::string_view op, std::optional<int64_t> dense_dim) {
  HEARTH_CHECK_AS(NotImplementedError, dense_dim.value_or(0) == 0, "[", op,
                  "] CSR tensors have no dense dims; expected dense_dim 0, got ", *dense_dim);
}

}  // namespace

Tensor Tensor::to_sparse(std::optional<Layout> layout, OptionalIntArrayRef blocksize,
                         std::optional<int64_t> dense_dim) const {
  HEARTH_CHECK_AS(ValueError, layout.value_or(kSparse) != kStrided,
                  "[to_sparse] expected a sparse layout, got Strided; call to_dense()");
  HEARTH_CHECK_AS(NotImplementedError, !blocksize,
                  "[to_sparse] there are no layouts of blocks; leave out blocksize");
  if (layout == kSparseCsr) {
    check_numbers("to_sparse", dense_dim);
    return to_sparse_csr();
  }
  if (!is_strided(*this)) {
    HEARTH_CHECK_AS(NotImplementedError, !dense_dim,
                    "[to_sparse] conversion from Sparse to Sparse with dense_dim argument given is "
                    "not supported");
    return to_sparse(sparse_dim());
  }
  HEARTH_CHECK_AS(ValueError, dense_dim.value_or(0) >= 0 && dense_dim.value_or(0) <= dim(),
                  "[to_sparse] dense_dim argument must be in [0,", dim(), "] range, but ",
                  *dense_dim, " is given");
  return to_sparse(dim() - dense_dim.value_or(0));
}

Tensor Tensor::to_sparse_csr(std::optional<int64_t> dense_dim) const {
  check_numbers("to_sparse_csr", dense_dim);
  if (is_sparse_csr()) return *this;
  HEARTH_CHECK_AS(ShapeError, dim() == 2 && (is_strided(*this) || this->dense_dim() == 0),
                  "[to_sparse_csr] expected a matrix without dense dims, got sizes ", sizes());
  Sparse s = coalesced(is_strided(*this) ? to_sparse() : *this);
  s.crow = row_starts(s.indices.select(0, 0).contiguous(), s.sizes[0]);
  s.indices = s.indices.select(0, 1).contiguous();
  s.layout = kSparseCsr;
  s.coalesced = false;
  return s.tensor();
}

Tensor Tensor::sparse_mask(const Tensor& mask) const {
  HEARTH_CHECK(!is_strided(mask), "[sparse_mask] expected a sparse mask, got a Strided tensor");
  HEARTH_CHECK_AS(ShapeError, sizes() == mask.sizes(),
                  "[sparse_mask] operands have incompatible sizes; self has size ", sizes(),
                  " but mask has size ", mask.sizes());
  const Sparse pattern = parts_of(mask.detach());
  return pattern.with(elements_at(*this, pattern.as_coo()));
}

bool Tensor::is_coalesced() const { return expect_coo(*this, "is_coalesced").coalesced; }

Tensor Tensor::indices() const {
  const SparseParts& parts = expect_coo(*this, "indices");
  expect_coalesced(*this, "indices");
  return parts.indices.alias();
}
Tensor Tensor::values() const {
  expect_sparse(*this, "values");
  expect_coalesced(*this, "values");
  return values_with_history(*this);
}
Tensor Tensor::crow_indices() const { return expect_csr(*this, "crow_indices").crow.alias(); }
Tensor Tensor::col_indices() const { return expect_csr(*this, "col_indices").indices.alias(); }
Tensor Tensor::_indices() const { return expect_coo(*this, "_indices").indices.alias(); }
Tensor Tensor::_values() const { return alias_tensor(expect_sparse(*this, "_values").values); }
int64_t Tensor::_nnz() const { return expect_sparse(*this, "_nnz").values.size(0); }
int64_t Tensor::sparse_dim() const {
  if (is_strided(*this)) return 0;
  return is_sparse() ? sparse_parts(*this).indices.size(0) : 2;
}
int64_t Tensor::dense_dim() const { return dim() - sparse_dim(); }

}  // namespace hearth
