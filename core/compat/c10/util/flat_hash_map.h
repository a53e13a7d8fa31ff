// SPDX-License-Identifier: Apache-2.0
// The names of LibTorch's copy of ska::flat_hash_map, for the standard's maps.
#pragma once

#include <functional>
#include <unordered_map>
#include <unordered_set>

namespace ska {
template <typename K, typename V, typename Hash = std::hash<K>, typename Equal = std::equal_to<K>>
using flat_hash_map = std::unordered_map<K, V, Hash, Equal>;
template <typename T, typename Hash = std::hash<T>, typename Equal = std::equal_to<T>>
using flat_hash_set = std::unordered_set<T, Hash, Equal>;
}  // namespace ska
