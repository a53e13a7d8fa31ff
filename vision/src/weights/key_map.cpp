// SPDX-License-Identifier: Apache-2.0
#include "weights/key_map.h"

#include <algorithm>
#include <set>
#include <utility>

#include "hearth/base/error.h"

namespace hearth::vision::weights {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Whether a name fits a pattern; what its stars stood for.
bool match(std::string_view pattern, std::string_view name, std::vector<std::string>& stars) {
  stars.clear();
  while (!pattern.empty()) {
    if (pattern == "**") {
      stars.emplace_back(name);
      return true;
    }
    if (pattern[0] == '*') {
      size_t n = 0;
      while (n < name.size() && is_digit(name[n])) ++n;
      if (n == 0 || n > 4) return false;
      stars.emplace_back(name.substr(0, n));
      name.remove_prefix(n);
    } else {
      if (name.empty() || name[0] != pattern[0]) return false;
      name.remove_prefix(1);
    }
    pattern.remove_prefix(1);
  }
  return name.empty();
}

/// The part of our name that says which block of the network it is in: "features.3.1" of
/// "features.3.1.block.0.0.weight"; empty outside of blocks.
std::string block_of(const std::string& name) {
  const size_t at = name.find(".block.");
  return at == name.npos ? "" : name.substr(0, at);
}

/// Stage and number of all blocks that a file has, "blocks.3.1.conv_pw.weight", in order.
std::set<std::pair<int, int>> staged_blocks(const std::vector<std::string>& theirs) {
  std::set<std::pair<int, int>> blocks;
  std::vector<std::string> stars;
  for (const std::string& name : theirs)
    if (match("blocks.*.*.**", name, stars))
      blocks.emplace(std::stoi(stars[0]), std::stoi(stars[1]));
  return blocks;
}

/// Names of theirs for names of ours.
class Translator {
 public:
  Translator(const Convention& convention, const std::vector<std::string>& ours,
             const std::vector<std::string>& theirs)
      : convention_(convention), theirs_(theirs.begin(), theirs.end()) {
    for (const std::string& name : ours) {
      const std::string block = block_of(name);
      if (!block.empty()) numbers_.emplace(block, numbers_.size());
    }
    const auto staged = staged_blocks(theirs);
    staged_.assign(staged.begin(), staged.end());
  }

  std::vector<std::string> operator()(const std::string& ours) const {
    std::vector<std::string> stars;
    for (const KeyRule& rule : convention_.rules)
      if (match(rule.ours, ours, stars)) return names(rule.theirs, ours, stars);
    return {ours};
  }

 private:
  std::vector<std::string> names(std::string_view theirs, const std::string& ours,
                                 const std::vector<std::string>& stars) const {
    std::vector<std::string> found;
    while (true) {
      const size_t end = std::min(theirs.find('|'), theirs.size());
      const std::string filled = fill(theirs.substr(0, end), ours, stars);
      found.clear();
      for (size_t at = 0; at <= filled.size();) {
        const size_t plus = std::min(filled.find('+', at), filled.size());
        found.push_back(filled.substr(at, plus - at));
        at = plus + 1;
      }
      if (end == theirs.size() || theirs_.count(found[0])) return found;
      theirs.remove_prefix(end + 1);
    }
  }

  std::string fill(std::string_view theirs, const std::string& ours,
                   const std::vector<std::string>& stars) const {
    std::string filled;
    while (!theirs.empty()) {
      if (theirs[0] != '<') {
        filled += theirs[0];
        theirs.remove_prefix(1);
        continue;
      }
      const size_t end = theirs.find('>');
      filled += value(theirs.substr(1, end - 1), ours, stars);
      theirs.remove_prefix(end + 1);
    }
    return filled;
  }

  std::string value(std::string_view what, const std::string& ours,
                    const std::vector<std::string>& stars) const {
    if (what == "n" || what == "stage.n") {
      const auto number = numbers_.find(block_of(ours));
      HEARTH_CHECK(number != numbers_.end(), "[weights] ", ours, " is in no block");
      if (what == "n") return std::to_string(number->second);
      // A file with fewer blocks lacks this one under any name.
      if (number->second >= staged_.size()) return ours;
      const auto [stage, n] = staged_[number->second];
      return std::to_string(stage) + "." + std::to_string(n);
    }
    const std::string& star = stars.at(static_cast<size_t>(what[0] - '1'));
    if (what.size() == 1) return star;
    const int number = std::stoi(star), by = what[2] - '0';
    return std::to_string(what[1] == '-' ? number - by : number / by);
  }

  const Convention& convention_;
  std::set<std::string> theirs_;
  std::map<std::string, size_t> numbers_;
  std::vector<std::pair<int, int>> staged_;
};

}  // namespace

std::map<std::string, std::vector<std::string>> foreign_names(
    const std::vector<std::string>& ours, const std::vector<std::string>& theirs) {
  std::map<std::string, std::vector<std::string>> names;
  for (const auto* conventions :
       {&timm_conventions(), &huggingface_conventions(), &lukemelas_conventions()}) {
    for (const Convention& convention : *conventions) {
      if (std::find(theirs.begin(), theirs.end(), convention.marker) == theirs.end()) continue;
      const Translator translate(convention, ours, theirs);
      for (const std::string& name : ours) names[name] = translate(name);
      return names;
    }
  }
  return names;
}

}  // namespace hearth::vision::weights
