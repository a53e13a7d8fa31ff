// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iosfwd>
#include <iterator>
#include <optional>
#include <vector>

#include "hearth/base/macros.h"

namespace hearth {

namespace detail {
[[noreturn]] HEARTH_API void throw_array_index(size_t index, size_t size);
}

/// A constant view of a contiguous array that it does not own (c10::ArrayRef). Binds to vectors,
/// arrays, initializer lists and single values, so it is the parameter type for sizes and dims.
template <typename T>
class ArrayRef {
 public:
  using value_type = T;
  using iterator = const T*;
  using const_iterator = const T*;
  using reverse_iterator = std::reverse_iterator<const T*>;

  constexpr ArrayRef() = default;
  constexpr ArrayRef(const T& one) : data_(&one), size_(1) {}
  constexpr ArrayRef(const T* data, size_t size) : data_(data), size_(size) {}
  constexpr ArrayRef(const T* begin, const T* end) : data_(begin), size_(end - begin) {}
  template <typename A>
  ArrayRef(const std::vector<T, A>& v) : data_(v.data()), size_(v.size()) {}
  template <size_t N>
  constexpr ArrayRef(const std::array<T, N>& a) : data_(a.data()), size_(N) {}
  template <size_t N>
  constexpr ArrayRef(const T (&a)[N]) : data_(a), size_(N) {}
  // A list used as an argument outlives the call it is passed to.
#pragma GCC diagnostic push
#if !defined(__clang__)
#pragma GCC diagnostic ignored "-Winit-list-lifetime"
#endif
  constexpr ArrayRef(const std::initializer_list<T>& list)
      : data_(list.begin()), size_(list.size()) {}
#pragma GCC diagnostic pop

  constexpr const T* begin() const { return data_; }
  constexpr const T* end() const { return data_ + size_; }
  constexpr reverse_iterator rbegin() const { return reverse_iterator(end()); }
  constexpr reverse_iterator rend() const { return reverse_iterator(begin()); }
  constexpr const T* data() const { return data_; }
  constexpr size_t size() const { return size_; }
  constexpr bool empty() const { return size_ == 0; }
  constexpr const T& front() const { return data_[0]; }
  constexpr const T& back() const { return data_[size_ - 1]; }
  constexpr const T& operator[](size_t i) const { return data_[i]; }
  /// Element i; throws IndexError past the end.
  constexpr const T& at(size_t i) const {
    if (i >= size_) detail::throw_array_index(i, size_);
    return data_[i];
  }
  /// The n elements from `first` on.
  constexpr ArrayRef slice(size_t first, size_t n) const { return {data_ + first, n}; }
  constexpr ArrayRef slice(size_t first) const { return {data_ + first, size_ - first}; }
  std::vector<T> vec() const { return {begin(), end()}; }
  constexpr bool equals(ArrayRef other) const {
    if (size_ != other.size_) return false;
    for (size_t i = 0; i < size_; ++i)
      if (!(data_[i] == other.data_[i])) return false;
    return true;
  }
  /// Whether `test` holds for each element.
  template <typename F>
  constexpr bool allMatch(const F& test) const {
    for (const T& element : *this)
      if (!test(element)) return false;
    return true;
  }

 private:
  const T* data_ = nullptr;
  size_t size_ = 0;
};

template <typename T>
constexpr bool operator==(ArrayRef<T> a, ArrayRef<T> b) {
  return a.equals(b);
}
template <typename T>
bool operator==(ArrayRef<T> a, const std::vector<T>& b) {
  return a.equals(b);
}

/// "[2, 3]".
template <typename C, typename Traits, typename T>
std::basic_ostream<C, Traits>& operator<<(std::basic_ostream<C, Traits>& out, ArrayRef<T> list) {
  out << '[';
  for (size_t i = 0; i < list.size(); ++i) {
    if (i > 0) out << ", ";
    out << list[i];
  }
  return out << ']';
}

using IntArrayRef = ArrayRef<int64_t>;

/// An optional list of dims or sizes; binds to everything IntArrayRef binds to, and to nullopt.
class OptionalIntArrayRef {
 public:
  OptionalIntArrayRef() = default;
  OptionalIntArrayRef(std::nullopt_t) {}
  OptionalIntArrayRef(IntArrayRef v) : value_(v), has_(true) {}
  template <typename V>
  requires requires(const V& v) { v.operator IntArrayRef(); }
  OptionalIntArrayRef(const V& v) : value_(v), has_(true) {}
  OptionalIntArrayRef(const int64_t& v) : value_(v), has_(true) {}
  OptionalIntArrayRef(const std::initializer_list<int64_t>& v) : value_(v), has_(true) {}
  OptionalIntArrayRef(const std::vector<int64_t>& v) : value_(v), has_(true) {}
  template <size_t N>
  OptionalIntArrayRef(const std::array<int64_t, N>& v) : value_(v), has_(true) {}
  OptionalIntArrayRef(const std::optional<IntArrayRef>& v)
      : value_(v ? *v : IntArrayRef()), has_(v.has_value()) {}

  bool has_value() const { return has_; }
  explicit operator bool() const { return has_; }
  const IntArrayRef& value() const { return value_; }
  const IntArrayRef& operator*() const { return value_; }
  const IntArrayRef* operator->() const { return &value_; }

 private:
  IntArrayRef value_;
  bool has_ = false;
};

}  // namespace hearth
