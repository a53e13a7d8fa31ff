// SPDX-License-Identifier: Apache-2.0
#include "tokenizers/models/trie.h"

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
  for (const char byte : text) {
    const uint32_t key = key_of(static_cast<uint32_t>(node), byte);
    node = slot_of(key);
    while (slots_[node].key != key && slots_[node].key != kEmpty) node = (node + 1) & mask_;
    slots_[node].key = key;
  }
  slots_[node].value = value;
  return static_cast<uint32_t>(node);
}

}  // namespace hearth::text
