// SPDX-License-Identifier: Apache-2.0
// Byte pair encoding as it is defined: merge after merge. The slow way, for what the fast one of
// bpe.h can't do, and for the tokens that it first meets.
#pragma once

#include <cstdint>
#include <vector>

#include "tokenizers/models/merge_table.h"

namespace hearth::text {

/// A token, and how many bytes of the text it covers: those after the symbol before it, or, if
/// `again` is set, the same as that.
struct Symbol {
  uint32_t id = 0;
  uint32_t size : 31 = 0;
  uint32_t again : 1 = 0;
};

/// What the merging remembers of a symbol while it goes on; memory is kept between calls.
struct MergeScratch {
  struct Link {
    uint32_t before = 0, after = 0;
  };
  struct Candidate {
    uint32_t rank = 0, at = 0, merge = 0;
    /// Lowest rank first, then leftmost, at the top of a heap.
    bool operator<(const Candidate& other) const {
      return rank != other.rank ? rank > other.rank : at > other.at;
    }
  };
  std::vector<Link> links;
  std::vector<Candidate> heap, skipped;
  /// The rank of the merge that made each symbol, 0 for those given.
  std::vector<uint32_t> made;
};

struct MergeResult {
  /// The number of the last merge, MergeTable::kNone if there was none.
  uint32_t last = MergeTable::kNone;
  /// Whether no merge has a lower rank than those that made its parts.
  bool ordered = true;
};

/// Merges symbols until nothing can be. Each merge that comes up is left out with probability
/// `dropout`, as HF does.
MergeResult merge_symbols(const MergeTable& merges, std::vector<Symbol>& symbols,
                          MergeScratch& scratch, float dropout = 0);

}  // namespace hearth::text
