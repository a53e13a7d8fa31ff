// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>

#include "hearth/base/array_ref.h"
#include "hearth/base/macros.h"

namespace hearth::text {

class PreTrainedTokenizer;

/// A tokenizer for small models that learn from nothing but these texts: a token for each of their
/// most frequent words (of equally frequent ones, in order of their bytes), as BERT splits words
/// from punctuation, with case; [UNK] for others. [PAD], which is 0, is the only token besides.
HEARTH_API PreTrainedTokenizer word_tokenizer(ArrayRef<std::string> texts, size_t vocab_size);

}  // namespace hearth::text
