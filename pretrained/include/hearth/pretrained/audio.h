// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "hearth/audio/from_pretrained.h"
#include "hearth/pretrained/registry.h"

namespace hearth::pretrained {

/// audio::from_pretrained, which also takes the names of entries() for sounds:
///
///     auto classifier = pretrained::audio_classifier("spoken-digits");
///
/// Throws ValueError for a name that is neither such an entry nor a file, folder or repository, and
/// names those that there are.
HEARTH_API audio::Classifier audio_classifier(const std::string& name_or_path,
                                              const audio::PretrainedOptions& options = {});

}  // namespace hearth::pretrained
