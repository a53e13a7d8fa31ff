// SPDX-License-Identifier: Apache-2.0
// How others call the weights of a network. A convention is a table of patterns; each is a file of
// this folder.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace hearth::vision::weights {

/// What names of ours become. In `ours`, * stands for a number and ** at the end for whatever
/// follows. In `theirs`
///
///  - <1> is what the first of these stood for, and <1-1> and <1/2> are numbers computed from it;
///  - <n> is the number of the block, from 0, through all stages; <stage.n> is the same in a file
///    that numbers the blocks of each stage, and stands for both numbers;
///  - | separates names of which the first that the file has is meant;
///  - + joins tensors one after another.
struct KeyRule {
  const char* ours;
  const char* theirs;
};

struct Convention {
  /// For messages: "timm".
  const char* name;
  /// A tensor that files of this convention have, and no others.
  const char* marker;
  /// The first that matches is taken; what none matches is called the same.
  std::vector<KeyRule> rules;
};

/// Each file's conventions.
const std::vector<Convention>& timm_conventions();
const std::vector<Convention>& huggingface_conventions();
const std::vector<Convention>& lukemelas_conventions();

/// Names of a network's tensors (in order) to those of a file's tensors that make each: one, or
/// several to be joined. `has` says whether the file has a tensor. Empty if the file follows no
/// convention but ours.
std::map<std::string, std::vector<std::string>> foreign_names(
    const std::vector<std::string>& ours, const std::vector<std::string>& theirs);

}  // namespace hearth::vision::weights
