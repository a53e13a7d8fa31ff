// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "hearth/text/gguf/gguf_file.h"

#include "models/registry.h"

namespace hearth::text {

/// A model of this configuration with the weights of a GGUF file, in evaluation mode. Whatever is
/// wrong with either becomes a FormatError that names the file.
std::shared_ptr<PreTrainedModelImpl> load_gguf(const ModelRow& row,
                                               const data::readers::JsonValue& config,
                                               const GgufFile& file, const ModelOptions& options);

}  // namespace hearth::text
