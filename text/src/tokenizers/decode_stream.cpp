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
  std::string fresh = behind_prefix(text);
  // The tokens of this text stay, for what comes next depends on what is before it.
  const size_t kept = ids_.size() - prefix_ids_;
  ids_.erase(ids_.begin(), ids_.begin() + static_cast<std::ptrdiff_t>(prefix_ids_));
  prefix_ = tokenizer_.decode(ids_, skip_special_tokens_);
  prefix_ids_ = kept;
  return fresh;
}

std::string DecodeStream::behind_prefix(const std::string& text) const {
  if (text.starts_with(prefix_)) return text.substr(prefix_.size());
  // The new tokens change what is out already; then they are taken by themselves.
  const ArrayRef<uint32_t> all = ids_;
  return tokenizer_.decode(all.slice(prefix_ids_, all.size() - prefix_ids_), skip_special_tokens_);
}

std::optional<std::string> DecodeStream::finish() {
  const std::string text = tokenizer_.decode(ids_, skip_special_tokens_);
  std::string fresh = text.size() > prefix_.size() ? behind_prefix(text) : "";
  ids_.clear();
  prefix_.clear();
  prefix_ids_ = 0;
  if (fresh.empty()) return std::nullopt;
  return fresh;
}

}  // namespace hearth::text
