// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/ops/samples.h"

namespace hearth::testing_cuda {

/// What a sample's results say whatever the signs and phases of vectors that its row is free to
/// choose: of most rows, the results themselves.
Tensors without_choices(const testing_ops::Sample& s, const Tensors& results);

}  // namespace hearth::testing_cuda
