// SPDX-License-Identifier: Apache-2.0
#include "tokenizers/trainers/pair_learner.h"

#include <algorithm>
#include <map>
#include <queue>
#include <tuple>

#include "hearth/base/error.h"

#include "tokenizers/models/byte_letters.h"
#include "tokenizers/trainers/pair_table.h"
#include "unicode/utf8.h"

namespace hearth::text {
namespace {

constexpr uint32_t kNone = TokenTable::kNone;

std::string letter_of(char32_t code) {
  std::string letter;
  unicode::append(letter, code);
  return letter;
}

class PairLearner {
 public:
  PairLearner(const WordCounts& words, const BpeTrainerOptions& options, bool byte_letters)
      : words_(words), options_(options), byte_letters_(byte_letters) {}

  LearnedPairs learn() {
    for (const AddedToken& token : options_.special_tokens()) id_of(token.content());
    take_alphabet();
    split_words();
    count_pairs();
    merge_pairs();
    return std::move(learned_);
  }

 private:
  struct Symbol {
    uint32_t id, letters;
  };
  struct Word {
    size_t begin;
    uint32_t size;
    int64_t count;
  };
  /// A pair that may be merged next, and the words where it was found.
  struct Candidate {
    uint64_t count, pair;
    size_t places;
    /// The highest count, then the lowest ids, at the top of a heap.
    bool operator<(const Candidate& other) const {
      return std::tie(count, other.pair) < std::tie(other.count, pair);
    }
  };
  struct Pair {
    int64_t count = 0;
    /// Where the words are that have gained this pair since it last became a candidate.
    size_t found = kNowhere;
  };
  static constexpr size_t kNowhere = SIZE_MAX;

  uint32_t id_of(std::string_view token) {
    uint32_t id = learned_.tokens.id(token);
    if (id == kNone) {
      id = learned_.tokens.end_id();
      learned_.tokens.add(token, id, "Trainer");
    }
    return id;
  }
  template <class F>
  void for_each_letter(std::string_view word, const F& f) const {
    for (size_t at = 0; at < word.size();) {
      char32_t code;
      if (byte_letters_) {
        code = kByteLetters[static_cast<uint8_t>(word[at++])];
      } else {
        code = unicode::next(word, at);
      }
      f(code, at == word.size());
    }
  }
  void report(std::string_view what, size_t done, size_t total) const {
    if (options_.progress()) options_.progress()(what, done, total);
  }

  void take_alphabet();
  void split_words();
  void count_pairs();
  void merge_pairs();
  void merge_in(Word& word, uint32_t index, uint64_t pair, uint32_t result);
  void change(uint32_t left, uint32_t right, int64_t count, uint32_t word);
  void queue_found();

  const WordCounts& words_;
  const BpeTrainerOptions& options_;
  bool byte_letters_;
  LearnedPairs learned_;
  std::vector<Symbol> symbols_;
  std::vector<Word> split_;
  PairTable<Pair> pairs_;
  std::vector<uint64_t> found_pairs_;
  std::vector<std::vector<uint32_t>> places_;
  std::vector<size_t> free_places_;
  std::priority_queue<Candidate> queue_;
};

void PairLearner::take_alphabet() {
  std::map<char32_t, uint64_t> counts;
  std::vector<uint64_t> common(0x3000);
  for (size_t i = 0; i < words_.size(); ++i) {
    for_each_letter(words_.word(i), [&](char32_t code, bool) {
      (code < common.size() ? common[code] : counts[code]) += words_.count(i);
    });
  }
  for (char32_t code = 0; code < common.size(); ++code) {
    if (common[code] > 0) counts[code] = common[code];
  }
  for (const std::string& letter : options_.initial_alphabet()) {
    HEARTH_CHECK_AS(ValueError, !letter.empty() && unicode::find_invalid(letter) == letter.size(),
                    "[BpeTrainer] expected letters as initial_alphabet, got '", letter, "'");
    size_t at = 0;
    counts[unicode::next(letter, at)] = UINT64_MAX;
  }
  std::vector<std::pair<uint64_t, char32_t>> kept;
  for (const auto& [code, count] : counts) kept.emplace_back(count, code);
  const size_t limit = options_.limit_alphabet().value_or(kept.size());
  if (kept.size() > limit) {
    std::sort(kept.begin(), kept.end());
    kept.erase(kept.begin(), kept.end() - static_cast<ptrdiff_t>(limit));
  }
  std::sort(kept.begin(), kept.end(),
            [](const auto& a, const auto& b) { return a.second < b.second; });
  for (const auto& [count, code] : kept) id_of(letter_of(code));
}

void PairLearner::split_words() {
  const std::string prefix = options_.continuing_subword_prefix().value_or("");
  const std::string suffix = options_.end_of_word_suffix().value_or("");
  // Ids of letters in the middle of words without prefix or suffix, as most are.
  std::vector<uint32_t> plain(0x3000, kNone);
  for (char32_t code = 0; code < plain.size(); ++code) {
    plain[code] = learned_.tokens.id(letter_of(code));
  }
  std::string token;
  for (size_t i = 0; i < words_.size(); ++i) {
    const size_t begin = symbols_.size();
    bool first = true;
    for_each_letter(words_.word(i), [&](char32_t code, bool last) {
      uint32_t id = code < plain.size() ? plain[code] : learned_.tokens.id(letter_of(code));
      const bool front = std::exchange(first, false);
      if (id == kNone) return;
      if ((!front && !prefix.empty()) || (last && !suffix.empty())) {
        token = front ? "" : prefix;
        unicode::append(token, code);
        if (last) token += suffix;
        id = id_of(token);
      }
      symbols_.push_back({id, 1});
    });
    split_.push_back({begin, static_cast<uint32_t>(symbols_.size() - begin),
                      static_cast<int64_t>(words_.count(i))});
    if (i % 4096 == 0) report("Tokenize words", i, words_.size());
  }
  report("Tokenize words", words_.size(), words_.size());
}

void PairLearner::change(uint32_t left, uint32_t right, int64_t count, uint32_t word) {
  const uint64_t key = PairTable<Pair>::key_of(left, right);
  Pair& pair = pairs_.at(key);
  pair.count += count;
  if (count <= 0) return;
  if (pair.found == kNowhere) {
    if (free_places_.empty()) {
      free_places_.push_back(places_.size());
      places_.emplace_back();
    }
    pair.found = free_places_.back();
    free_places_.pop_back();
    found_pairs_.push_back(key);
  }
  std::vector<uint32_t>& found = places_[pair.found];
  if (found.empty() || found.back() != word) found.push_back(word);
}

void PairLearner::queue_found() {
  for (const uint64_t key : found_pairs_) {
    Pair& pair = pairs_.at(key);
    const size_t found = std::exchange(pair.found, kNowhere);
    if (pair.count > 0) {
      queue_.push({static_cast<uint64_t>(pair.count), key, found});
    } else {
      places_[found].clear();
      free_places_.push_back(found);
    }
  }
  found_pairs_.clear();
}

void PairLearner::count_pairs() {
  for (uint32_t index = 0; index < split_.size(); ++index) {
    const Word& word = split_[index];
    for (uint32_t i = 0; i + 1 < word.size; ++i) {
      change(symbols_[word.begin + i].id, symbols_[word.begin + i + 1].id, word.count, index);
    }
    if (index % 4096 == 0) report("Count pairs", index, split_.size());
  }
  report("Count pairs", split_.size(), split_.size());
  queue_found();
}

void PairLearner::merge_pairs() {
  const std::string prefix = options_.continuing_subword_prefix().value_or("");
  const size_t wanted = options_.vocab_size();
  size_t before = learned_.tokens.size();
  while (learned_.tokens.size() < wanted && !queue_.empty()) {
    Candidate top = queue_.top();
    queue_.pop();
    const auto count = static_cast<uint64_t>(pairs_.at(top.pair).count);
    if (top.count != count) {
      top.count = count;
      queue_.push(top);
      continue;
    }
    if (top.count < 1 || options_.min_frequency() > top.count) break;
    const auto left = static_cast<uint32_t>(top.pair >> 32);
    const auto right = static_cast<uint32_t>(top.pair);
    std::string_view rest = learned_.tokens.token(right);
    if (!prefix.empty() && rest.starts_with(prefix)) rest.remove_prefix(prefix.size());
    const std::string joined = std::string(learned_.tokens.token(left)).append(rest);
    const uint32_t result = id_of(joined);
    learned_.merges.emplace_back(left, right);
    // The words are taken out: what merging finds may move the lists.
    std::vector<uint32_t> places;
    places.swap(places_[top.places]);
    for (const uint32_t index : places) merge_in(split_[index], index, top.pair, result);
    places.clear();
    places_[top.places].swap(places);
    free_places_.push_back(top.places);
    queue_found();
    if (learned_.tokens.size() != before && learned_.tokens.size() % 256 == 0) {
      before = learned_.tokens.size();
      report("Compute merges", before, wanted);
    }
  }
  report("Compute merges", wanted, wanted);
}

void PairLearner::merge_in(Word& word, uint32_t index, uint64_t pair, uint32_t result) {
  const auto left = static_cast<uint32_t>(pair >> 32), right = static_cast<uint32_t>(pair);
  const size_t longest = options_.max_token_length().value_or(SIZE_MAX);
  Symbol* symbols = symbols_.data() + word.begin;
  uint32_t size = 0;
  for (uint32_t i = 0; i < word.size; ++i) {
    if (symbols[i].id != left || i + 1 >= word.size || symbols[i + 1].id != right) {
      symbols[size++] = symbols[i];
      continue;
    }
    const Symbol merged{result, symbols[i].letters + symbols[i + 1].letters};
    if (size > 0) {
      const Symbol& before = symbols[size - 1];
      change(before.id, left, -word.count, index);
      if (size_t{before.letters} + merged.letters < longest) {
        change(before.id, result, word.count, index);
      }
    }
    if (i + 2 < word.size) {
      const Symbol& after = symbols[i + 2];
      change(right, after.id, -word.count, index);
      if (size_t{after.letters} + merged.letters < longest) {
        change(result, after.id, word.count, index);
      }
    }
    symbols[size++] = merged;
    ++i;
  }
  word.size = size;
}

}  // namespace

LearnedPairs learn_pairs(const WordCounts& words, const BpeTrainerOptions& options,
                         bool byte_letters) {
  return PairLearner(words, options, byte_letters).learn();
}

}  // namespace hearth::text
