// SPDX-License-Identifier: Apache-2.0
#include "tokenizers/vocabulary.h"

#include <algorithm>

#include "tokenizers/parts.h"
#include "unicode/tables.h"
#include "unicode/utf8.h"

namespace hearth::text {
namespace {

bool is_word(char32_t code) { return unicode::has(code, unicode::kWord); }
bool is_white_space(char32_t code) { return unicode::has(code, unicode::kWhite); }

/// Where the code point ends before `end` begins.
size_t previous(std::string_view text, size_t end) {
  do --end;
  while (end > 0 && unicode::continues(text[end]));
  return end;
}

char32_t code_at(std::string_view text, size_t at) { return unicode::next(text, at); }

bool in_word(std::string_view text, size_t begin, size_t end) {
  return (begin > 0 && is_word(code_at(text, previous(text, begin)))) ||
         (end < text.size() && is_word(code_at(text, end)));
}

size_t before_spaces(std::string_view text, size_t begin, size_t least) {
  while (begin > least) {
    const size_t at = previous(text, begin);
    if (!is_white_space(code_at(text, at))) break;
    begin = at;
  }
  return std::max(begin, least);
}

size_t behind_spaces(std::string_view text, size_t end) {
  while (end < text.size()) {
    size_t at = end;
    if (!is_white_space(unicode::next(text, at))) break;
    end = at;
  }
  return end;
}

bool same(const AddedToken& a, const AddedToken& b) {
  return a.content() == b.content() && a.single_word() == b.single_word() &&
         a.lstrip() == b.lstrip() && a.rstrip() == b.rstrip() && a.normalized() == b.normalized() &&
         a.special() == b.special();
}

}  // namespace

Vocabulary::Vocabulary(const Vocabulary& other, ArrayRef<AddedToken> tokens,
                       const Normalizer* normalizer, size_t& added)
    : model_(other.model_),
      added_(other.added_),
      ids_(other.ids_),
      special_(other.special_),
      normalized_(other.normalized_) {
  added = add(tokens, normalizer);
}

size_t Vocabulary::add(ArrayRef<AddedToken> tokens, const Normalizer* normalizer) {
  auto next_id = static_cast<uint32_t>(model_->vocab_size());
  if (!added_.empty()) next_id = std::max(next_id, added_.rbegin()->first + 1);
  size_t changed = 0;
  for (const AddedToken& token : tokens) {
    if (token.content().empty()) continue;
    const auto known = id(token.content());
    if (known) {
      const auto old = added_.find(*known);
      if (old != added_.end() && same(old->second, token)) continue;
    }
    const uint32_t its_id = known ? *known : next_id++;
    if (token.normalized() && normalizer) {
      Text text;
      text.bytes = token.content();
      text.track = false;
      normalizer->normalize(text);
      if (text.bytes != token.content()) normalized_[its_id] = std::move(text.bytes);
    }
    ids_[token.content()] = its_id;
    if (token.special()) special_.insert(token.content());
    added_.insert_or_assign(its_id, token);
    ++changed;
  }
  build_matchers();
  return changed;
}

void Vocabulary::build_matchers() {
  std::vector<std::pair<std::string, uint32_t>> raw, normalized;
  for (const auto& [its_id, token] : added_) {
    const auto other = normalized_.find(its_id);
    if (token.normalized())
      normalized.emplace_back(other == normalized_.end() ? token.content() : other->second, its_id);
    else
      raw.emplace_back(token.content(), its_id);
  }
  in_raw_ = StringMatcher(std::move(raw));
  in_normalized_ = StringMatcher(std::move(normalized));
}

std::optional<uint32_t> Vocabulary::id(std::string_view token) const {
  const auto added = ids_.find(std::string(token));
  if (added != ids_.end()) return added->second;
  return model_->token_to_id(token);
}

std::string_view Vocabulary::token(uint32_t id) const {
  const auto added = added_.find(id);
  if (added == added_.end()) return model_->id_to_token(id);
  const auto other = normalized_.find(id);
  return other == normalized_.end() ? std::string_view(added->second.content()) : other->second;
}

std::string_view Vocabulary::find_other_name(uint32_t id) const {
  return normalized_.contains(id) ? model_->id_to_token(id) : std::string_view();
}

size_t Vocabulary::size(bool with_added_tokens) const {
  size_t n = model_->vocab_size();
  if (with_added_tokens)
    for (const auto& [content, its_id] : ids_) n += !model_->token_to_id(content);
  return n;
}

size_t Vocabulary::id_limit() const {
  const size_t added = added_.empty() ? 0 : size_t{added_.rbegin()->first} + 1;
  return std::max(model_->vocab_size(), added);
}

EdgeSpaces edge_spaces(std::string_view token) {
  constexpr char32_t kByteSpace = 0x120;
  const auto is_space = [](char32_t code) { return code == kByteSpace || is_white_space(code); };
  EdgeSpaces out;
  for (size_t at = 0; at < token.size() && is_space(unicode::next(token, at)); ++out.leading) {
  }
  for (size_t end = token.size(); end > 0; ++out.trailing) {
    end = previous(token, end);
    if (!is_space(code_at(token, end))) break;
  }
  return out;
}

EdgeSpaces Vocabulary::edge_spaces_of(uint32_t id) const {
  std::call_once(edges_once_, [&] {
    edges_.resize(id_limit());
    for (size_t i = 0; i < edges_.size(); ++i)
      edges_[i] = edge_spaces(token(static_cast<uint32_t>(i)));
  });
  return id < edges_.size() ? edges_[id] : edge_spaces(token(id));
}

bool Vocabulary::is_special(uint32_t id) const {
  if (special_.empty()) return false;
  return special_.count(std::string(token(id))) > 0;
}

void Vocabulary::find(std::string_view text, bool normalized, bool encode_special_tokens,
                      std::vector<Section>& sections) const {
  sections.clear();
  const StringMatcher& matcher = normalized ? in_normalized_ : in_raw_;
  size_t done = 0;
  StringMatcher::Match match{};
  for (size_t from = 0; matcher.find(text, from, match); from = match.end) {
    const AddedToken& token = added_.at(match.value);
    if (encode_special_tokens && special_.count(token.content())) continue;
    if (token.single_word() && in_word(text, match.begin, match.end)) continue;
    // What an earlier match took of the spaces stays with it, also a token that is nothing else.
    const size_t begin =
        token.lstrip()
            ? std::max(before_spaces(text, match.begin, std::min(done, match.begin)), done)
            : match.begin;
    const size_t end = token.rstrip() ? behind_spaces(text, match.end) : match.end;
    if (begin >= end) continue;
    if (done < begin) sections.push_back({done, begin, std::nullopt});
    sections.push_back({begin, end, match.value});
    done = end;
  }
  if (done < text.size()) sections.push_back({done, text.size(), std::nullopt});
}

}  // namespace hearth::text
