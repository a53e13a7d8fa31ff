// SPDX-License-Identifier: Apache-2.0
// What ops with index tensors check.
#pragma once

#include "dispatch/op.h"

namespace hearth::ops {

/// Throws DtypeError unless `index` is of int64 or int32.
void check_index_type(const Tensor& index, std::string_view op);
/// The 1-d index of index_select and its kin has this many entries.
int64_t check_index_vector(const Tensor& index, std::string_view op);
/// Throws DtypeError unless what is written has self's dtype.
void check_same_type(const Tensor& self, const Tensor& source, std::string_view op);

/// An index of any integer dtype as rows take it: int64.
Tensor as_long(const Tensor& index);

}  // namespace hearth::ops
