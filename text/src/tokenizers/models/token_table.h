// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tokenizers/models/large_table.h"

namespace hearth::text {

/// Tokens and their ids, both ways.
class TokenTable {
 public:
  static constexpr uint32_t kNone = UINT32_MAX;

  /// Room for so many tokens, of so many bytes in all.
  void reserve(size_t tokens, size_t bytes);
  /// A text that is there gets the new id. FormatError, naming `source`, where the id is taken by
  /// another text, or far above the number of tokens that were reserved.
  void add(std::string_view token, uint32_t id, const std::string& source) {
    add(token, hash(token), id, source);
  }
  void add(std::string_view token, uint64_t hash, uint32_t id, const std::string& source);

  /// kNone for what is no token.
  uint32_t id(std::string_view token) const { return id(token, hash(token)); }
  /// The same in two steps, so that memory can arrive for many at a time.
  uint64_t hash(std::string_view token) const;
  void prefetch(uint64_t hash) const {
    if (!slots_.empty()) __builtin_prefetch(&slots_[slot_of(hash)]);
  }
  uint32_t id(std::string_view token, uint64_t hash) const {
    return slots_.empty() ? kNone : slots_[find(token, hash)].id;
  }
  std::optional<uint32_t> find_id(std::string_view token) const;
  /// Null data for an id that there isn't.
  std::string_view token(uint32_t id) const {
    if (id >= places_.size() || places_[id].begin == kNone) return {};
    return text_at(places_[id]);
  }

  /// How many texts there are, and one more than the largest id.
  size_t size() const { return size_; }
  uint32_t end_id() const { return static_cast<uint32_t>(places_.size()); }

 private:
  struct Place {
    uint32_t begin = kNone, size = 0;
  };
  struct alignas(16) Slot {
    uint32_t id = kNone, tag = 0;
    Place place;
  };

  std::string_view text_at(Place place) const { return {bytes_.data() + place.begin, place.size}; }
  size_t slot_of(uint64_t hash) const { return (hash >> 32) & (slots_.size() - 1); }
  /// The slot of a text, or where it would be.
  size_t find(std::string_view token, uint64_t hash) const;
  void grow();

  std::string bytes_;
  std::vector<Place> places_;
  LargeTable<Slot> slots_;
  size_t size_ = 0, reserved_ = 0;
};

}  // namespace hearth::text
