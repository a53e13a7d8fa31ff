// SPDX-License-Identifier: Apache-2.0
// The normalization forms of UAX #15.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace hearth::text::unicode {

enum class Form { NFC, NFD, NFKC, NFKD };

/// Whose data: of Unicode 15.0, or of Hugging Face's tokenizers, who know no marks and
/// decompositions newer than Unicode 9.
enum class Tables { Unicode, Hf };

/// A code point of a normalized text. `change` says what became of the text before, as HF counts: 1
/// for one that was added, 0 for one that stands for the next one of the text, -n for one that
/// stands for the next and the n after it.
struct Normalized {
  char32_t code;
  int32_t change;
  uint8_t combining_class;
};

/// How many bytes at the front of a valid text are normalized already, and stay so whatever
/// follows.
size_t normalized_prefix(std::string_view text, Form form, Tables tables);
/// How many bytes at the front of a text have to be normalized together. 0 only for no text.
size_t next_segment(std::string_view text, Form form, Tables tables);
/// Normalizes one segment, in place of what `out` holds.
void normalize_segment(std::string_view segment, Form form, Tables tables,
                       std::vector<Normalized>& out);

/// The whole text at once.
std::string normalize(std::string_view text, Form form, Tables tables = Tables::Unicode);

}  // namespace hearth::text::unicode
