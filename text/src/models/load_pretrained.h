// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "hearth/io/tensor_file.h"

#include "models/registry.h"

namespace hearth::text {

/// A model of this configuration with a file's weights, in evaluation mode. Whatever is wrong with
/// either becomes a FormatError that names the file.
std::shared_ptr<PreTrainedModelImpl> load_pretrained(const ModelRow& row,
                                                     const data::readers::JsonValue& config,
                                                     const TensorFile& file,
                                                     const ModelOptions& options,
                                                     LoadingInfo* info);

}  // namespace hearth::text
