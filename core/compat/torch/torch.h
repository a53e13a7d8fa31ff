// SPDX-License-Identifier: Apache-2.0
// LibTorch's names for Hearth: ordinary LibTorch programs compile with this folder on the include
// path. torch, at and c10 are the same namespace, hearth.
#pragma once

// What LibTorch brings along, and programs have come to rely on.
#include <algorithm>
#include <array>
#include <atomic>
#include <cassert>
#include <chrono>
#include <climits>
#include <cmath>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <deque>
#include <exception>
#include <functional>
#include <initializer_list>
#include <iomanip>
#include <iostream>
#include <iterator>
#include <limits>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <numeric>
#include <optional>
#include <queue>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <tuple>
#include <type_traits>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <variant>
#include <vector>

#include "hearth/hearth.h"

namespace hearth {

// Aliases that only LibTorch programs use.
using std::make_optional;
using std::nullopt;
using std::optional;

namespace autograd {
using tensor_list = variable_list;
}

/// Joins its arguments into one string through operator<<, as c10::str.
template <typename... Ts>
std::string str(const Ts&... parts) {
  std::ostringstream out;
  (out << ... << parts);
  return out.str();
}

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

namespace torch = hearth;
namespace c10 = hearth;
/// Where ATen differs from torch: its tensor() keeps the C++ type (at::tensor(1) is an int32
/// tensor) and makes one dim of a single number.
namespace at {
using namespace hearth;

template <hearth::detail::Element T>
Tensor tensor(ArrayRef<T> values, const TensorOptions& options = {}) {
  const ScalarType type = options.dtype_opt().value_or(hearth::dtype_of<T>);
  if constexpr (hearth::is_complex(hearth::dtype_of<T>)) {
    if (!hearth::is_complex(type))
      throw hearth::NotImplementedError(
          hearth::cat_str("[tensor] \"tensor_cpu\" not implemented for '", to_string(type), "'"));
  }
  return hearth::tensor(values, options.dtype(type));
}
template <hearth::detail::Element T>
Tensor tensor(std::initializer_list<T> values, const TensorOptions& options = {}) {
  return at::tensor(ArrayRef<T>(values), options);
}
template <hearth::detail::Element T>
Tensor tensor(const std::vector<T>& values, const TensorOptions& options = {}) {
  return at::tensor(ArrayRef<T>(values), options);
}
template <hearth::detail::Element T>
Tensor tensor(T value, const TensorOptions& options = {}) {
  return at::tensor(ArrayRef<T>(value), options);
}
}  // namespace at

#define TORCH_API HEARTH_API
#define TORCH_MODULE(Name) HEARTH_MODULE(Name)
#define TORCH_MODULE_IMPL(Name, Impl) HEARTH_MODULE_IMPL(Name, Impl)
#define TORCH_ARG(T, name) HEARTH_ARG(T, name)
#define TORCH_CHECK(condition, ...)                                        \
  do {                                                                     \
    if (__builtin_expect(!(condition), 0))                                 \
      throw ::hearth::Error(::hearth::str("" __VA_OPT__(, ) __VA_ARGS__)); \
  } while (false)
#define TORCH_INTERNAL_ASSERT(condition, ...) \
  TORCH_CHECK(condition, "INTERNAL ASSERT FAILED: " #condition " " __VA_OPT__(, ) __VA_ARGS__)
#define AT_ASSERT(condition) TORCH_INTERNAL_ASSERT(condition)
