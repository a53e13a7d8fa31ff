// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "hearth/vision/models/image_classifier.h"

namespace hearth::vision::models {

/// A module in a Summary.
struct ModuleSummary {
  std::string path;             ///< "" of the network itself
  std::string type;             ///< "Conv2d"
  int64_t depth = 0;            ///< how many modules it lies within
  std::vector<int64_t> output;  ///< the shape of its output, of the first if it ran several times
  int64_t parameters = 0;       ///< its own and those of modules inside
  int64_t macs = 0;             ///< multiplications for the whole batch, with those inside
};

/// What a network consists of, outside before inside.
struct HEARTH_API Summary {
  std::vector<ModuleSummary> modules;
  int64_t parameters = 0, trainable = 0;
  int64_t macs = 0;

  /// As a table of the modules down to a depth: 1 shows those that the network itself consists of.
  std::string table(int64_t depth = 2) const;
};
/// The table.
HEARTH_API std::ostream& operator<<(std::ostream& stream, const Summary& summary);

/// Runs images [N, C, H, W] through the network as it stands and looks at every module.
HEARTH_API Summary summary(ImageClassifierImpl& model, const Tensor& images);
/// Of an architecture for one image; nothing is computed, and no memory is taken for weights.
HEARTH_API Summary summary(const std::string& name, const ModelOptions& options = {});

}  // namespace hearth::vision::models
