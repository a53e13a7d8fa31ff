// SPDX-License-Identifier: Apache-2.0
#include "tokenizers/encoding_edits.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "hearth/base/error.h"

#include "tokenizers/vocabulary.h"

namespace hearth::text {
namespace {

template <typename T>
std::vector<T> part(const std::vector<T>& all, size_t begin, size_t end) {
  return std::vector<T>(all.begin() + static_cast<std::ptrdiff_t>(begin),
                        all.begin() + static_cast<std::ptrdiff_t>(end));
}

/// A piece of an encoding, as a text of its own.
Encoding slice(const Encoding& from, size_t begin, size_t end) {
  Encoding out;
  out.ids = part(from.ids, begin, end);
  out.type_ids = part(from.type_ids, begin, end);
  out.offsets = part(from.offsets, begin, end);
  out.words = part(from.words, begin, end);
  out.special_tokens_mask = part(from.special_tokens_mask, begin, end);
  out.attention_mask = part(from.attention_mask, begin, end);
  out.vocabulary = from.vocabulary;
  for (auto at = from.unknown.lower_bound(begin); at != from.unknown.end() && at->first < end; ++at)
    out.unknown.emplace(at->first - begin, at->second);
  return out;
}

template <typename T>
void extend(std::vector<T>& list, const std::vector<T>& more) {
  list.insert(list.end(), more.begin(), more.end());
}

void append_tokens(Encoding& to, const Encoding& from) {
  const auto shift = static_cast<uint32_t>(to.size());
  for (const auto& [sequence, range] : from.sequence_ranges)
    to.sequence_ranges[sequence] = {range.begin + shift, range.end + shift};
  for (const auto& [at, text] : from.unknown) to.unknown[at + shift] = text;
  extend(to.ids, from.ids);
  extend(to.type_ids, from.type_ids);
  extend(to.offsets, from.offsets);
  extend(to.words, from.words);
  extend(to.special_tokens_mask, from.special_tokens_mask);
  extend(to.attention_mask, from.attention_mask);
  if (!to.vocabulary) to.vocabulary = from.vocabulary;
}

template <typename T>
void put(std::vector<T>& list, size_t n, T value, Side side) {
  list.insert(side == Side::Left ? list.begin() : list.end(), n, value);
}

/// Adds tokens of one kind, which no text stands behind.
void put_tokens(Encoding& encoding, size_t n, uint32_t id, std::string_view name, uint32_t type_id,
                bool attended, Side side) {
  const size_t first = side == Side::Left ? 0 : encoding.size();
  put(encoding.ids, n, id, side);
  put(encoding.type_ids, n, type_id, side);
  put(encoding.offsets, n, Offset(), side);
  put(encoding.words, n, Encoding::kNoWord, side);
  put(encoding.special_tokens_mask, n, uint8_t{1}, side);
  put(encoding.attention_mask, n, static_cast<uint8_t>(attended), side);
  if (side == Side::Left) {
    for (auto& [sequence, range] : encoding.sequence_ranges)
      range = {range.begin + static_cast<uint32_t>(n), range.end + static_cast<uint32_t>(n)};
    std::map<size_t, std::string> moved;
    for (auto& [at, text] : encoding.unknown) moved.emplace(at + n, std::move(text));
    encoding.unknown = std::move(moved);
  }
  for (size_t i = first; i < first + n; ++i) name_token(encoding, i, name);
}

}  // namespace

void name_token(Encoding& encoding, size_t i, std::string_view text) {
  if (!encoding.vocabulary || encoding.vocabulary->token(encoding.ids[i]) != text)
    encoding.unknown.insert_or_assign(i, std::string(text));
}

void put_special(Encoding& encoding, const SpecialToken& token, uint32_t type_id, Side side) {
  put_tokens(encoding, 1, token.id, token.token, type_id, true, side);
}

void append(Encoding& encoding, const Encoding& next) {
  std::vector<Encoding> overflowing;
  const auto join = [&](const Encoding& a, const Encoding& b) {
    overflowing.push_back(a);
    append(overflowing.back(), b);
  };
  for (const Encoding& piece : encoding.overflowing) {
    join(piece, next);
    for (const Encoding& other : next.overflowing) join(piece, other);
  }
  for (const Encoding& other : next.overflowing) join(encoding, other);
  append_tokens(encoding, next);
  encoding.overflowing = std::move(overflowing);
}

void append_special(Encoding& encoding, const SpecialToken& token, uint32_t type_id) {
  put_special(encoding, token, type_id, Side::Right);
  for (Encoding& piece : encoding.overflowing) append_special(piece, token, type_id);
}

void reserve(Encoding& encoding, size_t size) {
  encoding.ids.reserve(size);
  encoding.type_ids.reserve(size);
  encoding.offsets.reserve(size);
  encoding.words.reserve(size);
  encoding.special_tokens_mask.reserve(size);
  encoding.attention_mask.reserve(size);
}

Encoding join(std::vector<Encoding> parts) {
  Encoding out = std::move(parts[0]);
  size_t size = out.size();
  for (size_t i = 1; i < parts.size(); ++i) size += parts[i].size();
  if (parts.size() > 1) reserve(out, size);
  for (size_t i = 1; i < parts.size(); ++i) append(out, parts[i]);
  return out;
}

void truncate(Encoding& encoding, size_t max_length, size_t stride, Side direction) {
  const size_t size = encoding.size();
  if (max_length >= size) return;
  if (max_length == 0) {
    Encoding all = std::exchange(encoding, Encoding());
    encoding.vocabulary = all.vocabulary;
    encoding.overflowing.push_back(std::move(all));
    return;
  }
  HEARTH_CHECK_AS(ValueError, stride < max_length,
                  "[Tokenizer] expected a stride of less than the ", max_length,
                  " tokens that are left for the text, got ", stride);
  std::vector<Offset> pieces;
  const size_t step = max_length - stride;
  if (direction == Side::Right) {
    for (size_t begin = 0; pieces.empty() || pieces.back().end < size; begin += step)
      pieces.push_back({static_cast<uint32_t>(begin),
                        static_cast<uint32_t>(std::min(begin + max_length, size))});
  } else {
    for (size_t end = size; pieces.empty() || pieces.back().begin > 0; end -= step)
      pieces.push_back({static_cast<uint32_t>(end > max_length ? end - max_length : 0),
                        static_cast<uint32_t>(end)});
  }
  Encoding out = slice(encoding, pieces[0].begin, pieces[0].end);
  for (size_t i = 1; i < pieces.size(); ++i)
    out.overflowing.push_back(slice(encoding, pieces[i].begin, pieces[i].end));
  encoding = std::move(out);
}

void truncate_pair(Encoding& first, Encoding* second, const Truncation& truncation, size_t room) {
  const auto stride = static_cast<size_t>(truncation.stride());
  const auto cut = [&](Encoding& encoding, size_t length) {
    truncate(encoding, length, stride, truncation.direction());
  };
  if (room == 0) {
    cut(first, 0);
    if (second) cut(*second, 0);
    return;
  }
  const size_t total = first.size() + (second ? second->size() : 0);
  if (total <= room) return;
  if (truncation.strategy() != TruncationStrategy::LongestFirst) {
    const bool only_first = truncation.strategy() == TruncationStrategy::OnlyFirst;
    HEARTH_CHECK_AS(ValueError, only_first || second,
                    "[Tokenizer] the second text is to be cut, and there is none");
    Encoding& target = only_first ? first : *second;
    const size_t excess = total - room;
    HEARTH_CHECK_AS(ValueError, target.size() > excess, "[Tokenizer] the ",
                    only_first ? "first" : "second", " text has ", target.size(),
                    " tokens, too few to take away the ", excess, " that are too many");
    cut(target, target.size() - excess);
    return;
  }
  if (!second) return cut(first, room);
  // The longer is cut to what the shorter leaves; where that is less than half, both to halves.
  size_t shorter = std::min(first.size(), second->size());
  size_t longer = shorter > room ? shorter : std::max(shorter, room - shorter);
  if (shorter + longer > room) {
    shorter = room / 2;
    longer = shorter + room % 2;
  }
  const bool swapped = first.size() > second->size();
  cut(first, swapped ? longer : shorter);
  cut(*second, swapped ? shorter : longer);
}

void pad(Encoding& encoding, size_t length, const Padding& padding) {
  for (Encoding& piece : encoding.overflowing) pad(piece, length, padding);
  if (encoding.size() >= length) return;
  put_tokens(encoding, length - encoding.size(), padding.pad_id(), padding.pad_token(),
             padding.pad_type_id(), false, padding.direction());
}

void pad_all(std::vector<Encoding>& encodings, const Padding& padding) {
  size_t length = 0;
  if (padding.length()) {
    length = static_cast<size_t>(*padding.length());
  } else {
    for (const Encoding& encoding : encodings) length = std::max(length, encoding.size());
  }
  const auto multiple = static_cast<size_t>(padding.pad_to_multiple_of());
  if (multiple > 0 && length % multiple > 0) length += multiple - length % multiple;
  for (Encoding& encoding : encodings) pad(encoding, length, padding);
}

}  // namespace hearth::text
