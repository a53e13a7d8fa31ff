// SPDX-License-Identifier: Apache-2.0
#include "tokenizers/models/trie.h"

#include <algorithm>

#include "hearth/base/error.h"

namespace hearth::text {
namespace {

constexpr size_t kMostSlots = size_t{1} << 24;

}  // namespace

void Trie::reserve(size_t bytes, const std::string& source) {
  HEARTH_CHECK_AS(FormatError, bytes < kMostSlots / 2, "[", source,
                  "] expected tokens of less than 8 MB in all, got ", bytes, " bytes");
  slots_.assign(table_size(bytes), {});
  mask_ = slots_.size() - 1;
  slots_[kRoot].key = kTaken;
  if (slots_.size() == kMostSlots) slots_.back().key = kTaken;
}

uint32_t Trie::add(std::string_view text, uint32_t value) {
  size_t node = kRoot;
  for (const char byte : text) node = grow(node, byte);
  slots_[node].value = value;
  return static_cast<uint32_t>(node);
}

void Trie::add_together(ArrayRef<std::pair<std::string_view, uint32_t>> texts) {
  std::vector<size_t> nodes(texts.size(), kRoot);
  size_t longest = 0;
  for (const auto& [text, value] : texts) longest = std::max(longest, text.size());
  for (size_t at = 0; at < longest; ++at) {
    for (size_t i = 0; i < texts.size(); ++i) {
      const std::string_view text = texts[i].first;
      if (at >= text.size()) continue;
      nodes[i] = grow(nodes[i], text[at]);
      if (at + 1 < text.size())
        __builtin_prefetch(&slots_[slot_of(key_of(static_cast<uint32_t>(nodes[i]), text[at + 1]))],
                           1);
    }
  }
  for (size_t i = 0; i < texts.size(); ++i) slots_[nodes[i]].value = texts[i].second;
}

}  // namespace hearth::text
