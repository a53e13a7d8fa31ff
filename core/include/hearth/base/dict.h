// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <unordered_map>
#include <utility>
#include <vector>

#include "hearth/base/error.h"

namespace hearth {

/// A dict that keeps the order in which keys came, and whose copies are the same dict; copy() makes
/// another. As c10::Dict.
///
///     Dict<std::string, int64_t> counts;
///     counts.insert("a", 1);
///     for (const auto& entry : counts) std::cout << entry.key() << entry.value();
template <class Key, class Value>
class Dict {
 public:
  class Entry {
   public:
    Entry(Key key, Value value) : key_(std::move(key)), value_(std::move(value)) {}
    const Key& key() const { return key_; }
    const Value& value() const { return value_; }
    void setValue(Value value) { value_ = std::move(value); }

   private:
    Key key_;
    Value value_;
  };
  using key_type = Key;
  using mapped_type = Value;
  using iterator = typename std::vector<Entry>::iterator;

  Dict copy() const {
    Dict other;
    *other.items_ = *items_;
    return other;
  }

  iterator begin() const { return items_->entries.begin(); }
  iterator end() const { return items_->entries.end(); }
  bool empty() const { return size() == 0; }
  size_t size() const { return items_->entries.size(); }
  void reserve(size_t n) const {
    items_->entries.reserve(n);
    items_->places.reserve(n);
  }
  void clear() const { *items_ = {}; }

  iterator find(const Key& key) const {
    const auto place = items_->places.find(key);
    return place == items_->places.end() ? end() : begin() + static_cast<ptrdiff_t>(place->second);
  }
  bool contains(const Key& key) const { return items_->places.count(key) != 0; }
  /// Throws IndexError if there is none of that key.
  const Value& at(const Key& key) const {
    const auto found = find(key);
    HEARTH_CHECK_AS(IndexError, found != end(), "[Dict] has no such key");
    return found->value();
  }
  /// Changes nothing, and is false, where the key is there already.
  std::pair<iterator, bool> insert(Key key, Value value) const {
    const auto [place, fresh] = items_->places.emplace(key, size());
    if (fresh) items_->entries.emplace_back(std::move(key), std::move(value));
    return {begin() + static_cast<ptrdiff_t>(place->second), fresh};
  }
  std::pair<iterator, bool> insert_or_assign(Key key, Value value) const {
    const auto found = find(key);
    if (found == end()) return insert(std::move(key), std::move(value));
    found->setValue(std::move(value));
    return {found, false};
  }
  /// How many there were, 0 or 1. Takes time for all that come after it.
  size_t erase(const Key& key) const {
    const auto found = find(key);
    if (found == end()) return 0;
    items_->places.erase(key);
    for (auto later = items_->entries.erase(found); later != end(); ++later)
      --items_->places.at(later->key());
    return 1;
  }
  bool is(const Dict& other) const { return items_ == other.items_; }

 private:
  struct Items {
    std::vector<Entry> entries;
    std::unordered_map<Key, size_t> places;
  };
  std::shared_ptr<Items> items_ = std::make_shared<Items>();
};

}  // namespace hearth
