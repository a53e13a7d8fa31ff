// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tokenizers/parts.h"

namespace hearth::text {

/// Writes a text anew, from its front to its back. Origins become what they are in HF's
/// NormalizedString: what replaces something comes from there, what is added from where the byte
/// before it came from. Nothing is copied until something changes.
class Edit {
 public:
  explicit Edit(Text& text) : text_(text), old_(text.bytes) {}

  /// What is still to be read, and where it begins.
  std::string_view left() const { return old_.substr(at_); }
  size_t at() const { return at_; }
  /// How long the new text is so far.
  size_t size() const { return out_.size() + at_ - kept_; }

  void keep(size_t bytes) { at_ += bytes; }
  void drop(size_t bytes) {
    flush();
    kept_ = at_ += bytes;
    changed_ = true;
  }
  /// Writes text in place of the next bytes, which are whole code points; it comes from the first.
  void replace(size_t bytes, std::string_view with) {
    flush();
    put(with, at_);
    kept_ = at_ += bytes;
  }
  void replace(size_t bytes, char32_t with);
  /// Adds text that comes from the code point before, or from nothing at the front.
  void add(std::string_view more) {
    flush();
    put(more, at_ - 1);
  }
  void add(char32_t more);

  /// Makes the text what was written; what is left is kept.
  void finish();

 private:
  void flush();
  /// `from`: the byte whose origin it gets.
  void put(std::string_view more, size_t from);
  Offset origin(size_t byte) const;

  Text& text_;
  std::string_view old_;
  std::string out_;
  std::vector<Offset> origin_;
  /// Bytes read, and those of them that are written.
  size_t at_ = 0, kept_ = 0;
  bool changed_ = false;
};

/// Writes down the origin of every byte of a text that hasn't changed so far.
void spell_out_origin(Text& text);
/// Puts text before the byte at `begin` of a text that has one; it comes from where that comes
/// from.
void insert(Text& text, size_t begin, std::string_view more);
/// Gives scratch memory of a thread back that a long text made large.
inline void shrink_if_large(std::vector<Offset>& scratch) {
  if (scratch.capacity() > size_t{1} << 17) std::vector<Offset>().swap(scratch);
}
/// Bytes of the first code points of a text, of no more than there are.
size_t bytes_of_codes(std::string_view text, int64_t codes);
/// Bytes at the front that are ASCII.
size_t ascii_prefix(std::string_view text);

}  // namespace hearth::text
