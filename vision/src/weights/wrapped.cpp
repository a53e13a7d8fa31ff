// SPDX-License-Identifier: Apache-2.0
#include "weights/wrapped.h"

#include <algorithm>

namespace hearth::vision::weights {
namespace {

// Where trainings keep a network, the averaged one first; and what wraps networks in memory.
constexpr const char* kPlaces[] = {"model_ema.", "state_dict_ema.", "state_dict.", "model."};
constexpr const char* kWrappers[] = {"module.", "_orig_mod.", "model."};

}  // namespace

std::string wrapping(const TensorFile& file) {
  std::string prefix;
  for (const char* place : kPlaces) {
    const auto within = [&](const std::string& key) { return key.starts_with(place); };
    if (std::none_of(file.keys().begin(), file.keys().end(), within)) continue;
    prefix = place;
    break;
  }
  for (bool longer = true; longer;) {
    longer = false;
    for (const char* wrapper : kWrappers) {
      bool any = false, all = true;
      for (const std::string& key : file.keys()) {
        if (!key.starts_with(prefix) || key == prefix + "n_averaged") continue;
        any = true;
        all &= key.compare(prefix.size(), std::string_view(wrapper).size(), wrapper) == 0;
      }
      if (!any || !all) continue;
      prefix += wrapper;
      longer = true;
    }
  }
  return prefix;
}

std::map<std::string, std::string> unwrapped(const TensorFile& file) {
  const std::string prefix = wrapping(file);
  std::map<std::string, std::string> names;
  for (const std::string& key : file.keys())
    if (key.starts_with(prefix)) names.emplace(key.substr(prefix.size()), key);
  return names;
}

}  // namespace hearth::vision::weights
