// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hearth/text/gguf/gguf_file.h"
#include "hearth/text/tokenizers/auto_tokenizer.h"

namespace hearth::text {

/// The tokenizer that a GGUF file has in it, with its special tokens and chat templates. Throws
/// FormatErrors that begin with [path]; one of them for a "tokenizer.ggml.pre" that isn't known.
PreTrainedTokenizer gguf_tokenizer(const GgufFile& file);

}  // namespace hearth::text
