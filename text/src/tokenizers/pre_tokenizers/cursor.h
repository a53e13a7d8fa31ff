// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "unicode/tables.h"

namespace hearth::text {

/// A code point's classes (unicode::Class) and its bytes; 0 bytes stand for the end of a text.
struct Seen {
  uint8_t classes;
  uint8_t bytes;
};

/// Walks over valid UTF-8 by classes of characters.
class Cursor {
 public:
  Cursor(const char* at, const char* end) : at_(at), end_(end) {}

  const char* at() const { return at_; }
  bool done() const { return at_ == end_; }
  void skip(size_t bytes) { at_ += bytes; }
  void move_to(const char* place) { at_ = place; }

  Seen peek(size_t ahead = 0) const {
    const char* p = at_ + ahead;
    if (p >= end_) return {0, 0};
    const auto byte = static_cast<uint8_t>(*p);
    if (byte < 0x80) return {unicode::kClassOfBlocks[byte], 1};
    return peek_far(p);
  }
  /// Whether the next byte is this one.
  bool is(char byte, size_t ahead = 0) const { return at_ + ahead < end_ && at_[ahead] == byte; }

  /// Skips characters of which some class is in `mask`.
  void skip_while(uint8_t mask) {
    skip_if([mask](uint8_t classes) { return (classes & mask) != 0; });
  }
  /// Skips characters of which no class is in `mask`.
  void skip_without(uint8_t mask) {
    skip_if([mask](uint8_t classes) { return (classes & mask) == 0; });
  }

 private:
  template <class F>
  void skip_if(const F& f) {
    while (at_ < end_) {
      const auto byte = static_cast<uint8_t>(*at_);
      if (byte < 0x80) {
        if (!f(unicode::kClassOfBlocks[byte])) return;
        ++at_;
      } else {
        const Seen seen = peek_far(at_);
        if (!f(seen.classes)) return;
        at_ += seen.bytes;
      }
    }
  }

  static Seen peek_far(const char* p) {
    size_t bytes = 0;
    const char32_t code = unicode::next(std::string_view(p, 4), bytes);
    return {unicode::class_of(code), static_cast<uint8_t>(bytes)};
  }

  const char* at_;
  const char* end_;
};

}  // namespace hearth::text
