// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "hearth/pretrained/registry.h"
#include "hearth/vision/from_pretrained.h"

namespace hearth::pretrained {

/// vision::from_pretrained, which also takes the names of entries():
///
///     auto classifier = pretrained::image_classifier("lenet-digits");
///
/// Before weights are downloaded, what is known of them is printed on stderr. They are checked
/// against their SHA-256 and kept (see hub::torch_weights). Throws ValueError for a name that is
/// neither an entry nor a file, folder or repository, and names those that there are.
HEARTH_API vision::Classifier image_classifier(const std::string& name_or_path,
                                               const vision::PretrainedOptions& options = {});
/// A model of the registry, or one described in the same way.
HEARTH_API vision::Classifier image_classifier(const Entry& entry,
                                               const vision::PretrainedOptions& options = {});

}  // namespace hearth::pretrained
