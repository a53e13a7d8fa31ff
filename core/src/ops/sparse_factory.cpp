// SPDX-License-Identifier: Apache-2.0
// Sparse tensors from indices and values, which are checked.
#include "hearth/ops/creation.h"
#include "hearth/ops/linalg.h"
#include "hearth/ops/pointwise.h"
#include "hearth/ops/reduce.h"
#include "hearth/ops/sparse.h"
#include "hearth/ops/statistics.h"

#include "base/checked.h"
#include "ops/index_checks.h"
#include "ops/sparse.h"
#include "tensor/host_read.h"

namespace hearth {

using namespace ops;

namespace {

constexpr std::string_view kCoo = "sparse_coo_tensor", kCsr = "sparse_csr_tensor";

void expect_strided(const Tensor& t, const char* what, std::string_view op) {
  HEARTH_CHECK(t.layout() == kStrided, "[", op, "] expected ", what,
               " to be a strided tensor, but got a tensor with layout ", t.layout());
}

/// The values and indices as the options want them.
Tensor ready_values(const Tensor& given, const TensorOptions& options, std::string_view op) {
  expect_strided(given, "values", op);
  const Tensor values = given.dim() == 0 ? given.unsqueeze(0) : given;
  TensorOptions wanted;
  if (options.has_dtype()) wanted = wanted.dtype(options.dtype_opt());
  if (options.has_device()) wanted = wanted.device(options.device_opt());
  return values.to(wanted);
}
Tensor ready_indices(const Tensor& given, const Tensor& values, const char* what,
                     std::string_view op) {
  expect_strided(given, what, op);
  HEARTH_CHECK_AS(DtypeError, is_integral(given.scalar_type(), /*includeBool=*/false), "[", op,
                  "] ", what, " must be an int64 tensor, got ", given.scalar_type());
  return given.detach().to(values.device(), kLong).contiguous();
}

Tensor finish(const Tensor& t, const TensorOptions& options) {
  if (options.requires_grad()) t.set_requires_grad(true);
  return t;
}

void check_coo_parts(const Sparse& s) {
  HEARTH_CHECK_AS(ShapeError, s.indices.dim() == 2, "[", kCoo,
                  "] indices must be sparse_dim x nnz, but got: ", s.indices.sizes());
  HEARTH_CHECK_AS(ShapeError, s.indices.size(1) == s.values.size(0), "[", kCoo,
                  "] indices and values must have same nnz, but got nnz from indices: ",
                  s.indices.size(1), ", nnz from values: ", s.values.size(0));
}

void check_coo_sizes(const Sparse& s) {
  const size_t sparse = s.sparse_dim(), dense = s.values.sizes().size() - 1;
  HEARTH_CHECK_AS(ShapeError, s.sizes.size() == sparse + dense, "[", kCoo,
                  "] 'len(size) == sparse_dim + dense_dim' is not satisfied: len(size) = ",
                  s.sizes.size(), ", sparse_dim = ", sparse, ", dense_dim = ", dense);
  HEARTH_CHECK_AS(ShapeError, s.values.sizes().slice(1).equals(s.sizes.ref().slice(sparse)), "[",
                  kCoo, "] values has incorrect size, expected ", s.sizes.ref().slice(sparse),
                  " behind nnz, got ", s.values.sizes());
}

void check_coo_bounds(const Sparse& s) {
  if (s.indices.numel() == 0 || s.indices.is_meta()) return;
  check_host_read(kCoo);
  const Tensor least = s.indices.amin({1}).cpu(), most = s.indices.amax({1}).cpu();
  for (size_t d = 0; d < s.sparse_dim(); ++d) {
    const auto at = static_cast<int64_t>(d);
    const auto low = least.select(0, at).item<int64_t>(), high = most.select(0, at).item<int64_t>();
    HEARTH_CHECK_AS(IndexError, low >= 0, "[", kCoo, "] found negative index ", low, " for dim ",
                    d);
    HEARTH_CHECK_AS(IndexError, high < s.sizes[d], "[", kCoo,
                    "] size is inconsistent with indices: for dim ", d, ", size is ", s.sizes[d],
                    " but found index ", high);
  }
}

void check_coalesced(const Sparse& s) {
  const Tensor linear = linear_indices(s);
  check_host_read(kCoo);
  HEARTH_CHECK_AS(ValueError, linear.diff().gt(0).all().item<bool>(), "[", kCoo,
                  "] cannot set is_coalesced to true if indices correspond to uncoalesced COO "
                  "tensor");
}

Tensor make_coo(const Tensor& indices, const Tensor& values, std::optional<DimVector> sizes,
                const TensorOptions& options, std::optional<bool> is_coalesced, bool bounds) {
  Sparse s;
  s.values = ready_values(values, options, kCoo);
  s.indices = ready_indices(indices, s.values, "indices", kCoo);
  check_coo_parts(s);
  if (sizes) {
    s.sizes = std::move(*sizes);
  } else {
    s.sizes = DimVector(s.sparse_dim(), 0);
    if (s.indices.size(1) > 0) {
      check_host_read(kCoo);
      for (size_t d = 0; d < s.sparse_dim(); ++d) {
        const auto most = s.indices.select(0, static_cast<int64_t>(d)).max().item<int64_t>();
        s.sizes[d] = (Checked(most) + 1).get(kCoo, "index ", most);
      }
    }
    for (int64_t n : s.values.sizes().slice(1)) s.sizes.push_back(n);
    // A negative index is named before the size that follows from it.
    for (int64_t& n : s.sizes) n = std::max<int64_t>(n, 0);
  }
  check_coo_sizes(s);
  if (bounds) check_coo_bounds(s);
  s.coalesced = is_coalesced.value_or(false);
  if (s.coalesced && bounds) check_coalesced(s);
  return finish(s.tensor(), options);
}

void check_csr(const Sparse& s) {
  HEARTH_CHECK_AS(ShapeError, s.crow.dim() == 1 && s.indices.dim() == 1 && s.values.dim() == 1, "[",
                  kCsr,
                  "] expected vectors of crow_indices, col_indices and values (batches and dense "
                  "dims are not supported), got sizes ",
                  s.crow.sizes(), ", ", s.indices.sizes(), " and ", s.values.sizes());
  HEARTH_CHECK_AS(ShapeError, s.sizes.size() == 2, "[", kCsr, "] expected two sizes, got ",
                  s.sizes.ref());
  HEARTH_CHECK_AS(ShapeError, s.crow.size(0) == s.sizes[0] + 1, "[", kCsr,
                  "] expected crow_indices of ", s.sizes[0] + 1, " elements, rows + 1, got ",
                  s.crow.size(0));
  HEARTH_CHECK_AS(ShapeError, s.indices.size(0) == s.values.size(0), "[", kCsr,
                  "] number of elements in col_indices and values must match, got ",
                  s.indices.size(0), " and ", s.values.size(0));
  if (s.crow.is_meta()) return;
  check_host_read(kCsr);
  const int64_t nnz = s.indices.size(0);
  const auto first = s.crow[0].item<int64_t>(), last = s.crow[-1].item<int64_t>();
  HEARTH_CHECK_AS(IndexError, first == 0, "[", kCsr, "] crow_indices[0] must be 0, got ", first);
  HEARTH_CHECK_AS(IndexError, last == nnz, "[", kCsr, "] crow_indices[-1] must be nnz = ", nnz,
                  ", got ", last);
  HEARTH_CHECK_AS(IndexError, s.crow.diff().ge(0).all().item<bool>(), "[", kCsr,
                  "] crow_indices must not decrease");
  if (nnz == 0) return;
  checked_numel(s.sizes);
  const auto low = s.indices.min().item<int64_t>(), high = s.indices.max().item<int64_t>();
  HEARTH_CHECK_AS(IndexError, low >= 0 && high < s.sizes[1], "[", kCsr,
                  "] col_indices must be in [0, ", s.sizes[1], "), got ", low < 0 ? low : high);
  const Tensor places = linear_indices(s.as_coo());
  const auto distinct = [](const Tensor& ordered) {
    return ordered.diff().gt(0).all().item<bool>();
  };
  HEARTH_CHECK_AS(ValueError, distinct(places) || distinct(std::get<0>(places.sort())), "[", kCsr,
                  "] col_indices of each row must be distinct");
}

Tensor make_csr(const Tensor& crow, const Tensor& col, const Tensor& values,
                std::optional<DimVector> sizes, const TensorOptions& options) {
  Sparse s;
  s.layout = kSparseCsr;
  s.values = ready_values(values, options, kCsr);
  s.crow = ready_indices(crow, s.values, "crow_indices", kCsr);
  s.indices = ready_indices(col, s.values, "col_indices", kCsr);
  HEARTH_CHECK_AS(ShapeError, s.crow.dim() == 1 && s.crow.size(0) > 0, "[", kCsr,
                  "] crow_indices must be a vector of rows + 1 elements, got sizes ",
                  s.crow.sizes());
  if (sizes) {
    s.sizes = std::move(*sizes);
  } else {
    check_host_read(kCsr);
    const int64_t most = s.indices.numel() > 0 ? s.indices.max().item<int64_t>() : -1;
    s.sizes = {s.crow.size(0) - 1,
               std::max<int64_t>((Checked(most) + 1).get(kCsr, "index ", most), 0)};
  }
  check_csr(s);
  return finish(s.tensor(), options);
}

}  // namespace

Tensor sparse_coo_tensor(const Tensor& indices, const Tensor& values, const TensorOptions& options,
                         std::optional<bool> is_coalesced) {
  return make_coo(indices, values, std::nullopt, options, is_coalesced, /*bounds=*/true);
}
Tensor sparse_coo_tensor(const Tensor& indices, const Tensor& values, IntArrayRef size,
                         const TensorOptions& options, std::optional<bool> is_coalesced) {
  return make_coo(indices, values, DimVector(size), options, is_coalesced, /*bounds=*/true);
}
Tensor sparse_coo_tensor(IntArrayRef size, const TensorOptions& options) {
  return finish(empty_coo(size, static_cast<int64_t>(size.size()), options), options);
}
Tensor _sparse_coo_tensor_unsafe(const Tensor& indices, const Tensor& values, IntArrayRef size,
                                 const TensorOptions& options, std::optional<bool> is_coalesced) {
  return make_coo(indices, values, DimVector(size), options, is_coalesced, /*bounds=*/false);
}
Tensor sparse_csr_tensor(const Tensor& crow_indices, const Tensor& col_indices,
                         const Tensor& values, const TensorOptions& options) {
  return make_csr(crow_indices, col_indices, values, std::nullopt, options);
}
Tensor sparse_csr_tensor(const Tensor& crow_indices, const Tensor& col_indices,
                         const Tensor& values, IntArrayRef size, const TensorOptions& options) {
  return make_csr(crow_indices, col_indices, values, DimVector(size), options);
}
Tensor _sparse_mm(const Tensor& sparse, const Tensor& dense) { return mm(sparse, dense); }

}  // namespace hearth
