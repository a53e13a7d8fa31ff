// SPDX-License-Identifier: Apache-2.0

#include "hearth/text/training/encode_examples.h"

#include "hearth/base/error.h"
#include "hearth/text/tokenizers/auto_tokenizer.h"

namespace hearth::text {
namespace {

BatchOptions cut_to(int64_t max_length) {
  return BatchOptions().truncation(true).max_length(max_length);
}

/// What is no padding: batches of a training are other ones than those that are encoded at once.
TokenExamples::Example example_of(const PreTrainedTokenizer& tokenizer, const Encoding& encoding) {
  TokenExamples::Example example;
  for (size_t i = 0; i < encoding.size(); ++i) {
    if (!encoding.attention_mask[i]) continue;
    example.ids.push_back(encoding.ids[i]);
    if (tokenizer.token_type_ids) example.type_ids.push_back(encoding.type_ids[i]);
  }
  return example;
}

TokenExamples examples_for(const PreTrainedTokenizer& tokenizer, bool by_token) {
  TokenExamples result;
  result.by_token = by_token;
  result.pad_id = tokenizer.pad_token_id().value_or(0);
  return result;
}

/// How many texts are encoded at once: their encodings are much larger than their ids.
constexpr size_t kAtOnce = 1024;

/// Texts or pairs of texts as ids; `who` asks for it. What is right for them is to come.
TokenExamples text_examples(const char* who, const PreTrainedTokenizer& tokenizer,
                            ArrayRef<std::string> texts, int64_t max_length,
                            ArrayRef<std::string> pairs) {
  HEARTH_CHECK_AS(ValueError, pairs.empty() || pairs.size() == texts.size(), "[", who,
                  "] expected as many pairs as texts, got ", texts.size(), " texts and ",
                  pairs.size(), " pairs");
  TokenExamples result = examples_for(tokenizer, false);
  for (size_t first = 0; first < texts.size(); first += kAtOnce) {
    const size_t n = std::min(kAtOnce, texts.size() - first);
    BatchEncoding batch;
    if (pairs.empty()) {
      batch = tokenizer(texts.slice(first, n), cut_to(max_length));
    } else {
      std::vector<std::pair<std::string, std::string>> both;
      for (size_t i = first; i < first + n; ++i) both.emplace_back(texts[i], pairs[i]);
      batch = tokenizer(both, cut_to(max_length));
    }
    for (const Encoding& encoding : batch.encodings)
      result.examples.push_back(example_of(tokenizer, encoding));
  }
  return result;
}

}  // namespace

TokenExamples labeled_examples(const PreTrainedTokenizer& tokenizer, ArrayRef<std::string> texts,
                               ArrayRef<int64_t> labels, int64_t max_length,
                               ArrayRef<std::string> pairs) {
  HEARTH_CHECK_AS(ValueError, texts.size() == labels.size(),
                  "[labeled_examples] expected as many labels as texts, got ", texts.size(),
                  " texts and ", labels.size(), " labels");
  TokenExamples result = text_examples("labeled_examples", tokenizer, texts, max_length, pairs);
  for (size_t i = 0; i < labels.size(); ++i) result.examples[i].labels = {labels[i]};
  return result;
}

TokenExamples valued_examples(const PreTrainedTokenizer& tokenizer, ArrayRef<std::string> texts,
                              ArrayRef<float> values, int64_t max_length,
                              ArrayRef<std::string> pairs) {
  HEARTH_CHECK_AS(ValueError,
                  !texts.empty() && !values.empty() && values.size() % texts.size() == 0,
                  "[valued_examples] expected as many numbers for each text, got ", texts.size(),
                  " texts and ", values.size(), " numbers");
  TokenExamples result = text_examples("valued_examples", tokenizer, texts, max_length, pairs);
  const size_t each = values.size() / texts.size();
  result.numbers = static_cast<int64_t>(each);
  for (size_t i = 0; i < texts.size(); ++i)
    result.examples[i].values.assign(values.begin() + i * each, values.begin() + (i + 1) * each);
  return result;
}

TokenExamples tagged_examples(const PreTrainedTokenizer& tokenizer,
                              ArrayRef<std::vector<std::string>> words,
                              ArrayRef<std::vector<int64_t>> tags, int64_t max_length) {
  HEARTH_CHECK_AS(ValueError, words.size() == tags.size(), "[tagged_examples] expected tags of ",
                  words.size(), " sentences, got ", tags.size());
  TokenExamples result = examples_for(tokenizer, true);
  for (size_t first = 0; first < words.size(); first += kAtOnce) {
    const size_t n = std::min(kAtOnce, words.size() - first);
    const BatchEncoding batch = tokenizer.encode_words(words.slice(first, n), cut_to(max_length));
    for (size_t i = 0; i < n; ++i) {
      const Encoding& encoding = batch.encodings[i];
      const std::vector<int64_t>& own = tags[first + i];
      HEARTH_CHECK_AS(ValueError, own.size() == words[first + i].size(),
                      "[tagged_examples] expected a tag for each of ", words[first + i].size(),
                      " words, got ", own.size());
      TokenExamples::Example example = example_of(tokenizer, encoding);
      uint32_t before = Encoding::kNoWord;
      for (size_t k = 0; k < encoding.size(); ++k) {
        if (!encoding.attention_mask[k]) continue;
        const uint32_t word = encoding.words[k];
        const bool begins = word != Encoding::kNoWord && word != before;
        example.labels.push_back(begins ? own.at(word) : TokenExamples::kIgnored);
        before = word;
      }
      result.examples.push_back(std::move(example));
    }
  }
  return result;
}

}  // namespace hearth::text
