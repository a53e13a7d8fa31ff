// SPDX-License-Identifier: Apache-2.0
#include "tokenizers/models/pair_check.h"

namespace hearth::text {

PairCheck::PairCheck(const MergeTable& merges, uint32_t end_id)
    : merges_(merges), origins_(std::make_unique<std::atomic<uint32_t>[]>(end_id)) {
  for (uint32_t id = 0; id < end_id; ++id) origins_[id].store(kUnknown, std::memory_order_relaxed);
}

uint32_t PairCheck::find_origin(uint32_t token, const Source& source, MergeScratch& scratch) const {
  std::vector<Symbol> symbols;
  uint32_t found = kUnreachable;
  if (source.start_symbols(token, symbols)) {
    const MergeResult result = merge_symbols(merges_, symbols, scratch);
    if (symbols.size() == 1 && symbols[0].id == token) {
      found = result.last == MergeTable::kNone ? kStart : result.ordered ? result.last : kUnordered;
    }
  }
  origins_[token].store(found, std::memory_order_relaxed);
  return found;
}

bool PairCheck::neighbours(uint32_t left, uint32_t right, const Source& source,
                           MergeScratch& scratch) const {
  uint32_t from_left = origin(left, source, scratch), from_right = origin(right, source, scratch);
  if (from_left == kUnordered || from_right == kUnordered) {
    std::vector<Symbol> symbols, others;
    source.start_symbols(left, symbols);
    source.start_symbols(right, others);
    symbols.insert(symbols.end(), others.begin(), others.end());
    merge_symbols(merges_, symbols, scratch);
    return symbols.size() == 2 && symbols[0].id == left && symbols[1].id == right;
  }
  // Both came about by merges of growing rank. Going back through these, the later one first,
  // visits all tokens that ever stood on both sides of the boundary at a time. They would have
  // merged if their merge came before the next one of the left token, or not after that of the
  // right one, which is further to the right.
  uint32_t left_until = UINT32_MAX, right_until = UINT32_MAX;
  for (;;) {
    const uint32_t rank = merges_.rank(left, right);
    if (rank != MergeTable::kNone && rank < left_until && rank <= right_until) return false;
    const bool left_start = from_left == kStart, right_start = from_right == kStart;
    if (left_start && right_start) return true;
    if (right_start || (!left_start && merges_[from_left].rank > merges_[from_right].rank)) {
      left_until = merges_[from_left].rank;
      left = merges_[from_left].right;
      from_left = origin(left, source, scratch);
    } else {
      right_until = merges_[from_right].rank;
      right = merges_[from_right].left;
      from_right = origin(right, source, scratch);
    }
  }
}

}  // namespace hearth::text
