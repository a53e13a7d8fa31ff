// SPDX-License-Identifier: Apache-2.0
#include "io/latin1.h"

#include <cstdint>

namespace hearth {

std::string from_latin1(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size());
  for (const char c : bytes) {
    const auto u = static_cast<uint8_t>(c);
    if (u < 0x80) {
      text.push_back(c);
    } else {
      text.push_back(static_cast<char>(0xc0 | u >> 6));
      text.push_back(static_cast<char>(0x80 | (u & 0x3f)));
    }
  }
  return text;
}

std::optional<std::string> to_latin1(std::string_view text) {
  std::string bytes;
  bytes.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    const auto u = static_cast<uint8_t>(text[i]);
    if (u < 0x80) {
      bytes.push_back(text[i]);
    } else if ((u & 0xfc) == 0xc0 && i + 1 < text.size()) {
      bytes.push_back(static_cast<char>(u << 6 | (text[++i] & 0x3f)));
    } else {
      return std::nullopt;
    }
  }
  return bytes;
}

}  // namespace hearth
