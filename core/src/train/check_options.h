// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hearth/train/options.h"

namespace hearth::train {

/// Throws ValueError for options that make no training.
void check_options(const TrainerOptions& options);

}  // namespace hearth::train
