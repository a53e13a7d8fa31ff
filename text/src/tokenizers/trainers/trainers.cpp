// SPDX-License-Identifier: Apache-2.0
#include "hearth/text/tokenizers/trainers.h"

#include <algorithm>
#include <numeric>

#include "hearth/base/error.h"

#include "tokenizers/models/build.h"
#include "tokenizers/models/byte_letters.h"
#include "tokenizers/parts.h"
#include "tokenizers/trainers/pair_learner.h"

namespace hearth::text {
namespace {

VocabEntries entries_of(const TokenTable& tokens) {
  VocabEntries vocab;
  for (uint32_t id = 0; id < tokens.end_id(); ++id) vocab.emplace_back(tokens.token(id), id);
  return vocab;
}

template <typename Options>
Options checked(std::optional<Options> options, const char* trainer, const char* model) {
  HEARTH_CHECK_AS(ValueError, options, "[", trainer, "] expected a tokenizer whose model is ",
                  model);
  return *std::move(options);
}

}  // namespace

Trainer::~Trainer() = default;

std::vector<std::string> byte_level_alphabet() {
  std::vector<std::string> letters;
  for (int byte = 0; byte < 256; ++byte) {
    const char one = static_cast<char>(byte);
    append_letters(letters.emplace_back(), {&one, 1});
  }
  return letters;
}

std::unique_ptr<Model> BpeTrainer::train(const WordCounts& words, const Model& old) const {
  BpeOptions model = checked(bpe_options(old), "BpeTrainer", "BPE");
  const LearnedPairs learned = learn_pairs(words, options_, model.byte_level);
  model.continuing_subword_prefix = options_.continuing_subword_prefix();
  model.end_of_word_suffix = options_.end_of_word_suffix();
  std::vector<RankedMerge> merges;
  for (const auto& [left, right] : learned.merges) {
    merges.push_back({learned.tokens.token(left), learned.tokens.token(right),
                      static_cast<uint32_t>(merges.size())});
  }
  return make_bpe(entries_of(learned.tokens), merges, model, "BpeTrainer");
}

WordPieceTrainer::WordPieceTrainer(BpeTrainerOptions options) : options_(std::move(options)) {
  if (!options_.continuing_subword_prefix()) options_.continuing_subword_prefix("##");
}

std::unique_ptr<Model> WordPieceTrainer::train(const WordCounts& words, const Model& old) const {
  WordPieceOptions model = checked(wordpiece_options(old), "WordPieceTrainer", "WordPiece");
  const LearnedPairs learned = learn_pairs(words, options_, false);
  model.continuing_subword_prefix = *options_.continuing_subword_prefix();
  return make_wordpiece(entries_of(learned.tokens), model, "WordPieceTrainer");
}

std::unique_ptr<Model> WordLevelTrainer::train(const WordCounts& words, const Model& old) const {
  const std::string unk = checked(wordlevel_unk_token(old), "WordLevelTrainer", "WordLevel");
  std::vector<size_t> order(words.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return words.count(a) != words.count(b) ? words.count(a) > words.count(b)
                                            : words.word(a) < words.word(b);
  });
  VocabEntries vocab;
  const auto add = [&](std::string_view word) {
    if (vocab.size() < options_.vocab_size()) {
      vocab.emplace_back(word, static_cast<uint32_t>(vocab.size()));
    }
  };
  for (const AddedToken& token : options_.special_tokens()) add(token.content());
  for (const size_t i : order) {
    if (words.count(i) >= options_.min_frequency()) add(words.word(i));
  }
  if (options_.progress()) options_.progress()("Count words", words.size(), words.size());
  return make_wordlevel(vocab, unk, "WordLevelTrainer");
}

}  // namespace hearth::text
