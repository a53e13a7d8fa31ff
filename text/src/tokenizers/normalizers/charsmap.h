// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hearth::text::normalizers {

/// SentencePiece's precompiled_charsmap: a double array of what is replaced (Darts-clone), and
/// texts, each ended by a zero, to put there.
class Charsmap {
 public:
  /// FormatError for a map whose parts don't fit its size, or whose texts are no UTF-8. An array
  /// that leads out of itself is found when it is followed, and ends there.
  Charsmap(std::string_view bytes, const std::string& source);

  /// So many bytes at the beginning of a text, and what they become.
  struct Match {
    size_t size;
    std::string_view with;
  };
  /// The shortest beginning of `text` that the map knows, or the longest.
  std::optional<Match> find(std::string_view text, bool longest = false) const;

  /// Whether what the map knows begins with this text, or is it.
  bool begins(std::string_view text) const;

 private:
  /// To where this byte leads; whether it does.
  bool step(size_t& node, char byte) const;

  std::vector<uint32_t> units_;
  std::string texts_;
};

}  // namespace hearth::text::normalizers
