// SPDX-License-Identifier: Apache-2.0
// What pre-tokenizers do to the pieces of a text.
#pragma once

#include <string_view>
#include <utility>
#include <vector>

#include "tokenizers/edit.h"
#include "tokenizers/parts.h"

namespace hearth::text {

inline std::string_view view(const Text& text, Offset piece) {
  return std::string_view(text.bytes).substr(piece.begin, piece.end - piece.begin);
}

/// Puts what f(piece, out) appends in place of each piece.
template <class F>
void split_pieces(Text& text, const F& f) {
  thread_local std::vector<Offset> out;
  out.clear();
  for (const Offset piece : text.pieces) f(piece, out);
  std::swap(text.pieces, out);
  shrink_if_large(out);
}

/// Writes each piece anew by f(edit, piece), which reads up to the piece's end. What is between
/// them is dropped.
template <class F>
void rewrite_pieces(Text& text, const F& f) {
  Edit edit(text);
  for (Offset& piece : text.pieces) {
    if (piece.begin > edit.at()) edit.drop(piece.begin - edit.at());
    const auto begin = static_cast<uint32_t>(edit.size());
    f(edit, piece);
    piece = {begin, static_cast<uint32_t>(edit.size())};
  }
  if (!edit.left().empty()) edit.drop(edit.left().size());
  edit.finish();
}

/// What becomes of what a pattern matches.
enum class Behavior { Removed, Isolated, MergedWithPrevious, MergedWithNext, Contiguous };

/// Takes a piece apart at matches, which lie within it in order. `invert`: at what lies between
/// them.
void split_at(Offset piece, const std::vector<Offset>& matches, Behavior behavior, bool invert,
              std::vector<Offset>& out);

}  // namespace hearth::text
