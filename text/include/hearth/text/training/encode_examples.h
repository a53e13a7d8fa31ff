// SPDX-License-Identifier: Apache-2.0
// Labelled texts as ids.
#pragma once

#include <string>
#include <vector>

#include "hearth/text/training/token_examples.h"

namespace hearth::text {

class PreTrainedTokenizer;

/// Texts, or pairs of texts, with a class each. What is longer than max_length tokens is cut.
HEARTH_API TokenExamples labeled_examples(const PreTrainedTokenizer& tokenizer,
                                          ArrayRef<std::string> texts, ArrayRef<int64_t> labels,
                                          int64_t max_length, ArrayRef<std::string> pairs = {});
/// Texts, or pairs of texts, with as many numbers each, one text's after the other's: what is to be
/// predicted of it, or 0 and 1 for each class (TokenExamples::numbers).
HEARTH_API TokenExamples valued_examples(const PreTrainedTokenizer& tokenizer,
                                         ArrayRef<std::string> texts, ArrayRef<float> values,
                                         int64_t max_length, ArrayRef<std::string> pairs = {});
/// Sentences of words with a tag each: the first token of a word has its tag, the others do not
/// count. Words whose tokens are cut off do not count either.
HEARTH_API TokenExamples tagged_examples(const PreTrainedTokenizer& tokenizer,
                                         ArrayRef<std::vector<std::string>> words,
                                         ArrayRef<std::vector<int64_t>> tags, int64_t max_length);
}  // namespace hearth::text
