// SPDX-License-Identifier: Apache-2.0
// What was once looked up for a problem: descriptors and the algorithm that a library's heuristic
// chose or that was measured. One cache a thread (PerThread), so that none is shared.
#pragma once

#include <cstring>
#include <memory>
#include <unordered_map>

#include "base/per_thread.h"

namespace hearth::cuda {

/// Keys are plain structs of integers without padding. A full cache starts anew: a program has far
/// fewer shapes than fit, unless each is met once.
template <class Key, class Plan>
class PlanCache {
 public:
  /// The plan of `key`, made by make() when it is new.
  template <class Make>
  Plan& get(const Key& key, const Make& make) {
    static_assert(std::has_unique_object_representations_v<Key>);
    const auto found = plans_.find(key);
    if (found != plans_.end()) return *found->second;
    if (plans_.size() == kMost) plans_.clear();
    return *plans_.emplace(key, make()).first->second;
  }
  bool has(const Key& key) const { return plans_.count(key) != 0; }

 private:
  static constexpr size_t kMost = 1024;
  struct Hash {
    size_t operator()(const Key& key) const {
      size_t h = 1469598103934665603u;
      const auto* bytes = reinterpret_cast<const unsigned char*>(&key);
      for (size_t i = 0; i < sizeof(Key); i += 4) {
        uint32_t word = 0;
        std::memcpy(&word, bytes + i, sizeof(Key) - i < 4 ? sizeof(Key) - i : 4);
        h = (h ^ word) * 1099511628211u;
      }
      return h;
    }
  };
  struct Equal {
    bool operator()(const Key& a, const Key& b) const {
      return std::memcmp(&a, &b, sizeof(Key)) == 0;
    }
  };
  std::unordered_map<Key, std::unique_ptr<Plan>, Hash, Equal> plans_;
};

}  // namespace hearth::cuda
