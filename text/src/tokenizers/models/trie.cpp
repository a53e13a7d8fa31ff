// SPDX-License-Identifier: Apache-2.0
#include "tokenizers/models/trie.h"

#include <algorithm>

#include "hearth/base/error.h"

namespace hearth::text {
namespace {

constexpr size_t kMostSlots = size_t{1} << 24;
/// How many bytes of vocabularies share a node, or nearly so: a smaller table stays in the caches.
constexpr size_t kShared = 3;

}  // namespace

void Trie::reserve(size_t bytes, const std::string& source) {
  HEARTH_CHECK_AS(FormatError, bytes < kMostSlots / 2, "[", source,
                  "] expected tokens of less than 8 MB in all, got ", bytes, " bytes");
  clear(table_size(bytes / kShared));
}

void Trie::clear(size_t size) {
  slots_.assign(size, {});
  mask_ = size - 1;
  nodes_ = 0;
  slots_[kRoot].key = kTaken;
  if (size == kMostSlots) slots_.back().key = kTaken;
}

void Trie::make_room(size_t nodes) {
  const size_t size = table_size(nodes_ + nodes);
  if (size <= slots_.size()) return;
  LargeTable<Slot> old;
  old.swap(slots_);
  clear(size);
  LargeTable<uint32_t> moved(old.size(), kNone);  // where nodes are now
  moved[kRoot] = kRoot;
  std::vector<size_t> path;
  for (size_t at = 0; at < old.size(); ++at) {
    if (old[at].key >= kTaken) continue;
    for (size_t node = at; moved[node] == kNone; node = old[node].key >> 8) path.push_back(node);
    for (; !path.empty(); path.pop_back()) {
      const Slot& slot = old[path.back()];
      const size_t node = grow(moved[slot.key >> 8], static_cast<char>(slot.key & 0xff));
      slots_[node].value = slot.value;
      moved[path.back()] = static_cast<uint32_t>(node);
    }
  }
}

uint32_t Trie::add(std::string_view text, uint32_t value) {
  make_room(text.size());
  size_t node = kRoot;
  for (const char byte : text) node = grow(node, byte);
  slots_[node].value = value;
  return static_cast<uint32_t>(node);
}

void Trie::add_together(ArrayRef<std::pair<std::string_view, uint32_t>> texts) {
  std::vector<size_t> nodes(texts.size(), kRoot);
  size_t longest = 0, bytes = 0;
  for (const auto& [text, value] : texts) {
    longest = std::max(longest, text.size());
    bytes += text.size();
  }
  make_room(bytes);
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
