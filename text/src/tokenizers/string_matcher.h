// SPDX-License-Identifier: Apache-2.0
// Finds which of many strings a text holds: the first of all places, and there the longest string.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hearth::text {

class StringMatcher {
 public:
  struct Match {
    size_t begin, end;
    uint32_t value;
  };

  StringMatcher() = default;
  /// Strings and what they stand for. Empty strings are left out; of equal ones the first counts.
  explicit StringMatcher(std::vector<std::pair<std::string, uint32_t>> strings);

  bool empty() const { return edges_.empty(); }
  /// The leftmost and longest match from `from` on; false if there is none. Bytes that begin no
  /// string are passed over at the speed of memory.
  bool find(std::string_view text, size_t from, Match& match) const;

 private:
  static constexpr uint32_t kNone = UINT32_MAX;
  struct Node {
    uint32_t first_edge, edges, value;
  };
  struct Edge {
    char byte;
    uint32_t node;
  };

  uint32_t child(uint32_t node, char byte) const;
  size_t skip(std::string_view text, size_t from) const;

  std::vector<Node> nodes_;
  std::vector<Edge> edges_;
  std::array<uint32_t, 256> roots_{};  // nodes of first bytes; kNone if no string begins so
  std::string first_bytes_;
};

}  // namespace hearth::text
