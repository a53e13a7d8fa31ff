// SPDX-License-Identifier: Apache-2.0
// Sorting along one dim. NaN counts as larger than everything. Complex tensors have no order and
// throw NotImplementedError.
#pragma once

#include <optional>
#include <tuple>

#include "hearth/tensor/tensor.h"

namespace hearth {

/// Sorted values and where they were (int64). Equal elements always keep their order, `stable` or
/// not.
HEARTH_API std::tuple<Tensor, Tensor> sort(const Tensor& self, int64_t dim = -1,
                                           bool descending = false);
HEARTH_API std::tuple<Tensor, Tensor> sort(const Tensor& self, std::optional<bool> stable,
                                           int64_t dim = -1, bool descending = false);
HEARTH_API std::tuple<Tensor&, Tensor&> sort_out(Tensor& values, Tensor& indices,
                                                 const Tensor& self, int64_t dim = -1,
                                                 bool descending = false);
HEARTH_API std::tuple<Tensor&, Tensor&> sort_out(Tensor& values, Tensor& indices,
                                                 const Tensor& self, std::optional<bool> stable,
                                                 int64_t dim = -1, bool descending = false);
/// The second result of sort.
HEARTH_API Tensor argsort(const Tensor& self, int64_t dim = -1, bool descending = false);
HEARTH_API Tensor argsort(const Tensor& self, bool stable, int64_t dim = -1,
                          bool descending = false);
HEARTH_API Tensor& argsort_out(Tensor& out, const Tensor& self, bool stable, int64_t dim = -1,
                               bool descending = false);
/// The first result of sort along dim 0.
HEARTH_API Tensor msort(const Tensor& self);
HEARTH_API Tensor& msort_out(Tensor& out, const Tensor& self);
/// The k largest elements along dim (the smallest unless `largest`) and where they are; of equal
/// ones, the first. In order when `sorted`. Throws ValueError unless 0 <= k <= size.
HEARTH_API std::tuple<Tensor, Tensor> topk(const Tensor& self, int64_t k, int64_t dim = -1,
                                           bool largest = true, bool sorted = true);
HEARTH_API std::tuple<Tensor&, Tensor&> topk_out(Tensor& values, Tensor& indices,
                                                 const Tensor& self, int64_t k, int64_t dim = -1,
                                                 bool largest = true, bool sorted = true);
/// The k-th smallest element along dim, counted from 1, and where it is. Throws ValueError unless
/// 1 <= k <= size.
HEARTH_API std::tuple<Tensor, Tensor> kthvalue(const Tensor& self, int64_t k, int64_t dim = -1,
                                               bool keepdim = false);
HEARTH_API std::tuple<Tensor&, Tensor&> kthvalue_out(Tensor& values, Tensor& indices,
                                                     const Tensor& self, int64_t k,
                                                     int64_t dim = -1, bool keepdim = false);

}  // namespace hearth
