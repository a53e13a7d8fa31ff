// SPDX-License-Identifier: Apache-2.0
// The published data sets of pictures by their names.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "hearth/datasets/vision/by_name.h"

namespace hearth::datasets {

struct PublishedSet {
  PictureDatasetInfo info;
  /// Opens one that is kept in memory, or another one.
  LabeledImages (*images)(Mode mode, const PictureOptions& options);
  std::shared_ptr<vision::PictureSource> (*pictures)(Mode mode, const PictureOptions& options);
};

const std::vector<PublishedSet>& published_sets();
/// Null if there is none of that name.
const PublishedSet* find_set(const std::string& name);
/// Throws ValueError, which names those that there are.
const PublishedSet& get_set(const std::string& name);

}  // namespace hearth::datasets
