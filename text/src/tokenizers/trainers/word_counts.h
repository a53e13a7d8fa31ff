// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "tokenizers/models/token_table.h"

namespace hearth::text {

/// Different words, in the order in which they first came, and how often each did.
class WordCounts {
 public:
  void add(std::string_view word, uint64_t count = 1) {
    uint32_t id = words_.id(word);
    if (id == TokenTable::kNone) {
      id = words_.end_id();
      words_.add(word, id, "Trainer");
      counts_.push_back(0);
    }
    counts_[id] += count;
  }

  size_t size() const { return counts_.size(); }
  std::string_view word(size_t i) const { return words_.token(static_cast<uint32_t>(i)); }
  uint64_t count(size_t i) const { return counts_[i]; }

 private:
  TokenTable words_;
  std::vector<uint64_t> counts_;
};

}  // namespace hearth::text
