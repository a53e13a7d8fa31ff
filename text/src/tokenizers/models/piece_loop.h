// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <string_view>

#include "tokenizers/models/piece_cache.h"
#include "tokenizers/models/thread_state.h"
#include "tokenizers/parts.h"

namespace hearth::text {

/// Tokens of a text as they are written: room is made for many at a time.
class TokenWriter {
 public:
  explicit TokenWriter(Tokens& out) : out_(out), count_(out.ids.size()) {}
  TokenWriter(const TokenWriter&) = delete;
  ~TokenWriter() { resize(count_); }

  void make_room(size_t tokens) {
    if (out_.ids.size() - count_ < tokens) resize(count_ + std::max(tokens, count_ / 2 + 64));
  }
  void add(uint32_t id) { out_.ids[count_++] = id; }
  void add(uint32_t id, const Offset& span, uint32_t piece) {
    out_.spans[count_] = span;
    out_.pieces[count_] = piece;
    add(id);
  }

 private:
  void resize(size_t size) {
    out_.ids.resize(size);
    if (out_.ids_only) return;
    out_.spans.resize(size);
    out_.pieces.resize(size);
  }

  Tokens& out_;
  size_t count_;
};

/// Appends the tokens of all pieces, short ones from the thread's cache. The engine has
///   encode_piece(piece, state, symbols): puts the tokens of a piece into symbols, which is empty;
///   covered(id): how many bytes of a text a token stands for, where that doesn't vary;
///   caches(): whether a piece always gives the same.
template <class Engine, class State>
void encode_pieces(const Engine& engine, State& state, std::string_view text,
                   ArrayRef<Offset> pieces, Tokens& out) {
  TokenWriter writer(out);
  const char* end = text.data() + text.size();
  const bool caches = engine.caches();
  for (size_t i = 0; i < pieces.size(); ++i) {
    const std::string_view piece = text.substr(pieces[i].begin, pieces[i].end - pieces[i].begin);
    if (piece.empty()) continue;
    const auto number = static_cast<uint32_t>(i);
    PieceCache::Entry* entry = nullptr;
    PieceCache::Key key;
    if (caches && piece.size() <= PieceCache::kMostBytes) {
      key = PieceCache::key_of(piece, end);
      entry = &state.cache.entry(key);
      if (entry->key == key) {
        const size_t count = entry->count;
        if (out.ids_only) {
          writer.make_room(PieceCache::kMostTokens);
          for (size_t k = 0; k < count; ++k) writer.add(entry->id(k));
          continue;
        }
        if (count == 1 || entry->plain) {
          writer.make_room(count);
          uint32_t begin = pieces[i].begin;
          for (size_t k = 0; k + 1 < count; ++k) {
            const uint32_t id = entry->id(k), next = begin + engine.covered(id);
            writer.add(id, {begin, next}, number);
            begin = next;
          }
          if (count > 0) writer.add(entry->id(count - 1), {begin, pieces[i].end}, number);
          continue;
        }
      }
    }
    std::vector<Symbol>& symbols = state.symbols;
    symbols.clear();
    engine.encode_piece(piece, state, symbols);
    if (entry) {
      size_t covered = 0;
      bool plain = true;
      for (const Symbol& symbol : symbols) {
        covered += symbol.again ? 0 : symbol.size;
        plain = plain && !symbol.again && symbol.size == engine.covered(symbol.id);
      }
      const bool whole = symbols.size() == 1 ? covered == piece.size() : plain;
      // The engine may have put it there itself.
      if (covered == piece.size() && !(entry->key == key)) entry->set(key, symbols, whole);
    }
    writer.make_room(symbols.size());
    Offset span{pieces[i].begin, pieces[i].begin};
    for (const Symbol& symbol : symbols) {
      if (out.ids_only) {
        writer.add(symbol.id);
        continue;
      }
      if (!symbol.again) span = {span.end, std::min(span.end + symbol.size, pieces[i].end)};
      writer.add(symbol.id, span, number);
    }
  }
}

}  // namespace hearth::text
