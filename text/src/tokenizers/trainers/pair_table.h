// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "tokenizers/models/hashing.h"

namespace hearth::text {

/// A value for each pair of tokens.
template <typename Value>
class PairTable {
 public:
  PairTable() : slots_(1024) {}

  static uint64_t key_of(uint32_t left, uint32_t right) {
    return static_cast<uint64_t>(left) << 32 | right;
  }
  /// A new pair gets `fresh`.
  Value& at(uint64_t key, const Value& fresh = {}) {
    Slot* slot = find(key);
    if (slot->key == kEmpty) {
      if (2 * ++size_ > slots_.size()) {
        grow();
        slot = find(key);
      }
      *slot = {key, fresh};
    }
    return slot->value;
  }
  template <class F>
  void for_each(const F& f) {
    for (Slot& slot : slots_) {
      if (slot.key != kEmpty) f(slot.key, slot.value);
    }
  }

 private:
  static constexpr uint64_t kEmpty = UINT64_MAX;
  struct Slot {
    uint64_t key = kEmpty;
    Value value{};
  };

  Slot* find(uint64_t key) {
    size_t at = hash_number(key, 0) & (slots_.size() - 1);
    while (slots_[at].key != key && slots_[at].key != kEmpty) at = (at + 1) & (slots_.size() - 1);
    return &slots_[at];
  }
  void grow() {
    std::vector<Slot> old(slots_.size() * 2);
    old.swap(slots_);
    for (Slot& slot : old) {
      if (slot.key != kEmpty) *find(slot.key) = slot;
    }
  }

  std::vector<Slot> slots_;
  size_t size_ = 0;
};

}  // namespace hearth::text
