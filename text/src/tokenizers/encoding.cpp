// SPDX-License-Identifier: Apache-2.0
#include "hearth/text/tokenizers/encoding.h"

#include <algorithm>

#include "hearth/base/error.h"

#include "tokenizers/vocabulary.h"

namespace hearth::text {
namespace {

/// Tokens of a text, or all where nothing says which these are.
Offset range_of(const Encoding& encoding, size_t sequence) {
  const auto found = encoding.sequence_ranges.find(sequence);
  if (found != encoding.sequence_ranges.end()) return found->second;
  return {0, static_cast<uint32_t>(encoding.size())};
}

}  // namespace

std::string Encoding::token(size_t i) const {
  HEARTH_CHECK_AS(IndexError, i < size(), "[Encoding] expected a token below ", size(), ", got ",
                  i);
  const auto named = unknown.find(i);
  if (named != unknown.end()) return named->second;
  return vocabulary ? std::string(vocabulary->token(ids[i])) : std::string();
}

std::vector<std::string> Encoding::tokens() const {
  std::vector<std::string> out;
  out.reserve(size());
  for (size_t i = 0; i < size(); ++i) out.push_back(token(i));
  return out;
}

std::vector<std::optional<uint32_t>> Encoding::sequence_ids() const {
  std::vector<std::optional<uint32_t>> out(size());
  for (size_t sequence = 0; sequence < n_sequences(); ++sequence) {
    const Offset range = range_of(*this, sequence);
    std::fill(out.begin() + range.begin, out.begin() + range.end, static_cast<uint32_t>(sequence));
  }
  return out;
}

std::optional<Offset> Encoding::sequence_range(size_t sequence) const {
  if (sequence >= n_sequences() && !sequence_ranges.count(sequence)) return std::nullopt;
  return range_of(*this, sequence);
}

size_t Encoding::n_sequences() const {
  return sequence_ranges.empty() ? 1 : sequence_ranges.size();
}

std::optional<std::pair<size_t, Offset>> Encoding::token_to_chars(size_t token) const {
  const auto sequence = token_to_sequence(token);
  if (!sequence) return std::nullopt;
  return std::pair(*sequence, offsets[token]);
}

std::optional<std::pair<size_t, uint32_t>> Encoding::token_to_word(size_t token) const {
  const auto sequence = token_to_sequence(token);
  if (!sequence || words[token] == kNoWord) return std::nullopt;
  return std::pair(*sequence, words[token]);
}

std::optional<size_t> Encoding::token_to_sequence(size_t token) const {
  if (token >= size()) return std::nullopt;
  if (sequence_ranges.empty()) return 0;
  for (const auto& [sequence, range] : sequence_ranges)
    if (token >= range.begin && token < range.end) return sequence;
  return std::nullopt;
}

std::optional<Offset> Encoding::word_to_tokens(uint32_t word, size_t sequence) const {
  const Offset range = range_of(*this, sequence);
  std::optional<Offset> found;
  for (uint32_t i = range.begin; i < range.end; ++i) {
    if (words[i] == kNoWord) continue;
    if (words[i] > word) break;
    if (words[i] < word) continue;
    if (!found) found = Offset{i, i};
    found->end = i + 1;
  }
  return found;
}

std::optional<Offset> Encoding::word_to_chars(uint32_t word, size_t sequence) const {
  const auto tokens = word_to_tokens(word, sequence);
  if (!tokens) return std::nullopt;
  return Offset{offsets[tokens->begin].begin, offsets[tokens->end - 1].end};
}

std::optional<size_t> Encoding::char_to_token(uint32_t position, size_t sequence) const {
  const Offset range = range_of(*this, sequence);
  for (size_t i = range.begin; i < range.end; ++i)
    if (position >= offsets[i].begin && position < offsets[i].end) return i;
  return std::nullopt;
}

std::optional<uint32_t> Encoding::char_to_word(uint32_t position, size_t sequence) const {
  const auto token = char_to_token(position, sequence);
  if (!token) return std::nullopt;
  const auto word = token_to_word(*token);
  if (!word) return std::nullopt;
  return word->second;
}

}  // namespace hearth::text
