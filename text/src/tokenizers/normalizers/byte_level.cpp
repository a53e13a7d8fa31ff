// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "tokenizers/edit.h"
#include "tokenizers/json_fields.h"
#include "tokenizers/models/byte_letters.h"
#include "tokenizers/normalizers/normalizers.h"
#include "unicode/utf8.h"

namespace hearth::text::normalizers {
namespace {

class ByteLevel final : public Normalizer {
 public:
  void normalize(Text& text) const override {
    Edit edit(text);
    while (!edit.left().empty()) {
      const std::string_view left = edit.left();
      const auto letter = [&](size_t i) { return kByteLetters[static_cast<uint8_t>(left[i])]; };
      const size_t size = unicode::length_of(left[0]);
      if (letter(0) == static_cast<uint8_t>(left[0]) && size == 1) {
        edit.keep(1);
        continue;
      }
      edit.replace(size, letter(0));
      for (size_t i = 1; i < size; ++i) edit.add(letter(i));
    }
    edit.finish();
  }
  nlohmann::ordered_json to_json() const override { return {{"type", "ByteLevel"}}; }
};

}  // namespace

std::unique_ptr<Normalizer> make_byte_level(const JsonFields&) {
  return std::make_unique<ByteLevel>();
}

}  // namespace hearth::text::normalizers
