// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <iterator>
#include <utility>
#include <vector>

#include "c10/macros/Macros.h"

namespace hearth {

/// LibTorch's SmallVector: a std::vector with room for N, and a few methods more.
template <typename T, unsigned N = 4>
class SmallVector : public std::vector<T> {
 public:
  using Base = std::vector<T>;
  SmallVector() { this->reserve(N); }
  explicit SmallVector(size_t n, const T& value = T()) : Base(n, value) {}
  template <std::input_iterator It>
  SmallVector(It first, It last) : Base(first, last) {}
  SmallVector(std::initializer_list<T> list) : Base(list) {}
  /// The elements of another container.
  template <typename List>
  requires requires(const List& list) { list.begin() != list.end(); }
  explicit SmallVector(const List& list) : Base(list.begin(), list.end()) {}

  template <std::input_iterator It>
  void append(It first, It last) {
    this->insert(this->end(), first, last);
  }
  void append(size_t n, const T& value) { this->insert(this->end(), n, value); }
  void append(std::initializer_list<T> list) { append(list.begin(), list.end()); }
  T pop_back_val() {
    T last = std::move(this->back());
    this->pop_back();
    return last;
  }
};

}  // namespace hearth
