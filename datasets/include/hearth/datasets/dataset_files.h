// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "hearth/hub/download.h"

namespace hearth::datasets {

/// What a data set is made of: files on the network, none for one that needs no download, and the
/// folder of the cache that they are kept in.
struct DatasetFiles {
  std::string folder;
  std::vector<hub::RemoteFile> files;
};

}  // namespace hearth::datasets
