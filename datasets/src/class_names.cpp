// SPDX-License-Identifier: Apache-2.0
#include "class_names.h"

#include <algorithm>
#include <charconv>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

namespace hearth::datasets {

std::vector<std::string> in_order(std::vector<std::string> names) {
  const auto whole = [](const std::string& name) {
    int64_t value = 0;
    const char* end = name.data() + name.size();
    const auto [last, error] = std::from_chars(name.data(), end, value);
    return error == std::errc() && last == end;
  };
  if (std::all_of(names.begin(), names.end(), whole)) {
    std::sort(names.begin(), names.end(), [](const std::string& a, const std::string& b) {
      return std::stoll(a) != std::stoll(b) ? std::stoll(a) < std::stoll(b) : a < b;
    });
  } else {
    std::sort(names.begin(), names.end());
  }
  return names;
}

std::vector<int64_t> index_labels(const std::vector<std::string>& labels,
                                  std::vector<std::string>& classes) {
  if (classes.empty()) {
    const std::unordered_set<std::string> all(labels.begin(), labels.end());
    classes = in_order({all.begin(), all.end()});
  }
  std::unordered_map<std::string_view, int64_t> index;
  for (const std::string& name : classes) index.emplace(name, static_cast<int64_t>(index.size()));
  std::vector<int64_t> indices;
  for (const std::string& label : labels) {
    const auto at = index.find(label);
    indices.push_back(at == index.end() ? -1 : at->second);
  }
  return indices;
}

}  // namespace hearth::datasets
