// SPDX-License-Identifier: Apache-2.0
// A text's way through added tokens, normalizer, pre-tokenizer and model.
#include <algorithm>

#include "hearth/base/error.h"

#include "tokenizers/encoding_edits.h"
#include "tokenizers/tokenizer_impl.h"
#include "unicode/utf8.h"

namespace hearth::text {
namespace {

/// Memory that a thread keeps from text to text.
struct Scratch {
  std::vector<Section> sections, inner;
  Text text, part;
  Tokens tokens;
};

Scratch& scratch() {
  thread_local Scratch its;
  return its;
}

/// A longer text's memory is given back.
constexpr size_t kKept = size_t{1} << 22;
template <typename T>
void forget_if_long(T& list) {
  list.clear();
  if (list.capacity() > kKept) list.shrink_to_fit();
}

void begin_text(Text& text, std::string_view bytes, size_t start, bool track) {
  text.bytes.assign(bytes);
  text.origin.clear();
  text.pieces.clear();
  text.start = static_cast<uint32_t>(start);
  text.dropped = 0;
  text.track = track;
}

/// The bytes of the original that some bytes of a text stand for.
Offset origin_of(const Text& text, size_t begin, size_t end) {
  if (text.origin.empty())
    return {static_cast<uint32_t>(text.start + begin), static_cast<uint32_t>(text.start + end)};
  if (begin < end) return {text.origin[begin].begin, text.origin[end - 1].end};
  const uint32_t at = begin < text.origin.size() ? text.origin[begin].begin
                      : text.origin.empty()      ? text.start
                                                 : text.origin.back().end;
  return {at, at};
}

void take_part(const Text& whole, const Section& section, Text& part) {
  const std::string_view bytes = whole.bytes;
  begin_text(part, bytes.substr(section.begin, section.end - section.begin),
             whole.start + (whole.origin.empty() ? section.begin : 0), whole.track);
  part.dropped = whole.dropped + static_cast<uint32_t>(section.begin);
  if (!whole.origin.empty())
    part.origin.assign(whole.origin.begin() + static_cast<std::ptrdiff_t>(section.begin),
                       whole.origin.begin() + static_cast<std::ptrdiff_t>(section.end));
}

/// Splits and gives the model what is between added tokens.
template <typename Sink>
void tokenize(const Tokenizer::Impl& impl, Text& text, Sink& sink) {
  if (text.bytes.empty()) return;
  text.pieces.assign(1, {0, static_cast<uint32_t>(text.bytes.size())});
  if (impl.pre_tokenizer) impl.pre_tokenizer->split(text);
  if (text.pieces.empty()) return;
  Tokens& tokens = sink.tokens();
  impl.vocabulary->model().encode(text.bytes, text.pieces, tokens);
  sink.take(text, tokens);
}

/// Takes a text through all that comes before special tokens; `sink` gets what becomes of it.
template <typename Sink>
void walk(const Tokenizer::Impl& impl, std::string_view bytes, bool track, Sink& sink) {
  HEARTH_CHECK_AS(ValueError, bytes.size() < UINT32_MAX / 2,
                  "[Tokenizer] expected a text of less than 2 GB, got ", bytes.size(), " bytes");
  const Vocabulary& vocabulary = *impl.vocabulary;
  Scratch& its = scratch();
  vocabulary.find(bytes, false, impl.encode_special_tokens, its.sections);
  for (const Section& section : its.sections) {
    const std::string_view part = bytes.substr(section.begin, section.end - section.begin);
    if (section.id) {
      sink.added(*section.id, part,
                 {static_cast<uint32_t>(section.begin), static_cast<uint32_t>(section.end)});
      continue;
    }
    begin_text(its.text, part, section.begin, track);
    if (impl.normalizer) impl.normalizer->normalize(its.text);
    if (vocabulary.finds_nothing(true)) {
      tokenize(impl, its.text, sink);
      continue;
    }
    vocabulary.find(its.text.bytes, true, impl.encode_special_tokens, its.inner);
    if (its.inner.size() == 1 && !its.inner[0].id) {
      tokenize(impl, its.text, sink);
      continue;
    }
    for (const Section& inner : its.inner) {
      if (inner.id) {
        sink.added(*inner.id,
                   std::string_view(its.text.bytes).substr(inner.begin, inner.end - inner.begin),
                   origin_of(its.text, inner.begin, inner.end));
        continue;
      }
      take_part(its.text, inner, its.part);
      tokenize(impl, its.part, sink);
    }
  }
  forget_if_long(its.text.bytes);
  forget_if_long(its.text.pieces);
  forget_if_long(its.text.origin);
}

struct IdSink {
  Tokens& out;
  Tokens& tokens() { return out; }
  void added(uint32_t id, std::string_view /*text*/, Offset /*origin*/) { out.ids.push_back(id); }
  void take(const Text& /*text*/, const Tokens& /*tokens*/) {}
};

/// Counts characters before places in a text; near the last one asked for, that takes no time.
class CharacterCount {
 public:
  explicit CharacterCount(std::string_view text) : text_(text) {}
  /// Of a place within a character, that of the character.
  uint32_t before(size_t place) {
    for (; at_ < place; ++at_) count_ += !unicode::continues(text_[at_]);
    for (; at_ > place; --at_) count_ -= !unicode::continues(text_[at_ - 1]);
    const bool inside = place < text_.size() && unicode::continues(text_[place]);
    return inside ? count_ - 1 : count_;
  }

 private:
  std::string_view text_;
  size_t at_ = 0;
  uint32_t count_ = 0;
};

bool is_ascii(std::string_view text) {
  unsigned char all = 0;
  for (const char c : text) all |= static_cast<unsigned char>(c);
  return all < 0x80;
}

struct EncodingSink {
  Tokens& tokens() {
    Tokens& its = scratch().tokens;
    its.ids.clear();
    its.spans.clear();
    its.pieces.clear();
    its.ids_only = false;
    return its;
  }

  Offset offset(Offset bytes) {
    if (!in_characters || bytes.begin >= original.size()) return bytes;
    return {characters.before(bytes.begin), characters.before(bytes.end)};
  }

  void added(uint32_t id, std::string_view text, Offset origin) {
    out.ids.push_back(id);
    out.offsets.push_back(offset(origin));
    out.words.push_back(fixed_word ? *fixed_word : word++);
    name_token(out, out.size() - 1, text);
  }

  void take(const Text& text, const Tokens& tokens) {
    const size_t n = tokens.ids.size();
    const size_t first = out.size();
    out.ids.insert(out.ids.end(), tokens.ids.begin(), tokens.ids.end());
    for (size_t i = 0; i < n; ++i) {
      Offset bytes = origin_of(text, tokens.spans[i].begin, tokens.spans[i].end);
      if (text.origin.empty() && bytes.begin < bytes.end) {
        // A token of some of a character's bytes stands for all of it.
        while (bytes.begin > 0 && unicode::continues(original[bytes.begin])) --bytes.begin;
        while (bytes.end < original.size() && unicode::continues(original[bytes.end])) ++bytes.end;
      }
      out.offsets.push_back(offset(bytes));
      out.words.push_back(fixed_word ? *fixed_word : word + tokens.pieces[i]);
      if (named_by_text == tokens.ids[i])
        name_token(out, first + i,
                   std::string_view(text.bytes)
                       .substr(tokens.spans[i].begin, tokens.spans[i].end - tokens.spans[i].begin));
      else if (const std::string_view name = out.vocabulary->other_name(tokens.ids[i]); name.data())
        name_token(out, first + i, name);
    }
    word += static_cast<uint32_t>(text.pieces.size());
  }

  Encoding& out;
  std::string_view original;
  CharacterCount characters;
  bool in_characters = true;
  std::optional<uint32_t> fixed_word{}, named_by_text{};
  uint32_t word = 0;
};

}  // namespace

Encoding encode_text(const Tokenizer::Impl& impl, std::string_view text, uint32_t type_id,
                     OffsetUnit unit, std::optional<uint32_t> word) {
  Encoding out;
  out.vocabulary = impl.vocabulary;
  EncodingSink sink{.out = out,
                    .original = text,
                    .characters = CharacterCount(text),
                    .in_characters = unit == OffsetUnit::CodePoints && !is_ascii(text),
                    .fixed_word = word,
                    .named_by_text = impl.vocabulary->model().named_by_text()};
  walk(impl, text, true, sink);
  out.type_ids.assign(out.size(), type_id);
  out.special_tokens_mask.assign(out.size(), 0);
  out.attention_mask.assign(out.size(), 1);
  return out;
}

void append_ids(const Tokenizer::Impl& impl, std::string_view text, std::vector<uint32_t>& ids) {
  Tokens tokens;
  tokens.ids = std::move(ids);
  tokens.ids_only = true;
  IdSink sink{tokens};
  walk(impl, text, impl.pre_tokenizer && impl.pre_tokenizer->needs_origin(true), sink);
  ids = std::move(tokens.ids);
}

}  // namespace hearth::text
