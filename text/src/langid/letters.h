// SPDX-License-Identifier: Apache-2.0
// What the language identifier takes for letters. A few ranges, not Unicode's categories: what
// models learned must stay what it is when Unicode grows.
#pragma once

#include <array>

namespace hearth::text::langid {

namespace detail {
/// Small letters of the code points below 0x600: Latin, Greek, Cyrillic, Armenian, Hebrew and
/// their marks; 0 for what is no letter.
constexpr std::array<char16_t, 0x600> make_small_letters() {
  std::array<char16_t, 0x600> table{};
  const auto set = [&](char16_t first, char16_t last, int to_small, char16_t step = 1) {
    for (char16_t c = first; c <= last; c = static_cast<char16_t>(c + step))
      table[c] = static_cast<char16_t>(c + to_small);
  };
  set(u'a', u'z', 0);
  set(u'A', u'Z', 32);
  set(0xaa, 0xaa, 0);
  set(0xb5, 0xb5, 0);
  set(0xba, 0xba, 0);
  set(0xc0, 0xde, 32);
  set(0xdf, 0xff, 0);
  table[0xd7] = table[0xf7] = 0;  // × and ÷
  set(0x100, 0x5ff, 0);
  set(0x100, 0x136, 1, 2);
  set(0x139, 0x147, 1, 2);
  set(0x14a, 0x176, 1, 2);
  table[0x130] = u'i';
  table[0x178] = 0xff;
  set(0x179, 0x17d, 1, 2);
  set(0x1cd, 0x1db, 1, 2);
  set(0x1de, 0x1ee, 1, 2);
  set(0x1f8, 0x21e, 1, 2);
  set(0x222, 0x232, 1, 2);
  set(0x2b0, 0x2ff, 0);
  set(0x391, 0x3ab, 32);
  table[0x386] = 0x3ac;
  table[0x388] = 0x3ad;
  table[0x389] = 0x3ae;
  table[0x38a] = 0x3af;
  table[0x38c] = 0x3cc;
  table[0x38e] = 0x3cd;
  table[0x38f] = 0x3ce;
  set(0x400, 0x40f, 80);
  set(0x410, 0x42f, 32);
  set(0x460, 0x480, 1, 2);
  set(0x48a, 0x4be, 1, 2);
  set(0x4d0, 0x52e, 1, 2);
  set(0x531, 0x556, 48);
  return table;
}
inline constexpr auto kSmallLetters = make_small_letters();
}  // namespace detail

/// The small letter of a code point; 0 if it is no letter.
constexpr char32_t small_letter(char32_t c) {
  if (c < 0x600) return detail::kSmallLetters[c];
  // Punctuation, symbols, private use, what replaces damage, emoji.
  if (c >= 0x2000 && c < 0x2c00) return 0;
  if (c >= 0x3000 && c < 0x3040) return c == 0x3005 ? c : 0;
  if (c >= 0xe000 && c < 0xf900) return 0;
  if (c >= 0xfe00 && c < 0xfe70) return 0;
  if (c >= 0xff00 && c < 0xff66) return c >= 0xff21 && c <= 0xff3a ? c - 0xff21 + U'a' : 0;
  if (c >= 0xfff0 && c < 0x10000) return 0;
  if (c >= 0x1f000 && c < 0x20000) return 0;
  if (c >= 0xe0000) return 0;
  return c == 0x30fb ? 0 : c;  // the dot between katakana
}

/// Chinese and Japanese letters, which say as much as two of others.
constexpr bool is_wide(char32_t c) { return c >= 0x2e80 && c < 0xac00; }

}  // namespace hearth::text::langid
