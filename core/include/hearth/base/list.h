// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <initializer_list>
#include <memory>
#include <utility>
#include <vector>

#include "hearth/base/array_ref.h"

namespace hearth {

/// A list whose copies are the same list; copy() makes another. It passes for an ArrayRef. As
/// c10::List.
template <class T>
class List {
 public:
  using value_type = T;
  using iterator = typename std::vector<T>::iterator;

  List() = default;
  List(std::initializer_list<T> items) : items_(std::make_shared<std::vector<T>>(items)) {}
  explicit List(ArrayRef<T> items)
      : items_(std::make_shared<std::vector<T>>(items.begin(), items.end())) {}

  List copy() const { return List(ArrayRef<T>(*items_)); }
  T get(size_t i) const { return items_->at(i); }
  void set(size_t i, T value) const { items_->at(i) = std::move(value); }
  T extract(size_t i) const { return std::exchange(items_->at(i), T()); }
  T& operator[](size_t i) const { return items_->at(i); }
  iterator begin() const { return items_->begin(); }
  iterator end() const { return items_->end(); }
  bool empty() const { return items_->empty(); }
  size_t size() const { return items_->size(); }
  void reserve(size_t n) const { items_->reserve(n); }
  void clear() const { items_->clear(); }
  void push_back(T value) const { items_->push_back(std::move(value)); }
  template <class... Args>
  void emplace_back(Args&&... args) const {
    items_->emplace_back(std::forward<Args>(args)...);
  }
  iterator insert(iterator place, T value) const { return items_->insert(place, std::move(value)); }
  iterator erase(iterator place) const { return items_->erase(place); }
  iterator erase(iterator first, iterator last) const { return items_->erase(first, last); }
  void append(const List& other) const {
    items_->insert(items_->end(), other.begin(), other.end());
  }
  void pop_back() const { items_->pop_back(); }
  void resize(size_t n) const { items_->resize(n); }
  void resize(size_t n, const T& value) const { items_->resize(n, value); }
  const std::vector<T>& vec() const { return *items_; }
  bool is(const List& other) const { return items_ == other.items_; }
  friend bool operator==(const List& a, const List& b) { return *a.items_ == *b.items_; }

  operator ArrayRef<T>() const { return *items_; }

 private:
  std::shared_ptr<std::vector<T>> items_ = std::make_shared<std::vector<T>>();
};

}  // namespace hearth
