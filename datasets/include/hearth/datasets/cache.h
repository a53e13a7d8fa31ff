// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "hearth/base/macros.h"

namespace hearth::datasets {

/// $HEARTH_HOME/datasets/NAME (~/.cache/hearth by default), where a data set's files are kept.
HEARTH_API std::string cache_folder(const std::string& name);

}  // namespace hearth::datasets
