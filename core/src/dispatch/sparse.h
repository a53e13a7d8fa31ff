// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dispatch/op.h"

namespace hearth {

/// A call with a sparse tensor among its inputs: done in terms of indices and values, by the row's
/// entry in ops/sparse_forms.cpp, or refused.
void invoke_sparse(const Invocation& call);

}  // namespace hearth
