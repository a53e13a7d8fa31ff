// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "hearth/text/tokenizers/tokenizer.h"

namespace hearth::text {

/// Text out of tokens that come one by one, as Hugging Face's `DecodeStream`:
///
///     DecodeStream stream(tokenizer);
///     for (uint32_t id : ids)
///       if (auto text = stream.step(id)) print(*text);
///
/// What it gives, one after another, is what decode gives of all tokens, as long as these make
/// whole characters; a character whose bytes are spread over tokens comes with the last of them.
class HEARTH_API DecodeStream {
 public:
  explicit DecodeStream(Tokenizer tokenizer, bool skip_special_tokens = true);
  /// The text that became certain with this token; none if it needs more of them.
  std::optional<std::string> step(uint32_t id);
  /// What is left when no more tokens come: bytes that never became a character, as U+FFFD.
  std::optional<std::string> finish();

 private:
  std::string behind_prefix(const std::string& text) const;

  Tokenizer tokenizer_;
  bool skip_special_tokens_;
  std::vector<uint32_t> ids_;  // whose text is prefix_ and what is not certain yet
  std::string prefix_;
  size_t prefix_ids_ = 0;
};

}  // namespace hearth::text
