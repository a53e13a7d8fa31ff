// SPDX-License-Identifier: Apache-2.0
#include "tokenizers/models/merge_symbols.h"

#include <algorithm>
#include <random>

namespace hearth::text {
namespace {

constexpr uint32_t kNone = UINT32_MAX;

bool dropped(float dropout) {
  if (dropout <= 0) return false;
  thread_local std::mt19937 generator{std::random_device{}()};
  return std::uniform_real_distribution<float>()(generator) < dropout;
}

}  // namespace

MergeResult merge_symbols(const MergeTable& merges, std::vector<Symbol>& symbols,
                          MergeScratch& scratch, float dropout) {
  MergeResult result;
  const auto count = static_cast<uint32_t>(symbols.size());
  std::vector<MergeScratch::Link>& links = scratch.links;
  std::vector<MergeScratch::Candidate>&heap = scratch.heap, &skipped = scratch.skipped;
  std::vector<uint32_t>& made = scratch.made;
  links.resize(count);
  made.assign(count, 0);
  heap.clear();
  skipped.clear();
  const auto candidate = [&](uint32_t at, uint32_t after) {
    const uint32_t merge = merges.find(symbols[at].id, symbols[after].id);
    if (merge != MergeTable::kNone) heap.push_back({merges[merge].rank, at, merge});
    return merge != MergeTable::kNone;
  };
  for (uint32_t i = 0; i < count; ++i) {
    links[i] = {i == 0 ? kNone : i - 1, i + 1 == count ? kNone : i + 1};
    if (i + 1 < count) candidate(i, i + 1);
  }
  std::make_heap(heap.begin(), heap.end());
  while (!heap.empty()) {
    std::pop_heap(heap.begin(), heap.end());
    const auto top = heap.back();
    heap.pop_back();
    if (dropped(dropout)) {
      skipped.push_back(top);
      continue;
    }
    for (const auto& again : skipped) {
      heap.push_back(again);
      std::push_heap(heap.begin(), heap.end());
    }
    skipped.clear();
    // Stale if the left symbol is gone, or these two symbols would now become something else.
    const uint32_t after = links[top.at].after;
    if (symbols[top.at].size == 0 || after == kNone) continue;
    const uint32_t merge = merges.find(symbols[top.at].id, symbols[after].id);
    if (merge == MergeTable::kNone || merges[merge].result != merges[top.merge].result) continue;

    if (top.rank < made[top.at] || top.rank < made[after]) result.ordered = false;
    result.last = merge;
    made[top.at] = top.rank;
    symbols[top.at].id = merges[merge].result;
    symbols[top.at].size += symbols[after].size;
    symbols[after].size = 0;
    links[top.at].after = links[after].after;
    if (links[after].after != kNone) links[links[after].after].before = top.at;
    const uint32_t before = links[top.at].before;
    if (before != kNone && candidate(before, top.at)) std::push_heap(heap.begin(), heap.end());
    if (links[top.at].after != kNone && candidate(top.at, links[top.at].after)) {
      std::push_heap(heap.begin(), heap.end());
    }
  }
  std::erase_if(symbols, [](const Symbol& symbol) { return symbol.size == 0; });
  return result;
}

}  // namespace hearth::text
