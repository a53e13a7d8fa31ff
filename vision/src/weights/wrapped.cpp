// SPDX-License-Identifier: Apache-2.0
#include "weights/wrapped.h"

#include <algorithm>
#include <cstddef>

#include "hearth/base/error.h"

namespace hearth::vision::weights {
namespace {

// Where trainings keep a network, the averaged one first; and what wraps networks in memory.
constexpr const char* kPlaces[] = {"model_ema.", "state_dict_ema.", "state_dict.", "model."};
constexpr const char* kWrappers[] = {"module.", "_orig_mod.", "model."};

/// By what stands before them in most files; empty if nothing known does.
std::string known_wrapping(const TensorFile& file) {
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

/// Where else most of a network's own names are.
std::vector<std::string> places_of(const TensorFile& file, const std::vector<std::string>& ours) {
  std::vector<std::string> places;
  const std::string first = "." + ours.front();
  for (const std::string& key : file.keys()) {
    if (!key.ends_with(first)) continue;
    const std::string place = key.substr(0, key.size() - first.size() + 1);
    const auto there = std::count_if(ours.begin(), ours.end(), [&](const std::string& name) {
      return file.contains(place + name);
    });
    if (2 * there > static_cast<std::ptrdiff_t>(ours.size())) places.push_back(place);
  }
  return places;
}

}  // namespace

std::string wrapping(const TensorFile& file, const std::vector<std::string>& ours) {
  const std::string known = known_wrapping(file);
  if (ours.empty() || file.contains(known + ours.front())) return known;
  std::vector<std::string> places = places_of(file, ours);
  if (places.empty()) return known;
  const auto averaged = std::find_if(places.begin(), places.end(), [](const std::string& place) {
    return place.find("ema") != place.npos;
  });
  if (averaged != places.end()) return *averaged;
  std::string all;
  for (const std::string& place : places)
    all += (all.empty() ? "" : ", ") + place.substr(0, place.size() - 1);
  HEARTH_CHECK_AS(FormatError, places.size() == 1, "[", file.source(),
                  "] expected one network, got ", all,
                  "; save the one that is meant in a file of its own");
  return places[0];
}

std::map<std::string, std::string> unwrapped(const TensorFile& file,
                                             const std::vector<std::string>& ours) {
  const std::string prefix = wrapping(file, ours);
  std::map<std::string, std::string> names;
  for (const std::string& key : file.keys())
    if (key.starts_with(prefix)) names.emplace(key.substr(prefix.size()), key);
  return names;
}

}  // namespace hearth::vision::weights
