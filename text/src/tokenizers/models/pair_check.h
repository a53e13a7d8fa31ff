// SPDX-License-Identifier: Apache-2.0
// Whether byte pair encoding would ever put two tokens side by side. A row of tokens is the
// encoding of a text exactly if each token is the encoding of its own text, and each two neighbours
// are that of theirs: a first merge across a boundary would happen in the pair's own text as well,
// since merges go by rank and then from the left, and what happens elsewhere doesn't change that
// order.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "tokenizers/models/merge_symbols.h"

namespace hearth::text {

/// Answers for one thread.
class PairMemo {
 public:
  explicit PairMemo(size_t entries) : entries_(entries, UINT64_MAX), mask_(entries - 1) {}

  /// Answers the pair's `check()`, from memory if it can.
  template <class F>
  bool find(uint32_t left, uint32_t right, const F& check) {
    const uint64_t key = static_cast<uint64_t>(left) << 32 | static_cast<uint64_t>(right) << 1;
    uint64_t& entry = entries_[hash_number(key, 0) & mask_];
    if ((entry & ~uint64_t{1}) != key) entry = key | (check() ? 1 : 0);
    return (entry & 1) != 0;
  }

 private:
  std::vector<uint64_t> entries_;
  size_t mask_;
};

class PairCheck {
 public:
  /// What turns a token's text into the symbols that merging starts with; false if it can't.
  class Source {
   public:
    virtual ~Source() = default;
    virtual bool start_symbols(uint32_t token, std::vector<Symbol>& out) const = 0;
  };

  /// For ids below `end_id`, which is at most 2^31.
  PairCheck(const MergeTable& merges, uint32_t end_id);

  /// Whether the token is the encoding of its own text.
  bool reachable(uint32_t token, const Source& source, MergeScratch& scratch) const {
    return origin(token, source, scratch) != kUnreachable;
  }
  /// Whether two reachable tokens are the encoding of their texts together.
  bool neighbours(uint32_t left, uint32_t right, const Source& source, MergeScratch& scratch) const;

 private:
  /// How a token comes about: the number of its last merge, or one of these.
  static constexpr uint32_t kUnknown = UINT32_MAX, kUnreachable = UINT32_MAX - 1,
                            kStart = UINT32_MAX - 2, kUnordered = UINT32_MAX - 3;

  uint32_t origin(uint32_t token, const Source& source, MergeScratch& scratch) const {
    const uint32_t known = origins_[token].load(std::memory_order_relaxed);
    return known != kUnknown ? known : find_origin(token, source, scratch);
  }
  uint32_t find_origin(uint32_t token, const Source& source, MergeScratch& scratch) const;

  const MergeTable& merges_;
  /// By id; found when first asked for, by any thread, always the same.
  std::unique_ptr<std::atomic<uint32_t>[]> origins_;
};

}  // namespace hearth::text
