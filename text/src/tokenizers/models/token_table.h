// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hearth::text {

/// Tokens and their ids, both ways.
class TokenTable {
 public:
  static constexpr uint32_t kNone = UINT32_MAX;

  /// Room for so many tokens, of so many bytes in all.
  void reserve(size_t tokens, size_t bytes);
  /// A text that is there gets the new id. FormatError, naming `source`, where the id is taken by
  /// another text, or far above the number of tokens that were reserved.
  void add(std::string_view token, uint32_t id, const std::string& source);

  /// kNone for what is no token.
  uint32_t id(std::string_view token) const { return at(find(token)); }
  /// Of two texts, one after the other.
  uint32_t id(std::string_view first, std::string_view second) const;
  std::optional<uint32_t> find_id(std::string_view token) const;
  /// Null data for an id that there isn't.
  std::string_view token(uint32_t id) const {
    if (id >= places_.size() || places_[id].begin == kNone) return {};
    return {bytes_.data() + places_[id].begin, places_[id].size};
  }

  /// How many texts there are, and one more than the largest id.
  size_t size() const { return size_; }
  uint32_t end_id() const { return static_cast<uint32_t>(places_.size()); }

 private:
  struct Place {
    uint32_t begin = kNone, size = 0;
  };
  struct Slot {
    uint32_t id = kNone;
    uint32_t tag = 0;
  };

  size_t find(std::string_view token) const;
  uint32_t at(size_t slot) const { return slots_.empty() ? kNone : slots_[slot].id; }
  void grow();

  std::string bytes_;
  std::vector<Place> places_;
  std::vector<Slot> slots_;
  size_t size_ = 0, reserved_ = 0;
};

}  // namespace hearth::text
