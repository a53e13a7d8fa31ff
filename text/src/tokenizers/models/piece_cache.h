// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

#include "hearth/base/array_ref.h"

#include "tokenizers/models/hashing.h"
#include "tokenizers/models/merge_symbols.h"

namespace hearth::text {

/// What became of short pieces, for one thread: a table of fixed size, where a new piece takes the
/// place of an old one.
class PieceCache {
 public:
  /// Longer pieces are not kept, nor those of more tokens, nor ids of more than 24 bits.
  static constexpr size_t kMostBytes = 15, kMostTokens = 5;

  /// The least score above 0 up to which an Entry can say that it reaches().
  static constexpr double kLeastReach = 4;

  /// A piece's bytes, with its length behind them: equal keys are equal pieces.
  struct Key {
    uint64_t low = 0, high = 0;
    bool operator==(const Key&) const = default;
  };
  struct Entry {
    Key key;
    /// How many tokens; whether each covers as many bytes of the text as the model's table says;
    /// and how far reaches() goes.
    uint8_t count : 3 = 0;
    bool plain : 1 = false;
    uint8_t range : 4 = 0;
    /// Three bytes each.
    uint8_t ids[15] = {};

    uint32_t id(size_t i) const {
      uint32_t value;
      std::memcpy(&value, reinterpret_cast<const char*>(this) + sizeof key + 3 * i, sizeof value);
      return value >> 8;
    }
    /// Of a model that adds up scores: whether a piece is split alike behind this one, 0 or more.
    bool reaches(double score) const {
      return score == 0 || (range > 0 && score <= static_cast<double>(uint64_t{1} << 2 * range));
    }
    /// False if the tokens are not such as are kept. They may follow a score of `reach`, or less.
    bool set(const Key& new_key, ArrayRef<Symbol> tokens, bool is_plain, double reach = 0) {
      if (tokens.size() > kMostTokens) return false;
      for (const Symbol& token : tokens) {
        if (token.id > 0xffffff) return false;
      }
      key = new_key;
      count = static_cast<uint8_t>(tokens.size());
      plain = is_plain;
      range = 0;
      while (range < 15 && reach >= static_cast<double>(uint64_t{1} << 2 * (range + 1))) ++range;
      for (size_t i = 0; i < tokens.size(); ++i) std::memcpy(ids + 3 * i, &tokens[i].id, 3);
      return true;
    }
  };
  static_assert(sizeof(Entry) == 32 && std::endian::native == std::endian::little);

  explicit PieceCache(size_t entries) : entries_(entries), mask_(entries - 1) {}

  /// `end`: where memory that may be read ends, at or behind the piece's end.
  static Key key_of(std::string_view piece, const char* end) {
    Key key;
    if (end - piece.data() >= 16) {
      key = {load_eight(piece.data()), load_eight(piece.data() + 8)};
      const size_t size = piece.size();
      key.low &= size >= 8 ? ~uint64_t{0} : (uint64_t{1} << (8 * size)) - 1;
      key.high &= size <= 8 ? 0 : (uint64_t{1} << (8 * (size - 8))) - 1;
    } else {
      const size_t first = piece.size() < 8 ? piece.size() : 8;
      key = {load_part(piece.data(), first), load_part(piece.data() + first, piece.size() - first)};
    }
    key.high |= static_cast<uint64_t>(piece.size()) << 56;
    return key;
  }
  Entry& entry(const Key& key) {
    const uint64_t hash = fold_multiply(key.low ^ 0xa0761d6478bd642fu, key.high ^ kSalt);
    return entries_[hash & mask_];
  }

 private:
  static constexpr uint64_t kSalt = 0xe7037ed1a0b428dbu;

  std::vector<Entry> entries_;
  size_t mask_;
};

}  // namespace hearth::text
