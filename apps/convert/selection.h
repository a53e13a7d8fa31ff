// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <regex>
#include <string>
#include <utility>
#include <vector>

#include "common/options.h"

/// Which tensors of a file are meant, and what they are called afterwards.
class Selection {
 public:
  /// Adds --only and --rename.
  void declare(OptionList& options, bool rename);
  /// The names that are kept, each with its new name. Throws ValueError when a pattern or a rule
  /// meets no name, and when two get the same.
  std::vector<std::pair<std::string, std::string>> apply(
      const std::vector<std::string>& names) const;

 private:
  std::vector<std::string> only_, rename_;
};
