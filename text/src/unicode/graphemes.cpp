// SPDX-License-Identifier: Apache-2.0
#include "unicode/graphemes.h"

#include "unicode/tables.h"

namespace hearth::text::unicode {
namespace {

bool is_control(Cluster c) { return c == Cluster::Control || c == Cluster::CR || c == Cluster::LF; }

/// Rules GB3 to GB9b: whether two neighbours belong together whatever stands before them.
bool joins(Cluster before, Cluster after) {
  if (before == Cluster::CR) return after == Cluster::LF;
  if (is_control(before) || is_control(after)) return false;
  switch (after) {
    case Cluster::Extend:
    case Cluster::ZWJ:
    case Cluster::SpacingMark:
      return true;
    case Cluster::L:
    case Cluster::LV:
    case Cluster::LVT:
      if (before == Cluster::L) return true;
      break;
    case Cluster::V:
      if (before == Cluster::L || before == Cluster::V || before == Cluster::LV) return true;
      break;
    case Cluster::T:
      if (before == Cluster::V || before == Cluster::LV || before == Cluster::T ||
          before == Cluster::LVT) {
        return true;
      }
      break;
    default:
      break;
  }
  return before == Cluster::Prepend;
}

}  // namespace

size_t next_cluster(std::string_view text, Tables tables) {
  if (text.empty()) return 0;
  const uint32_t pictographic = tables == Tables::Hf ? kPictographicToHf : kPictographic;
  size_t at = 0;
  const Record* before = &record(next(text, at));
  // Whether a pictograph and what extends it were last, and whether a ZWJ ended them.
  bool pictograph = before->flags & pictographic, joined = false;
  bool odd_flags = before->cluster == Cluster::RegionalIndicator;
  while (at < text.size()) {
    size_t end = at;
    const Record& after = record(next(text, end));
    const bool picture = after.flags & pictographic;
    const bool flag = after.cluster == Cluster::RegionalIndicator;
    if (!joins(before->cluster, after.cluster) && !(joined && picture) && !(odd_flags && flag))
      break;
    joined = pictograph && after.cluster == Cluster::ZWJ;
    pictograph = picture || (pictograph && (after.cluster == Cluster::Extend || joined));
    odd_flags = flag && !odd_flags;
    before = &after;
    at = end;
  }
  return at;
}

}  // namespace hearth::text::unicode
