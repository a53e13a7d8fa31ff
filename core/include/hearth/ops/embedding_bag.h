// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <tuple>

#include "hearth/tensor/tensor.h"

namespace hearth {

/// Rows of `weight` [V, D] by index, bag by bag: bag b is indices[offsets[b]] up to the next bag's
/// first. `mode` 0 sums the rows of a bag (times per_sample_weights, if given), 1 takes their mean,
/// 2 the largest of each column; an empty bag gives zeros. include_last_offset: offsets end with
/// the number of indices. Indices equal to padding_idx do not count and get no gradient. Returns
/// the result [bags, D], each index's bag, each bag's size, and for mode 2 the index that each
/// element came from. With `sparse`, weight's gradient is a sparse tensor.
HEARTH_API std::tuple<Tensor, Tensor, Tensor, Tensor> embedding_bag(
    const Tensor& weight, const Tensor& indices, const Tensor& offsets, bool scale_grad_by_freq,
    int64_t mode, bool sparse, const std::optional<Tensor>& per_sample_weights,
    bool include_last_offset, std::optional<int64_t> padding_idx);
HEARTH_API std::tuple<Tensor, Tensor, Tensor, Tensor> embedding_bag(
    const Tensor& weight, const Tensor& indices, const Tensor& offsets,
    bool scale_grad_by_freq = false, int64_t mode = 0, bool sparse = false,
    const std::optional<Tensor>& per_sample_weights = {}, bool include_last_offset = false);

/// Scales those rows of `self` [V, D] that `indices` names down to a norm of max_norm, in place and
/// without recording.
HEARTH_API const Tensor& embedding_renorm_(const Tensor& self, const Tensor& indices,
                                           double max_norm, double norm_type);

}  // namespace hearth
