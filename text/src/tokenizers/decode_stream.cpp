// SPDX-License-Identifier: Apache-2.0
#include "hearth/text/tokenizers/decode_stream.h"

#include <utility>

#include "tokenizers/decode_steps.h"

namespace hearth::text {

DecodeStream::DecodeStream(Tokenizer tokenizer, bool skip_special_tokens)
    : tokenizer_(std::move(tokenizer)), skip_special_tokens_(skip_special_tokens) {}

std::optional<std::string> DecodeStream::step(uint32_t id) {
  if (prefix_.empty() && !ids_.empty()) {
    std::string known = tokenizer_.decode(ids_, skip_special_tokens_);
    if (!known.ends_with(kReplacementText)) {
      prefix_ = std::move(known);
      prefix_ids_ = ids_.size();
    }
  }
  ids_.push_back(id);
  const std::string text = tokenizer_.decode(ids_, skip_special_tokens_);
  // Bytes at the end that are no character yet may become one.
  if (text.size() <= prefix_.size() || text.ends_with(kReplacementText)) return std::nullopt;
  std::string fresh = text.substr(prefix_.size());
  // The tokens of this text stay, for what comes next depends on what is before it.
  const size_t kept = ids_.size() - prefix_ids_;
  ids_.erase(ids_.begin(), ids_.begin() + static_cast<std::ptrdiff_t>(prefix_ids_));
  prefix_ = tokenizer_.decode(ids_, skip_special_tokens_);
  prefix_ids_ = kept;
  return fresh;
}

std::optional<std::string> DecodeStream::finish() {
  std::string text = tokenizer_.decode(ids_, skip_special_tokens_);
  const size_t known = prefix_.size();
  ids_.clear();
  prefix_.clear();
  prefix_ids_ = 0;
  if (text.size() <= known) return std::nullopt;
  return text.substr(known);
}

}  // namespace hearth::text
