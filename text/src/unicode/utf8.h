// SPDX-License-Identifier: Apache-2.0
// UTF-8, one code point at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "hearth/text/utf8.h"

namespace hearth::text::unicode {

inline constexpr char32_t kReplacement = 0xfffd;
inline constexpr char32_t kCodePoints = 0x110000;

/// The code point at `at` of valid UTF-8; `at` moves behind it.
inline char32_t next(std::string_view text, size_t& at) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  const uint8_t first = byte(at);
  if (first < 0x80) return text[at++];
  if (first < 0xe0) {
    at += 2;
    return (first & 0x1fu) << 6 | (byte(at - 1) & 0x3fu);
  }
  if (first < 0xf0) {
    at += 3;
    return (first & 0xfu) << 12 | (byte(at - 2) & 0x3fu) << 6 | (byte(at - 1) & 0x3fu);
  }
  at += 4;
  return (first & 0x7u) << 18 | (byte(at - 3) & 0x3fu) << 12 | (byte(at - 2) & 0x3fu) << 6 |
         (byte(at - 1) & 0x3fu);
}

/// Bytes of the code point that begins with this byte of valid UTF-8.
inline size_t length_of(char first) {
  const auto byte = static_cast<uint8_t>(first);
  return byte < 0x80 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
}

/// Whether this byte goes on with a code point that began before it.
inline bool continues(char byte) { return (static_cast<uint8_t>(byte) & 0xc0) == 0x80; }

void append(std::string& out, char32_t code);

}  // namespace hearth::text::unicode
