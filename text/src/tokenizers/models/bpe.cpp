// SPDX-License-Identifier: Apache-2.0
#include "tokenizers/models/bpe.h"

#include <algorithm>
#include <array>

#include "hearth/base/error.h"

#include "tokenizers/models/bpe_state.h"
#include "tokenizers/models/byte_letters.h"
#include "tokenizers/models/piece_loop.h"
#include "unicode/utf8.h"

namespace hearth::text {
namespace {

/// An empty prefix or suffix is none.
std::string_view or_empty(const std::optional<std::string>& text) {
  return text ? std::string_view(*text) : std::string_view();
}

}  // namespace

Bpe::Bpe(const VocabEntries& vocab, const std::vector<RankedMerge>& merges,
         const BpeOptions& options, const std::string& source)
    : options_(options), dropout_(options.dropout.value_or(0)) {
  HEARTH_CHECK_AS(FormatError, dropout_ >= 0 && dropout_ <= 1, "[", source,
                  "] expected a dropout between 0 and 1, got ", dropout_);
  read_vocab(vocab, source);
  if (!options_.whole.empty()) read_whole(source);
  read_merges(merges, source);
  find_start_symbols();
  if (simple_) check_.emplace(merges_, tokens_.end_id());
}

void Bpe::read_vocab(const VocabEntries& vocab, const std::string& source) {
  size_t bytes = 0;
  for (const auto& [token, id] : vocab) bytes += token.size();
  tokens_.reserve(vocab.size(), bytes);
  trie_.reserve(bytes, source);
  const std::string_view suffix = or_empty(options_.end_of_word_suffix);
  // Many at a time, since tables are larger than caches; the next block's places are on their way.
  constexpr size_t kBlock = 32;
  std::array<std::string, kBlock> raw;
  std::array<uint64_t, 2 * kBlock> hashes;
  const auto fetch = [&](size_t begin) {
    for (size_t i = begin; i < std::min(begin + kBlock, vocab.size()); ++i) {
      const uint64_t hash = tokens_.hash(vocab[i].first);
      hashes[i % hashes.size()] = hash;
      tokens_.prefetch(hash);
    }
  };
  fetch(0);
  std::vector<std::pair<std::string_view, uint32_t>> texts;
  for (size_t begin = 0; begin < vocab.size(); begin += kBlock) {
    const size_t count = std::min(kBlock, vocab.size() - begin);
    fetch(begin + kBlock);
    texts.clear();
    for (size_t i = 0; i < count; ++i) {
      const auto& [token, id] = vocab[begin + i];
      tokens_.add(token, hashes[(begin + i) % hashes.size()], id, source);
      if (covered_.size() <= id) covered_.resize(tokens_.end_id());
      std::string_view text = token;
      if (options_.byte_level) {
        // What isn't made of these letters is in no text.
        if (!letters_to_bytes(token, raw[i])) continue;
        text = raw[i];
      }
      if (!text.empty()) texts.emplace_back(text, id);
      covered_[id] = static_cast<uint32_t>(text.size());
      if (!suffix.empty() && text.ends_with(suffix)) {
        covered_[id] -= static_cast<uint32_t>(suffix.size());
      }
    }
    trie_.add_together(texts);
  }
}

void Bpe::read_whole(const std::string& source) {
  size_t bytes = 0;
  for (const uint32_t id : options_.whole) bytes += tokens_.token(id).size();
  whole_.reserve(bytes, source);
  for (const uint32_t id : options_.whole) whole_.add(tokens_.token(id), id);
}

void Bpe::read_merges(const std::vector<RankedMerge>& merges, const std::string& source) {
  const std::string_view prefix = or_empty(options_.continuing_subword_prefix);
  merges_.reserve(merges.size());
  // A block at a time, so that tables, which are larger than caches, are read in parallel, and the
  // next block's texts are on their way.
  constexpr size_t kBlock = 16;
  struct Lookup {
    uint64_t left, right;  ///< hashes
    Merge merge;
  };
  std::array<Lookup, 2 * kBlock> ring;
  const auto fetch = [&](size_t i) {
    const auto& [left, right, rank] = merges[i];
    HEARTH_CHECK_AS(FormatError, right.size() >= prefix.size(), "[", source, "] expected '", right,
                    "' of a merge to begin with '", prefix, "'");
    Lookup& lookup = ring[i % ring.size()];
    lookup.left = tokens_.hash(left);
    lookup.right = tokens_.hash(right);
    tokens_.prefetch(lookup.left);
    tokens_.prefetch(lookup.right);
  };
  std::string joined;
  uint32_t result = 0;
  for (size_t i = 0; i < std::min(kBlock, merges.size()); ++i) fetch(i);
  for (size_t begin = 0; begin < merges.size(); begin += kBlock) {
    const size_t end = std::min(begin + kBlock, merges.size());
    for (size_t i = end; i < std::min(end + kBlock, merges.size()); ++i) fetch(i);
    for (size_t i = begin; i < end; ++i) {
      const auto& [left, right, rank] = merges[i];
      Lookup& lookup = ring[i % ring.size()];
      const auto checked = [&, &left = left, &right = right](std::string_view token, uint32_t id) {
        HEARTH_CHECK_AS(FormatError, id != kNone, "[", source, "] expected the tokens of merge '",
                        left, " ", right, "' in the vocabulary, '", token, "' isn't there");
        return id;
      };
      const std::string_view rest = right.substr(prefix.size());
      const auto gives = [&, &left = left](uint32_t id) {
        const std::string_view token = tokens_.token(id);
        return token.size() == left.size() + rest.size() && token.starts_with(left) &&
               token.ends_with(rest);
      };
      // Most files have merges in the order of what they give.
      if (!gives(result) && !gives(++result)) {
        joined.assign(left).append(rest);
        result = checked(joined, tokens_.id(joined));
      }
      lookup.merge = {checked(left, tokens_.id(left, lookup.left)),
                      checked(right, tokens_.id(right, lookup.right)), result, rank};
      merges_.prefetch(lookup.merge.left, lookup.merge.right);
    }
    for (size_t i = begin; i < end; ++i) merges_.add(ring[i % ring.size()].merge);
  }
}

void Bpe::find_start_symbols() {
  if (options_.byte_fallback) {
    byte_tokens_.find([&](std::string_view token) { return tokens_.id(token); });
  }
  if (options_.unk_token) unk_ = tokens_.id(*options_.unk_token);
  simple_ = dropout_ == 0 && or_empty(options_.continuing_subword_prefix).empty() &&
            or_empty(options_.end_of_word_suffix).empty();
  // Where some unknown characters leave a mark and others don't, what merges across them is rare.
  if (options_.byte_fallback && !options_.unk_token && !byte_tokens_.cover_all()) simple_ = false;
  // Symbols that don't stand for their own text must not become part of others.
  std::vector<bool> foreign(tokens_.end_id());
  if (unk_ != kNone) foreign[unk_] = true;
  for (int byte = 0; byte < 256; ++byte) {
    const uint32_t id = byte_tokens_[static_cast<char>(byte)];
    if (id != kNone) foreign[id] = true;
  }
  simple_ =
      simple_ && std::none_of(merges_.all().begin(), merges_.all().end(),
                              [&](const Merge& m) { return foreign[m.left] || foreign[m.right]; });
  complete_ = options_.byte_level;
  for (int byte = 0; complete_ && byte < 256; ++byte) {
    const char one = static_cast<char>(byte);
    complete_ = trie_.find({&one, 1}) != Trie::kNone;
  }
}

size_t Bpe::character_size(std::string_view piece, size_t at) const {
  return options_.byte_level ? 1 : unicode::length_of(piece[at]);
}

std::string Bpe::start_token(std::string_view character, bool first, bool last) const {
  std::string token;
  if (!first) token = or_empty(options_.continuing_subword_prefix);
  if (options_.byte_level) {
    append_letters(token, character);
  } else {
    token += character;
  }
  if (last) token += or_empty(options_.end_of_word_suffix);
  return token;
}

bool Bpe::start_symbols(uint32_t token, std::vector<Symbol>& out) const {
  std::string raw;
  std::string_view text = tokens_.token(token);
  if (options_.byte_level) {
    if (!letters_to_bytes(text, raw)) return false;
    text = raw;
  }
  for (size_t at = 0; at < text.size();) {
    const size_t size = character_size(text, at);
    const uint32_t id = trie_.find(text.substr(at, size));
    if (id == kNone) return false;
    out.push_back({id, static_cast<uint32_t>(size)});
    at += size;
  }
  return true;
}

void Bpe::add_unknown(const std::string& token, std::string_view character,
                      std::optional<Symbol>& unknown, std::vector<Symbol>& out) const {
  if (options_.byte_fallback && byte_tokens_.cover(token)) {
    for (const char byte : token) out.push_back({byte_tokens_[byte], 1});
    return;
  }
  if (!options_.unk_token) return;
  HEARTH_CHECK_AS(ValueError, unk_ != kNone, "[BPE] expected unk_token '", *options_.unk_token,
                  "' in the vocabulary, for a text with '", character, "'");
  const auto size = static_cast<uint32_t>(character.size());
  if (unknown && options_.fuse_unk) {
    unknown->size += size;
  } else {
    if (unknown) out.push_back(*unknown);
    unknown = {unk_, size};
  }
}

void Bpe::start_piece(std::string_view piece, std::vector<Symbol>& out) const {
  // HF keeps an unknown symbol back until a known one comes, also when bytes come before that.
  std::optional<Symbol> unknown;
  for (size_t at = 0; at < piece.size();) {
    const std::string_view character = piece.substr(at, character_size(piece, at));
    const bool first = at == 0;
    at += character.size();
    const std::string token = start_token(character, first, at == piece.size());
    const uint32_t id = tokens_.id(token);
    if (id == kNone) {
      add_unknown(token, character, unknown, out);
      continue;
    }
    if (unknown) out.push_back(*unknown);
    unknown.reset();
    out.push_back({id, static_cast<uint32_t>(character.size())});
  }
  if (unknown) out.push_back(*unknown);
}

Symbol Bpe::longest(std::string_view text, size_t at, size_t most, State& state) const {
  Symbol found{kNone, 0};
  const size_t end = std::min(text.size(), at + most);
  uint32_t node = Trie::kRoot;
  for (size_t i = at; i < end; ++i) {
    node = trie_.step(node, text[i]);
    if (node == Trie::kNone) break;
    const uint32_t id = trie_.value(node);
    if (id != kNone && check_->reachable(id, *this, state.merging)) {
      found = {id, static_cast<uint32_t>(i + 1 - at)};
    }
  }
  return found;
}

/// Of a run whose characters are all tokens.
void Bpe::encode_known(std::string_view run, State& state, std::vector<Symbol>& out) const {
  const size_t base = out.size();
  // Positions from which there is no way to the end.
  std::vector<uint64_t>& dead = state.dead;
  dead.assign(run.size() / 64 + 1, 0);
  size_t at = 0;
  Symbol next = longest(run, at, run.size(), state);
  while (at < run.size()) {
    const size_t end = at + next.size;
    const bool open = next.size > 0 && !(dead[end / 64] >> (end % 64) & 1) &&
                      (out.size() == base || state.pairs.find(out.back().id, next.id, [&] {
                        return check_->neighbours(out.back().id, next.id, *this, state.merging);
                      }));
    if (open) {
      out.push_back(next);
      at = end;
      if (at < run.size()) next = longest(run, at, run.size(), state);
    } else if (next.size > 1) {
      next = longest(run, at, next.size - 1, state);
    } else {
      dead[at / 64] |= uint64_t{1} << (at % 64);
      next = out.back();
      out.pop_back();
      at -= next.size;
    }
  }
}

void Bpe::encode_with_unknown(std::string_view piece, State& state,
                              std::vector<Symbol>& out) const {
  std::string& known = state.known;
  known.clear();
  std::optional<Symbol> unknown;
  const auto finish_run = [&] {
    if (known.empty()) return;
    if (unknown) out.push_back(*unknown);
    unknown.reset();
    encode_known(known, state, out);
    known.clear();
  };
  for (size_t at = 0; at < piece.size();) {
    const std::string_view character = piece.substr(at, character_size(piece, at));
    at += character.size();
    if (trie_.find(character) != kNone) {
      known += character;
      continue;
    }
    // What is neither unknown nor bytes is left out, and those around it may merge.
    if (options_.byte_fallback || options_.unk_token) finish_run();
    add_unknown(start_token(character, true, false), character, unknown, out);
  }
  finish_run();
  if (unknown) out.push_back(*unknown);
}

void Bpe::encode_piece(std::string_view piece, State& state, std::vector<Symbol>& out) const {
  if (options_.ignore_merges && dropout_ == 0) {
    const uint32_t whole = trie_.find(piece);
    if (whole != kNone) {
      out.push_back({whole, static_cast<uint32_t>(piece.size())});
      return;
    }
  }
  if (!simple_) {
    start_piece(piece, out);
    merge_symbols(merges_, out, state.merging, dropout_);
  } else if (!whole_.empty()) {
    whole_.split(
        piece, [&](std::string_view text) { encode_with_unknown(text, state, out); },
        [&](Symbol symbol) { out.push_back(symbol); });
  } else if (complete_) {
    encode_known(piece, state, out);
  } else {
    encode_with_unknown(piece, state, out);
  }
}

void Bpe::encode(std::string_view text, ArrayRef<Offset> pieces, Tokens& out) const {
  encode_pieces(*this, thread_state<State>(serial_), text, pieces, out);
}

std::optional<BpeOptions> bpe_options(const Model& model) {
  const auto* bpe = dynamic_cast<const Bpe*>(&model);
  return bpe ? std::optional(bpe->options()) : std::nullopt;
}

std::unique_ptr<Model> make_bpe(const VocabEntries& vocab, const std::vector<RankedMerge>& merges,
                                const BpeOptions& options, const std::string& source) {
  return std::make_unique<Bpe>(vocab, merges, options, source);
}

}  // namespace hearth::text
