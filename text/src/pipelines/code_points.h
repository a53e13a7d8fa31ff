// SPDX-License-Identifier: Apache-2.0
// Texts by the numbers of their code points, which offsets count.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "unicode/tables.h"
#include "unicode/utf8.h"

namespace hearth::text {

/// A text, which outlives this, by code points.
class CodePoints {
 public:
  explicit CodePoints(std::string_view text) : text_(text) {
    for (size_t i = 0; i < text.size(); ++i)
      if (!unicode::continues(text[i])) begins_.push_back(i);
    begins_.push_back(text.size());
  }
  size_t size() const { return begins_.size() - 1; }
  /// Those from `begin` up to `end`, as far as there are any.
  std::string_view slice(size_t begin, size_t end) const {
    end = std::min(end, size());
    if (begin >= end) return {};
    return text_.substr(begins_[begin], begins_[end] - begins_[begin]);
  }

 private:
  std::string_view text_;
  std::vector<size_t> begins_;
};

inline size_t count_code_points(std::string_view text) {
  return static_cast<size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return !unicode::continues(c); }));
}

}  // namespace hearth::text
