// SPDX-License-Identifier: Apache-2.0
#include "tokenizers/string_matcher.h"

#include <algorithm>
#include <cstring>

namespace hearth::text {

StringMatcher::StringMatcher(std::vector<std::pair<std::string, uint32_t>> strings) {
  std::stable_sort(strings.begin(), strings.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  roots_.fill(kNone);
  // Each node is of sorted strings with a common beginning; nodes are made level by level.
  struct Group {
    size_t begin, end, depth;
  };
  std::vector<Group> groups{{0, strings.size(), 0}};
  nodes_.push_back({0, 0, kNone});
  for (size_t at = 0; at < groups.size(); ++at) {
    auto [begin, end, depth] = groups[at];
    if (depth > 0 && begin < end && strings[begin].first.size() == depth)
      nodes_[at].value = strings[begin].second;
    while (begin < end && strings[begin].first.size() == depth) ++begin;
    nodes_[at].first_edge = static_cast<uint32_t>(edges_.size());
    while (begin < end) {
      const char byte = strings[begin].first[depth];
      size_t last = begin;
      while (last < end && strings[last].first[depth] == byte) ++last;
      edges_.push_back({byte, static_cast<uint32_t>(nodes_.size())});
      nodes_.push_back({0, 0, kNone});
      groups.push_back({begin, last, depth + 1});
      ++nodes_[at].edges;
      begin = last;
    }
  }
  for (uint32_t i = 0; i < nodes_[0].edges; ++i) {
    roots_[static_cast<uint8_t>(edges_[i].byte)] = edges_[i].node;
    first_bytes_ += edges_[i].byte;
  }
}

uint32_t StringMatcher::child(uint32_t node, char byte) const {
  const Node& n = nodes_[node];
  const auto* const begin = edges_.data() + n.first_edge;
  constexpr uint32_t kFew = 8;
  if (n.edges <= kFew) {
    for (uint32_t i = 0; i < n.edges; ++i)
      if (begin[i].byte == byte) return begin[i].node;
    return kNone;
  }
  // std::string orders bytes as unsigned.
  const auto* const found =
      std::lower_bound(begin, begin + n.edges, byte, [](const Edge& edge, char wanted) {
        return static_cast<uint8_t>(edge.byte) < static_cast<uint8_t>(wanted);
      });
  return found != begin + n.edges && found->byte == byte ? found->node : kNone;
}

size_t StringMatcher::skip(std::string_view text, size_t from) const {
  if (first_bytes_.size() == 1) {
    const void* const found = std::memchr(text.data() + from, first_bytes_[0], text.size() - from);
    return found ? static_cast<size_t>(static_cast<const char*>(found) - text.data()) : text.size();
  }
  while (from < text.size() && roots_[static_cast<uint8_t>(text[from])] == kNone) ++from;
  return from;
}

bool StringMatcher::find(std::string_view text, size_t from, Match& match) const {
  if (empty()) return false;
  for (; from < text.size(); ++from) {
    from = skip(text, from);
    if (from == text.size()) break;
    match.end = from;
    size_t at = from + 1;
    for (uint32_t node = roots_[static_cast<uint8_t>(text[from])]; node != kNone;
         node = at < text.size() ? child(node, text[at++]) : kNone) {
      if (nodes_[node].value == kNone) continue;
      match = {from, at, nodes_[node].value};
    }
    if (match.end > from) return true;
  }
  return false;
}

}  // namespace hearth::text
