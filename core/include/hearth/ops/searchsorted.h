// SPDX-License-Identifier: Apache-2.0
// Places in sorted sequences. Results are int64, or int32 with out_int32; NaN comes after
// everything.
#pragma once

#include <optional>
#include <string_view>

#include "hearth/tensor/tensor.h"

namespace hearth {

/// Where each value is to be inserted so that the sequence stays sorted: before equal elements, or
/// after them with `right` or side "right". The last dim of a sequence of several dims is searched,
/// the others are those of the values. `sorter` has the places of its elements in order.
HEARTH_API Tensor searchsorted(const Tensor& sorted_sequence, const Tensor& self,
                               bool out_int32 = false, bool right = false,
                               std::optional<std::string_view> side = std::nullopt,
                               const std::optional<Tensor>& sorter = {});
HEARTH_API Tensor searchsorted(const Tensor& sorted_sequence, const Scalar& self,
                               bool out_int32 = false, bool right = false,
                               std::optional<std::string_view> side = std::nullopt,
                               const std::optional<Tensor>& sorter = {});
HEARTH_API Tensor& searchsorted_out(Tensor& out, const Tensor& sorted_sequence, const Tensor& self,
                                    bool out_int32 = false, bool right = false,
                                    std::optional<std::string_view> side = std::nullopt,
                                    const std::optional<Tensor>& sorter = {});
HEARTH_API Tensor& searchsorted_out(Tensor& out, const Tensor& sorted_sequence, const Scalar& self,
                                    bool out_int32 = false, bool right = false,
                                    std::optional<std::string_view> side = std::nullopt,
                                    const std::optional<Tensor>& sorter = {});
/// In which part between 1-d boundaries each element lies.
HEARTH_API Tensor bucketize(const Tensor& self, const Tensor& boundaries, bool out_int32 = false,
                            bool right = false);
HEARTH_API Tensor bucketize(const Scalar& self, const Tensor& boundaries, bool out_int32 = false,
                            bool right = false);
HEARTH_API Tensor& bucketize_out(Tensor& out, const Tensor& self, const Tensor& boundaries,
                                 bool out_int32 = false, bool right = false);
HEARTH_API Tensor& bucketize_out(Tensor& out, const Scalar& self, const Tensor& boundaries,
                                 bool out_int32 = false, bool right = false);

/// Whether each element is among the test elements. NaN is not even among NaNs.
HEARTH_API Tensor isin(const Tensor& elements, const Tensor& test_elements,
                       bool assume_unique = false, bool invert = false);
HEARTH_API Tensor isin(const Tensor& elements, const Scalar& test_element,
                       bool assume_unique = false, bool invert = false);
HEARTH_API Tensor isin(const Scalar& element, const Tensor& test_elements,
                       bool assume_unique = false, bool invert = false);
HEARTH_API Tensor& isin_out(Tensor& out, const Tensor& elements, const Tensor& test_elements,
                            bool assume_unique = false, bool invert = false);
HEARTH_API Tensor& isin_out(Tensor& out, const Tensor& elements, const Scalar& test_element,
                            bool assume_unique = false, bool invert = false);
HEARTH_API Tensor& isin_out(Tensor& out, const Scalar& element, const Tensor& test_elements,
                            bool assume_unique = false, bool invert = false);

}  // namespace hearth
