// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <initializer_list>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "hearth/base/error.h"
#include "hearth/tensor/tensor.h"

namespace hearth {

/// A map that keeps the order of insertion. Keys are unique; missing and repeated ones throw.
template <typename Key, typename Value>
class HEARTH_API OrderedDict {
 public:
  class Item {
   public:
    Item(Key key, Value value) : pair_(std::move(key), std::move(value)) {}
    Value& operator*() { return value(); }
    const Value& operator*() const { return value(); }
    Value* operator->() { return &value(); }
    const Value* operator->() const { return &value(); }
    const Key& key() const noexcept { return pair_.first; }
    Value& value() noexcept { return pair_.second; }
    const Value& value() const noexcept { return pair_.second; }
    const std::pair<Key, Value>& pair() const noexcept { return pair_; }

   private:
    std::pair<Key, Value> pair_;
  };
  using Iterator = typename std::vector<Item>::iterator;
  using ConstIterator = typename std::vector<Item>::const_iterator;

  explicit OrderedDict(std::string key_description = "Key")
      : key_description_(std::move(key_description)) {}
  OrderedDict(std::initializer_list<Item> items) : OrderedDict("Key") {
    for (const Item& item : items) insert(item.key(), item.value());
  }

  /// What errors call a key.
  const std::string& key_description() const noexcept { return key_description_; }

  Item& front() {
    expect_items("front");
    return items_.front();
  }
  const Item& front() const { return const_cast<OrderedDict*>(this)->front(); }
  Item& back() {
    expect_items("back");
    return items_.back();
  }
  const Item& back() const { return const_cast<OrderedDict*>(this)->back(); }

  Item& operator[](size_t index) {
    HEARTH_CHECK_AS(IndexError, index < items_.size(), "Index ", index, " is out of bounds");
    return items_[index];
  }
  const Item& operator[](size_t index) const { return const_cast<OrderedDict&>(*this)[index]; }
  Value& operator[](const Key& key) {
    if (Value* value = find(key)) return *value;
    throw IndexError(describe(key, "' is not defined"));
  }
  const Value& operator[](const Key& key) const { return const_cast<OrderedDict&>(*this)[key]; }

  /// The value of `key`, or null.
  Value* find(const Key& key) noexcept {
    const auto at = position(key);
    return at != order_.end() && items_[*at].key() == key ? &items_[*at].value() : nullptr;
  }
  const Value* find(const Key& key) const noexcept {
    return const_cast<OrderedDict*>(this)->find(key);
  }
  bool contains(const Key& key) const noexcept { return find(key) != nullptr; }

  Iterator begin() { return items_.begin(); }
  ConstIterator begin() const { return items_.begin(); }
  Iterator end() { return items_.end(); }
  ConstIterator end() const { return items_.end(); }
  size_t size() const noexcept { return items_.size(); }
  bool is_empty() const noexcept { return items_.empty(); }
  void reserve(size_t capacity) {
    items_.reserve(capacity);
    order_.reserve(capacity);
  }

  Value& insert(Key key, Value value) {
    const auto at = position(key);
    HEARTH_CHECK(at == order_.end() || !(items_[*at].key() == key),
                 describe(key, "' already defined"));
    order_.insert(at, static_cast<uint32_t>(items_.size()));
    items_.emplace_back(std::move(key), std::move(value));
    return items_.back().value();
  }
  void update(const OrderedDict& other) {
    for (const Item& item : other) insert(item.key(), item.value());
  }
  void update(OrderedDict&& other) {
    for (Item& item : other) insert(item.key(), std::move(item.value()));
  }
  void erase(const Key& key) {
    const auto at = position(key);
    HEARTH_CHECK_AS(IndexError, at != order_.end() && items_[*at].key() == key, "Key '", key,
                    "' doesn't exist");
    const uint32_t index = *at;
    order_.erase(at);
    for (uint32_t& other : order_) other -= other > index;
    items_.erase(items_.begin() + index);
  }
  void clear() {
    items_.clear();
    order_.clear();
  }

  const std::vector<Item>& items() const noexcept { return items_; }
  std::vector<Key> keys() const {
    std::vector<Key> keys;
    for (const Item& item : items_) keys.push_back(item.key());
    return keys;
  }
  std::vector<Value> values() const {
    std::vector<Value> values;
    for (const Item& item : items_) values.push_back(item.value());
    return values;
  }
  std::vector<std::pair<Key, Value>> pairs() const {
    std::vector<std::pair<Key, Value>> pairs;
    for (const Item& item : items_) pairs.push_back(item.pair());
    return pairs;
  }

  friend bool operator==(const OrderedDict& a, const OrderedDict& b) {
    if (a.size() != b.size()) return false;
    for (size_t i = 0; i < a.size(); ++i)
      if (!(a.items_[i].key() == b.items_[i].key() && a.items_[i].value() == b.items_[i].value()))
        return false;
    return true;
  }

 private:
  // Where `key` is in order_, or belongs. (<algorithm> would cost every program 0.1 s.)
  std::vector<uint32_t>::iterator position(const Key& key) noexcept {
    size_t low = 0, high = order_.size();
    while (low < high) {
      const size_t middle = (low + high) / 2;
      if (items_[order_[middle]].key() < key) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return order_.begin() + static_cast<std::ptrdiff_t>(low);
  }
  void expect_items(const char* what) const {
    HEARTH_CHECK_AS(IndexError, !items_.empty(), "Called ", what, "() on an empty OrderedDict");
  }
  std::string describe(const Key& key, const char* problem) const {
    return cat_str(key_description_, " '", key, problem);
  }

  std::vector<Item> items_;
  std::vector<uint32_t> order_;  // indices of items_, sorted by key
  std::string key_description_;
};

extern template class OrderedDict<std::string, Tensor>;

}  // namespace hearth
