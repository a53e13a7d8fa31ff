// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "tokenizers/models/hashing.h"
#include "tokenizers/models/large_table.h"

namespace hearth::text {

/// Two tokens, by id, that become one.
struct Merge {
  uint32_t left = 0, right = 0, result = 0, rank = 0;
};

/// The merges of a BPE, found by their two tokens.
class MergeTable {
 public:
  static constexpr uint32_t kNone = UINT32_MAX;

  void reserve(size_t merges) {
    merges_.reserve(merges);
    slots_.assign(table_size(merges), {});
    mask_ = slots_.size() - 1;
  }
  void prefetch(uint32_t left, uint32_t right) const {
    __builtin_prefetch(&slots_[hash_number(key_of(left, right), seed_) & mask_], 1);
  }
  /// Not more than were reserved. Of merges of the same two tokens, the last one counts.
  void add(const Merge& merge) {
    const uint64_t key = key_of(merge.left, merge.right);
    Slot& slot = slots_[find_slot(key)];
    slot = {key, static_cast<uint32_t>(merges_.size()), merge.rank};
    merges_.push_back(merge);
  }

  /// The number of the merge, kNone if there is none.
  uint32_t find(uint32_t left, uint32_t right) const {
    return slots_[find_slot(key_of(left, right))].index;
  }
  /// Its rank, kNone if there is none.
  uint32_t rank(uint32_t left, uint32_t right) const {
    return slots_[find_slot(key_of(left, right))].rank;
  }
  const Merge& operator[](size_t index) const { return merges_[index]; }
  /// All, in the order in which they were added, also those that others replaced.
  const std::vector<Merge>& all() const { return merges_; }

 private:
  struct Slot {
    uint64_t key = UINT64_MAX;
    uint32_t index = kNone, rank = kNone;
  };

  static uint64_t key_of(uint32_t left, uint32_t right) {
    return static_cast<uint64_t>(left) << 32 | right;
  }
  size_t find_slot(uint64_t key) const {
    size_t at = hash_number(key, seed_) & mask_;
    while (slots_[at].key != key && slots_[at].index != kNone) at = (at + 1) & mask_;
    return at;
  }

  std::vector<Merge> merges_;
  LargeTable<Slot> slots_;
  size_t mask_ = 0;
  uint64_t seed_ = hash_seed();
};

}  // namespace hearth::text
