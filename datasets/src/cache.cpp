// SPDX-License-Identifier: Apache-2.0
#include "hearth/datasets/cache.h"

#include "hearth/hub/environment.h"

namespace hearth::datasets {

std::string cache_folder(const std::string& name) { return hub::home() + "/datasets/" + name; }

}  // namespace hearth::datasets
