// SPDX-License-Identifier: Apache-2.0
// From the metadata of a GGUF file to what config.json would say.
#pragma once

#include "hearth/data/readers/jsonl.h"
#include "hearth/text/gguf/gguf_file.h"

namespace hearth::text {

/// The configuration of the model in a file, with its "model_type". Throws FormatErrors that begin
/// with [path].
data::readers::JsonValue gguf_config(const GgufFile& file);

}  // namespace hearth::text
