// SPDX-License-Identifier: Apache-2.0
// What a folder says of its tokenizer beside the vocabulary.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hearth/data/readers/jsonl.h"
#include "hearth/text/tokenizers/tokenizer.h"

#include "tokenizers/special_tokens.h"

namespace hearth::text {

/// The member of an object, unless it is null.
std::optional<data::readers::JsonValue> member(const data::readers::JsonValue& object,
                                               const char* name);

struct TokenizerSettings {
  /// Whether a file is what its own library makes of it; else, what transformers does.
  bool of_library = true;
  /// tokenizer_config.json; null if there is none.
  data::readers::JsonValue config{};
  /// The class that makes the tokenizer, without "Tokenizer" and "Fast" and in small letters,
  /// "xlmroberta"; "" where nobody says one.
  std::string family{};
  /// As kSpecialTokenNames are ordered.
  std::array<std::optional<AddedToken>, std::size(kSpecialTokenNames)> named{};
  /// Whether nothing but its text is said of mask_token.
  bool mask_is_text = true;
  std::vector<AddedToken> additional{};
  /// Whether special_tokens_map.json alone lists the additional ones.
  bool additional_of_map = false;

  /// Whether tokenizer_config.json has such a member, be it null.
  bool says(std::string_view name) const;
  bool flag(const char* name, bool fallback) const;
  /// The text of a special token, "bos_token" ...; "" if there is none.
  std::string token(std::string_view name) const;
};

/// What tokenizer_config.json and special_tokens_map.json say, each null where there is none;
/// `model` is config.json.
TokenizerSettings read_settings(const data::readers::JsonValue& config,
                                const data::readers::JsonValue& special_tokens_map,
                                const data::readers::JsonValue& model);

/// "[MASK]", or the same as an object that says more.
AddedToken read_token(const data::readers::JsonValue& value);

}  // namespace hearth::text
