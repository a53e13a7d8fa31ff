// SPDX-License-Identifier: Apache-2.0
// Vocabularies without merges, where any two tokens merge that together are a token.
#include <algorithm>
#include <tuple>

#include "hearth/base/error.h"

#include "tokenizers/models/build.h"
#include "tokenizers/models/trie.h"
#include "tokenizers/parts.h"

namespace hearth::text {

std::vector<RankedMerge> all_merges(const VocabEntries& vocab, const std::vector<uint32_t>& ranks,
                                    const std::string& source) {
  Trie trie;
  size_t bytes = 0;
  for (const auto& [token, id] : vocab) bytes += token.size();
  trie.reserve(bytes, source);
  for (const auto& [token, id] : vocab) {
    if (!token.empty()) trie.add(token, id);
  }
  struct Found {
    uint32_t rank, left, right;
    std::string_view text;
    size_t split;
  };
  std::vector<Found> found;
  for (const auto& [token, id] : vocab) {
    uint32_t node = Trie::kRoot;
    for (size_t split = 1; split < token.size(); ++split) {
      node = trie.step(node, token[split - 1]);
      const uint32_t left = trie.value(node);
      if (left == Trie::kNone) continue;
      const uint32_t right = trie.find(token.substr(split));
      if (right != Trie::kNone) found.push_back({ranks[id], left, right, token, split});
    }
  }
  std::sort(found.begin(), found.end(), [](const Found& a, const Found& b) {
    return std::tie(a.rank, a.left, a.right) < std::tie(b.rank, b.left, b.right);
  });
  std::vector<RankedMerge> merges;
  merges.reserve(found.size());
  for (const Found& merge : found) {
    merges.push_back(
        {merge.text.substr(0, merge.split), merge.text.substr(merge.split), merge.rank});
  }
  return merges;
}

}  // namespace hearth::text
