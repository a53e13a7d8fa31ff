// SPDX-License-Identifier: Apache-2.0
// Vocabularies without merges, where any two tokens merge that together are a token.
#include <algorithm>
#include <functional>
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
  for (size_t i = 0; i < vocab.size(); ++i) {
    const std::string_view token = vocab[i].first;
    uint32_t node = Trie::kRoot;
    for (size_t split = 1; split < token.size(); ++split) {
      node = trie.step(node, token[split - 1]);
      const uint32_t left = trie.value(node);
      if (left == Trie::kNone) continue;
      const uint32_t right = trie.find(token.substr(split));
      if (right != Trie::kNone) found.push_back({ranks[i], left, right, token, split});
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

std::unique_ptr<Model> make_sentencepiece_bpe(const std::vector<UnigramPiece>& pieces,
                                              const UnigramOptions& options,
                                              const std::string& source) {
  using Type = UnigramPiece::Type;
  BpeOptions bpe;
  VocabEntries vocab, found;
  std::vector<double> scores;
  for (uint32_t id = 0; id < pieces.size(); ++id) {
    const auto& [text, score, type] = pieces[id];
    vocab.emplace_back(text, id);
    HEARTH_CHECK_AS(FormatError, type != Type::Unused, "[", source,
                    "] expected a BPE model without unused pieces, '", text, "' is one");
    if (type == Type::UserDefined) bpe.whole.push_back(id);
    if (type != Type::Normal) continue;
    found.emplace_back(text, id);
    scores.push_back(score);
  }
  // The highest score comes first; equal ones are of one rank.
  std::vector<double> sorted = scores;
  std::sort(sorted.begin(), sorted.end(), std::greater<>());
  sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
  std::vector<uint32_t> ranks;
  for (const double score : scores) {
    const auto at = std::lower_bound(sorted.begin(), sorted.end(), score, std::greater<>());
    ranks.push_back(static_cast<uint32_t>(at - sorted.begin()));
  }
  bpe.fuse_unk = true;
  bpe.byte_fallback = options.byte_fallback;
  if (options.unk_id) bpe.unk_token = std::string(pieces[*options.unk_id].text);
  return make_bpe(vocab, all_merges(found, ranks, source), bpe, source);
}

}  // namespace hearth::text
