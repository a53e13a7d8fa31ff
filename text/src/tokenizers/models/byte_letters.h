// SPDX-License-Identifier: Apache-2.0
// GPT-2's letters for bytes: every byte has one that can be seen. What prints stands for itself,
// others are U+0100 and after.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace hearth::text {

inline constexpr std::array<char16_t, 256> kByteLetters = [] {
  std::array<char16_t, 256> letters{};
  char16_t next = 0x100;
  for (int byte = 0; byte < 256; ++byte) {
    const bool seen =
        (byte >= '!' && byte <= '~') || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
    letters[byte] = seen ? static_cast<char16_t>(byte) : next++;
  }
  return letters;
}();

/// The byte of a letter; -1 for what is none.
inline int byte_of_letter(char32_t letter) {
  static constexpr std::array<int16_t, 0x144> bytes = [] {
    std::array<int16_t, 0x144> table{};
    for (int16_t& byte : table) byte = -1;
    for (int byte = 0; byte < 256; ++byte) table[kByteLetters[byte]] = static_cast<int16_t>(byte);
    return table;
  }();
  return letter < bytes.size() ? bytes[letter] : -1;
}

/// Replaces `bytes` by those that the letters of valid UTF-8 stand for; false if something is no
/// such letter.
bool letters_to_bytes(std::string_view letters, std::string& bytes);
void append_letters(std::string& out, std::string_view bytes);

}  // namespace hearth::text
