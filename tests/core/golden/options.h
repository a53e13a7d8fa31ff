// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cctype>
#include <tuple>

#include "hearth/base/arg.h"

#include "core/golden/runner.h"

namespace hearth::golden {

namespace detail {

/// Whether PyTorch's word ("mean") is that of a choice (kMean).
template <typename Choice>
bool is_word_of(const std::string& word) {
  const std::string name = Choice::kName + 1;
  return std::equal(word.begin(), word.end(), name.begin(), name.end(),
                    [](char a, char b) { return a == std::tolower(b); });
}

inline void set(Args& a, const char* name, bool& v) { v = a.b(name); }
inline void set(Args& a, const char* name, int64_t& v) { v = a.i(name); }
inline void set(Args& a, const char* name, double& v) { v = a.f(name); }
inline void set(Args& a, const char* name, std::string& v) { v = a.s(name); }
inline void set(Args&, const char*, Tensor&) {}
template <typename... T>
void set(Args& a, const char* name, std::tuple<T...>& v) {
  const std::vector<double> values = a.floats(name);
  size_t next = 0;
  std::apply([&](auto&... each) { ((each = values.at(next++)), ...); }, v);
}
/// Lists of integers, and what may be made of one.
template <typename T>
requires std::is_constructible_v<T, std::vector<int64_t>>
void set(Args& a, const char* name, T& v) {
  const std::vector<int64_t> values = a.ints(name);
  if constexpr (std::is_convertible_v<int64_t, T>) {
    if (values.size() == 1) {
      v = values[0];
      return;
    }
  }
  v = T(values);
}
template <typename T>
void set(Args& a, const char* name, std::optional<T>& v) {
  v.reset();
  if (!a.has(name)) return;
  if constexpr (requires(T & inner) { set(a, name, inner); }) {
    T inner{};
    set(a, name, inner);
    v = inner;
  }
}
template <typename... T>
void set(Args& a, const char* name, std::variant<T...>& v) {
  const Attribute& attribute = a.test_case().attributes.find(name)->second;
  const std::string* word = std::get_if<std::string>(&attribute);
  const auto set_to = [&]<typename A>(std::type_identity<A>) {
    if constexpr (requires { A::kName; }) {
      if (word && is_word_of<A>(*word)) v = A{};
    } else if (!word) {
      A other = 0;
      set(a, name, other);
      v = other;
    }
  };
  (set_to(std::type_identity<T>()), ...);
}

}  // namespace detail

/// Gives every option that the case has an attribute of that name for the attribute's value.
template <typename Options>
void set_options(Args& a, Options& options) {
  for_each_arg(
      [&](const char* name, auto& value) {
        if (a.test_case().attributes.count(name)) detail::set(a, name, value);
      },
      options);
}

}  // namespace hearth::golden
