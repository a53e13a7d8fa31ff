// SPDX-License-Identifier: Apache-2.0
#include "hearth/text/training/word_tokenizer.h"

#include <algorithm>
#include <unordered_map>

#include <nlohmann/json.hpp>

#include "hearth/base/error.h"
#include "hearth/text/tokenizers/auto_tokenizer.h"

namespace hearth::text {
namespace {

constexpr const char *kPadding = "[PAD]", *kUnknown = "[UNK]";

nlohmann::ordered_json with_vocabulary(const std::vector<std::string>& words) {
  auto vocab = nlohmann::ordered_json::object();
  vocab[kPadding] = 0;
  vocab[kUnknown] = 1;
  for (const std::string& word : words) vocab.emplace(word, vocab.size());
  nlohmann::ordered_json added = nlohmann::ordered_json::array();
  for (const char* token : {kPadding, kUnknown})
    added.push_back({{"id", vocab[token]},
                     {"content", token},
                     {"single_word", false},
                     {"lstrip", false},
                     {"rstrip", false},
                     {"normalized", false},
                     {"special", true}});
  return {{"version", "1.0"},
          {"truncation", nullptr},
          {"padding", nullptr},
          {"added_tokens", added},
          {"normalizer", nullptr},
          {"pre_tokenizer", {{"type", "BertPreTokenizer"}}},
          {"post_processor", nullptr},
          {"decoder", nullptr},
          {"model", {{"type", "WordLevel"}, {"vocab", vocab}, {"unk_token", kUnknown}}}};
}

Tokenizer tokenizer_of(const std::vector<std::string>& words) {
  return Tokenizer::from_json(with_vocabulary(words).dump(), "word_tokenizer");
}

}  // namespace

PreTrainedTokenizer word_tokenizer(ArrayRef<std::string> texts, size_t vocab_size) {
  HEARTH_CHECK_AS(ValueError, vocab_size >= 2,
                  "[word_tokenizer] expected a vocab_size of 2 or more, got ", vocab_size);
  std::unordered_map<std::string, uint64_t> counts;
  const Tokenizer splitter = tokenizer_of({});
  for (const std::string& text : texts)
    for (const Offset& at :
         splitter.encode(text, EncodeOptions().offsets(OffsetUnit::Bytes)).offsets)
      ++counts[text.substr(at.begin, at.end - at.begin)];
  counts.erase(kPadding);
  counts.erase(kUnknown);
  std::vector<std::pair<std::string, uint64_t>> order(counts.begin(), counts.end());
  std::sort(order.begin(), order.end(), [](const auto& a, const auto& b) {
    return a.second != b.second ? a.second > b.second : a.first < b.first;
  });
  std::vector<std::string> words;
  for (size_t i = 0; i < order.size() && i + 2 < vocab_size; ++i) words.push_back(order[i].first);
  PreTrainedTokenizer result(tokenizer_of(words));
  result.pad_token = kPadding;
  result.unk_token = kUnknown;
  result.token_type_ids = false;
  return result;
}

}  // namespace hearth::text
