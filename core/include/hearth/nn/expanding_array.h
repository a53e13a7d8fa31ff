// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <initializer_list>
#include <iosfwd>
#include <optional>
#include <vector>

#include "hearth/base/array_ref.h"
#include "hearth/base/error.h"

namespace hearth {

namespace detail {
HEARTH_API void print_numbers(std::ostream& out, ArrayRef<int64_t> values);
HEARTH_API void print_numbers(std::ostream& out, ArrayRef<double> values);
}  // namespace detail

/// D values of which one given value stands for all: `3` is `{3, 3}` for D = 2. Lists of another
/// length throw ValueError.
template <size_t D, typename T = int64_t>
class ExpandingArray {
 public:
  ExpandingArray(std::initializer_list<T> list) : ExpandingArray(ArrayRef<T>(list)) {}
  ExpandingArray(const std::vector<T>& values) : ExpandingArray(ArrayRef<T>(values)) {}
  ExpandingArray(ArrayRef<T> values) {
    HEARTH_CHECK_AS(ValueError, values.size() == D, "Expected ", D, " values, but instead got ",
                    values.size());
    for (size_t i = 0; i < D; ++i) values_[i] = values[i];
  }
  ExpandingArray(T single) { values_.fill(single); }
  ExpandingArray(const std::array<T, D>& values) : values_(values) {}

  std::array<T, D>& operator*() { return values_; }
  const std::array<T, D>& operator*() const { return values_; }
  std::array<T, D>* operator->() { return &values_; }
  const std::array<T, D>* operator->() const { return &values_; }
  operator ArrayRef<T>() const { return values_; }
  size_t size() const { return D; }

 private:
  std::array<T, D> values_;
};

/// As ExpandingArray, of values that may be left open (nullopt).
template <size_t D, typename T = int64_t>
class ExpandingArrayWithOptionalElem : public ExpandingArray<D, std::optional<T>> {
 public:
  using ExpandingArray<D, std::optional<T>>::ExpandingArray;
  ExpandingArrayWithOptionalElem(std::initializer_list<T> list)
      : ExpandingArrayWithOptionalElem(ArrayRef<T>(list)) {}
  ExpandingArrayWithOptionalElem(const std::vector<T>& values)
      : ExpandingArrayWithOptionalElem(ArrayRef<T>(values)) {}
  ExpandingArrayWithOptionalElem(ArrayRef<T> values)
      : ExpandingArray<D, std::optional<T>>(std::nullopt) {
    HEARTH_CHECK_AS(ValueError, values.size() == D, "Expected ", D, " values, but instead got ",
                    values.size());
    for (size_t i = 0; i < D; ++i) (**this)[i] = values[i];
  }
  ExpandingArrayWithOptionalElem(T single)
      : ExpandingArray<D, std::optional<T>>(std::optional<T>(single)) {}
};

/// One value for D = 1, else "[2, 3]".
template <size_t D, typename T>
std::ostream& operator<<(std::ostream& out, const ExpandingArray<D, T>& array) {
  detail::print_numbers(out, array);
  return out;
}

}  // namespace hearth
