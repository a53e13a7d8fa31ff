// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "c10/macros/Macros.h"

namespace hearth {

/// 0, 1, ... below `end`, for range-based loops (c10::irange).
template <typename T>
class IntegerRange {
 public:
  struct Iterator {
    T value;
    T operator*() const { return value; }
    Iterator& operator++() {
      ++value;
      return *this;
    }
    bool operator!=(const Iterator& o) const { return value < o.value; }
  };
  IntegerRange(T begin, T end) : begin_(begin), end_(end) {}
  Iterator begin() const { return {begin_}; }
  Iterator end() const { return {end_}; }

 private:
  T begin_, end_;
};
template <typename T>
IntegerRange<T> irange(T end) {
  return {T(0), end};
}
template <typename A, typename B>
IntegerRange<B> irange(A begin, B end) {
  return {static_cast<B>(begin), end};
}

}  // namespace hearth
