// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fstream>
#include <set>
#include <string>
#include <string_view>

namespace hearth::testing_cuda {

/// The rows that have no CUDA kernel yet, or are made of such: pending.txt, one name a line.
inline const std::set<std::string>& pending() {
  static const std::set<std::string> names = [] {
    std::set<std::string> all;
    std::ifstream file("tests/cuda/pending.txt");
    for (std::string line; std::getline(file, line);)
      if (!line.empty()) all.insert(line);
    return all;
  }();
  return names;
}

/// Whether an error says that one of them was called on CUDA.
inline bool is_pending_error(std::string_view what) {
  constexpr std::string_view kSays = "] has no kernel for device cuda";
  const size_t end = what.find(kSays), begin = what.find('[');
  return end != std::string_view::npos && begin < end &&
         pending().count(std::string(what.substr(begin + 1, end - begin - 1)));
}

}  // namespace hearth::testing_cuda
