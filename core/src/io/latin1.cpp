// SPDX-License-Identifier: Apache-2.0
// Without branches, for arrays of numbers come this way, whose bytes nobody predicts.
#include "io/latin1.h"

#include <algorithm>
#include <cstdint>

namespace hearth {

std::string from_latin1(std::string_view bytes) {
  const auto high = std::count_if(bytes.begin(), bytes.end(),
                                  [](char c) { return static_cast<uint8_t>(c) >= 0x80; });
  // One more for the second byte that is written behind each first, wanted or not.
  std::string text(bytes.size() + static_cast<size_t>(high) + 1, '\0');
  char* to = text.data();
  for (const char c : bytes) {
    const auto u = static_cast<uint8_t>(c);
    to[0] = static_cast<char>(u < 0x80 ? u : 0xc0 | u >> 6);
    to[1] = static_cast<char>(0x80 | (u & 0x3f));
    to += 1 + (u >> 7);
  }
  text.pop_back();
  return text;
}

std::optional<std::string> to_latin1(std::string_view text) {
  std::string bytes(text.size(), '\0');
  char* to = bytes.data();
  bool wrong = false;
  size_t i = 0;
  while (i + 1 < text.size()) {
    const auto u = static_cast<uint8_t>(text[i]);
    const bool two = u >= 0x80;
    wrong |= two && (u & 0xfc) != 0xc0;
    *to++ = static_cast<char>(two ? u << 6 | (text[i + 1] & 0x3f) : u);
    i += two ? 2 : 1;
  }
  if (i < text.size()) {
    wrong |= static_cast<uint8_t>(text[i]) >= 0x80;
    *to++ = text[i];
  }
  if (wrong) return std::nullopt;
  bytes.resize(static_cast<size_t>(to - bytes.data()));
  return bytes;
}

}  // namespace hearth
