// SPDX-License-Identifier: Apache-2.0
#include "tokenizers/pre_tokenizers/pieces.h"

namespace hearth::text {
namespace {

/// Puts neighbours together, of which each is a match or not.
class Joiner {
 public:
  Joiner(Behavior behavior, std::vector<Offset>& out) : behavior_(behavior), out_(out) {}
  ~Joiner() { write(); }

  void add(Offset part, bool match) {
    if (open_ && joins(match)) {
      part_.end = part.end;
    } else {
      write();
      part_ = part;
      open_ = !(match && behavior_ == Behavior::Removed);
    }
    match_ = match;
  }

 private:
  bool joins(bool match) const {
    switch (behavior_) {
      case Behavior::Contiguous:
        return match == match_;
      case Behavior::MergedWithPrevious:
        return match && !match_;
      case Behavior::MergedWithNext:
        return !match && match_;
      default:
        return false;
    }
  }
  void write() {
    if (open_ && part_.begin != part_.end) out_.push_back(part_);
  }

  Behavior behavior_;
  std::vector<Offset>& out_;
  Offset part_;
  bool open_ = false, match_ = false;
};

}  // namespace

void split_at(Offset piece, const std::vector<Offset>& matches, Behavior behavior, bool invert,
              std::vector<Offset>& out) {
  Joiner joiner(behavior, out);
  uint32_t at = piece.begin;
  for (const Offset match : matches) {
    if (at != match.begin) joiner.add({at, match.begin}, invert);
    joiner.add(match, !invert);
    at = match.end;
  }
  if (at != piece.end) joiner.add({at, piece.end}, invert);
}

}  // namespace hearth::text
