// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "hearth/base/macros.h"

namespace hearth::text {

/// The piece of a text from `begin` up to, not including, `end`.
struct Offset {
  uint32_t begin = 0, end = 0;
  bool operator==(const Offset&) const = default;
};

/// What offsets count: code points, as Hugging Face's Python gives them, or bytes of UTF-8.
enum class OffsetUnit { CodePoints, Bytes };

class Vocabulary;

/// What became of a text, or of a pair of texts: one element a token in each list. Names and
/// meaning are those of Hugging Face's `tokenizers.Encoding`.
struct HEARTH_API Encoding {
  size_t size() const { return ids.size(); }
  bool empty() const { return ids.empty(); }

  /// The token's text, as the vocabulary has it.
  std::string token(size_t i) const;
  std::vector<std::string> tokens() const;
  /// 0 for the first text, 1 for the second, none for special tokens and padding.
  std::vector<std::optional<uint32_t>> sequence_ids() const;
  /// Tokens of a text, from up to; none if there is no such text.
  std::optional<Offset> sequence_range(size_t sequence) const;
  size_t n_sequences() const;

  /// Where a token lies, with the number of its text; none for a special token.
  std::optional<std::pair<size_t, Offset>> token_to_chars(size_t token) const;
  std::optional<std::pair<size_t, uint32_t>> token_to_word(size_t token) const;
  std::optional<size_t> token_to_sequence(size_t token) const;
  std::optional<Offset> word_to_tokens(uint32_t word, size_t sequence = 0) const;
  std::optional<Offset> word_to_chars(uint32_t word, size_t sequence = 0) const;
  std::optional<size_t> char_to_token(uint32_t position, size_t sequence = 0) const;
  std::optional<uint32_t> char_to_word(uint32_t position, size_t sequence = 0) const;

  std::vector<uint32_t> ids, type_ids;
  /// In the unit that was asked for, each in its own text; (0, 0) for special tokens.
  std::vector<Offset> offsets;
  /// The number of the word in its text; kNoWord for special tokens.
  std::vector<uint32_t> words;
  std::vector<uint8_t> special_tokens_mask, attention_mask;
  /// What truncation cut off, in pieces of the same length.
  std::vector<Encoding> overflowing;
  /// By the number of a text, its tokens.
  std::map<size_t, Offset> sequence_ranges;

  static constexpr uint32_t kNoWord = UINT32_MAX;
  /// What names the tokens.
  std::shared_ptr<const Vocabulary> vocabulary;
  /// By position, tokens whose text isn't the vocabulary's: pieces that Unigram doesn't know.
  std::map<size_t, std::string> unknown;
};

}  // namespace hearth::text
