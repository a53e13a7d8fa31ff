// SPDX-License-Identifier: Apache-2.0
// The text of a progress line, apart from terminals and clocks.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace hearth {

struct ProgressText {
  std::string_view label, unit, status;
  int64_t done = 0;
  std::optional<int64_t> total;
  double rate = 0;  ///< units a second; 0: not known yet

  /// With a bar, in at most `columns` columns: what matters least goes first.
  std::string fitted(size_t columns) const;
  /// Without bar and limit.
  std::string plain() const;
};

/// 75 as "1:15", 3675 as "1:01:15".
std::string clock_text(double seconds);
/// 1234567 as "1,234,567", or of bytes as "1.2 MB".
std::string count_text(double count, std::string_view unit);
/// The columns that UTF-8 text takes, a code point as one.
size_t columns_of(std::string_view text);
/// `text` in at most that many columns; where it is cut, it ends in "..".
std::string cut(std::string_view text, size_t columns);

}  // namespace hearth
