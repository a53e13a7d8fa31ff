// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hearth/base/array_ref.h"

#include "tokenizers/models/hashing.h"
#include "tokenizers/models/large_table.h"

namespace hearth::text {

/// Texts by their bytes, each with a number. A node is a slot of a hash table, found by the slot of
/// the node before it and a byte, so that a step is one look into memory and building needs no
/// order.
class Trie {
 public:
  static constexpr uint32_t kNone = UINT32_MAX;
  static constexpr uint32_t kRoot = 0;

  /// For texts of so many bytes in all. FormatError, naming `source`, if that is too much.
  void reserve(size_t bytes, const std::string& source);
  /// Texts that are added may not have more bytes than were reserved. A text that is there gets the
  /// new value, which is less than kNone. Returns its node, until more texts are added.
  uint32_t add(std::string_view text, uint32_t value);
  /// Adds some, not many, at once, so that they wait for memory together. None may be empty.
  void add_together(ArrayRef<std::pair<std::string_view, uint32_t>> texts);

  /// The node after `node`, kNone if no text goes on like that.
  uint32_t step(uint32_t node, char byte) const {
    const uint32_t key = key_of(node, byte);
    size_t at = slot_of(key);
    while (slots_[at].key != key) {
      if (slots_[at].key == kEmpty) return kNone;
      at = (at + 1) & mask_;
    }
    return static_cast<uint32_t>(at);
  }
  /// The value of the text that ends here, kNone if none does.
  uint32_t value(uint32_t node) const { return slots_[node].value; }
  /// The value of this text, kNone if it wasn't added.
  uint32_t find(std::string_view text) const {
    uint32_t node = kRoot;
    for (const char byte : text) {
      node = step(node, byte);
      if (node == kNone) return kNone;
    }
    return value(node);
  }

 private:
  struct Slot {
    uint32_t key = kEmpty;
    uint32_t value = kNone;
  };
  // A node's slot is less than 2^24 - 1, so no key of a node and a byte is one of these.
  static constexpr uint32_t kEmpty = UINT32_MAX, kTaken = UINT32_MAX - 1;

  static uint32_t key_of(uint32_t node, char byte) {
    return node << 8 | static_cast<uint8_t>(byte);
  }
  size_t slot_of(uint32_t key) const { return (hash_number(key, seed_) >> 20) & mask_; }

  /// The node behind a node, which is made if there is none.
  size_t grow(size_t node, char byte) {
    const uint32_t key = key_of(static_cast<uint32_t>(node), byte);
    size_t at = slot_of(key);
    while (slots_[at].key != key && slots_[at].key != kEmpty) at = (at + 1) & mask_;
    nodes_ += slots_[at].key == kEmpty;
    slots_[at].key = key;
    return at;
  }
  void clear(size_t size);
  /// Makes sure that so many nodes can follow.
  void make_room(size_t nodes);

  LargeTable<Slot> slots_;
  size_t mask_ = 0, nodes_ = 0;
  uint64_t seed_ = hash_seed();
};

}  // namespace hearth::text
