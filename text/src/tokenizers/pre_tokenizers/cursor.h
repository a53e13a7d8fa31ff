// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
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

  /// Skips letters of ASCII, eight at a time: how long words are can't be foretold.
  void skip_ascii_letters() { skip_eights<'a', 'z', 0x20>(); }
  void skip_ascii_upper() { skip_eights<'A', 'Z', 0>(); }
  void skip_ascii_lower() { skip_eights<'a', 'z', 0>(); }
  bool is_ascii_letter(size_t ahead = 0) const {
    return at_ + ahead < end_ && static_cast<uint8_t>((at_[ahead] | 0x20) - 'a') < 26;
  }
  bool is_beyond_ascii() const { return at_ < end_ && (*at_ & 0x80); }

  void skip_letters() {
    for (;;) {
      skip_ascii_letters();
      if (!is_beyond_ascii()) return;
      do {
        if (!skip_one(unicode::kLetter)) return;
      } while (is_beyond_ascii());
    }
  }
  /// Skips characters of which some class is in `mask`.
  void skip_while(uint8_t mask) {
    skip_if([mask](uint8_t classes) { return (classes & mask) != 0; });
  }
  /// Skips characters of which no class is in `mask`.
  void skip_without(uint8_t mask) {
    skip_if([mask](uint8_t classes) { return (classes & mask) == 0; });
  }

 private:
  /// Skips bytes that are, with the bits of kFold set, from kFirst to kLast.
  template <char kFirst, char kLast, uint8_t kFold>
  void skip_eights() {
    constexpr uint64_t kOnes = 0x0101010101010101, kHigh = 0x80 * kOnes;
    uint64_t eight;
    while (static_cast<size_t>(end_ - at_) >= sizeof eight) {
      std::memcpy(&eight, at_, sizeof eight);
      if constexpr (std::endian::native == std::endian::big) eight = __builtin_bswap64(eight);
      const uint64_t seven = (eight | kFold * kOnes) & ~kHigh;
      const uint64_t from_first = seven + (0x80 - kFirst) * kOnes;
      const uint64_t behind_last = seven + (0x7f - kLast) * kOnes;
      const uint64_t others = ~((from_first ^ behind_last) & ~eight) & kHigh;
      if (others) {
        at_ += std::countr_zero(others) / 8;
        return;
      }
      at_ += sizeof eight;
    }
    while (at_ < end_ && (*at_ | kFold) >= kFirst && (*at_ | kFold) <= kLast) ++at_;
  }
  bool skip_one(uint8_t mask) {
    const Seen seen = peek();
    if (!(seen.classes & mask)) return false;
    at_ += seen.bytes;
    return true;
  }

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
