// SPDX-License-Identifier: Apache-2.0
// What happens to encodings after the model: cutting, joining, padding.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "hearth/text/tokenizers/encoding.h"
#include "hearth/text/tokenizers/tokenizer.h"

namespace hearth::text {

/// A token that no text stands behind.
struct SpecialToken {
  uint32_t id = 0;
  std::string token;
};

/// Adds a special token at an end.
void put_special(Encoding& encoding, const SpecialToken& token, uint32_t type_id, Side side);
/// Names token i by another text than the vocabulary's, if it is one.
void name_token(Encoding& encoding, size_t i, std::string_view text);

/// Adds `next` at the end, and what was cut off either with the other and its pieces; a piece of
/// both also stands among the pieces of the first's.
void append(Encoding& encoding, const Encoding& next);

/// Adds a special token at the end, and to what was cut off.
void append_special(Encoding& encoding, const SpecialToken& token, uint32_t type_id);
/// Room for so many tokens.
void reserve(Encoding& encoding, size_t size);
/// One or more, one behind the other.
Encoding join(std::vector<Encoding> parts);

/// Leaves `max_length` tokens; others go to `overflowing`. `stride` must be less than max_length,
/// unless that is 0.
void truncate(Encoding& encoding, size_t max_length, size_t stride, Side direction);

/// Cuts a text, or a pair, to `room` tokens in all. Throws ValueError where the strategy cannot.
void truncate_pair(Encoding& first, Encoding* second, const Truncation& truncation, size_t room);

void pad(Encoding& encoding, size_t length, const Padding& padding);
/// To the length of the longest, or that of `padding`.
void pad_all(std::vector<Encoding>& encodings, const Padding& padding);

}  // namespace hearth::text
