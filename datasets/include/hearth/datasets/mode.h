// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace hearth::datasets {

/// Which part of a data set.
enum class Mode : int8_t { kTrain, kTest };

}  // namespace hearth::datasets
