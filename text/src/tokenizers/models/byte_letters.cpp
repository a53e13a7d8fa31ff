// SPDX-License-Identifier: Apache-2.0
#include "tokenizers/models/byte_letters.h"

#include "unicode/utf8.h"

namespace hearth::text {

bool letters_to_bytes(std::string_view letters, std::string& bytes) {
  bytes.clear();
  for (size_t at = 0; at < letters.size();) {
    const int byte = byte_of_letter(unicode::next(letters, at));
    if (byte < 0) return false;
    bytes.push_back(static_cast<char>(byte));
  }
  return true;
}

void append_letters(std::string& out, std::string_view bytes) {
  for (const char byte : bytes) unicode::append(out, kByteLetters[static_cast<uint8_t>(byte)]);
}

}  // namespace hearth::text
