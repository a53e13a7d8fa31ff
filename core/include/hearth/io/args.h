// SPDX-License-Identifier: Apache-2.0
// Options as values: what a class declares with HEARTH_ARG is compared, saved and restored here.
// That goes for bools, numbers, strings, tensors, named choices (kMean), and for optionals, lists,
// tuples and variants of those.
#pragma once

#include <tuple>
#include <utility>

#include "hearth/base/arg.h"
#include "hearth/io/archive.h"

namespace hearth {

namespace detail {

template <template <typename...> class Template, typename T>
inline constexpr bool is_a = false;
template <template <typename...> class Template, typename... T>
inline constexpr bool is_a<Template, Template<T...>> = true;
template <typename T>
inline constexpr bool is_choice = requires {
  T::kName;
};
template <typename T>
inline constexpr bool is_plain = std::is_arithmetic_v<T> || std::is_same_v<T, std::string>;

/// The elements of a list, or of an ExpandingArray.
template <typename T>
const auto& elements(const T& list) {
  if constexpr (requires { list.begin(); }) {
    return list;
  } else {
    return *list;
  }
}

template <typename T>
bool equal_arg(const T& a, const T& b) {
  if constexpr (std::is_same_v<T, Tensor>) {
    return a.defined() == b.defined() && (!a.defined() || a.equal(b));
  } else if constexpr (is_a<std::optional, T>) {
    return a.has_value() == b.has_value() && (!a || equal_arg(*a, *b));
  } else if constexpr (is_a<std::variant, T>) {
    const auto equals_b = [&](const auto& held) {
      return equal_arg(held, *std::get_if<std::decay_t<decltype(held)>>(&b));
    };
    return a.index() == b.index() && std::visit(equals_b, a);
  } else if constexpr (is_choice<T>) {
    return true;
  } else if constexpr (is_plain<T> || is_a<std::tuple, T>) {
    return a == b;
  } else {
    return elements(a) == elements(b);
  }
}

template <typename T>
void write_arg(serialize::OutputArchive& archive, const std::string& name, const T& value) {
  if constexpr (std::is_same_v<T, Tensor>) {
    if (value.defined()) archive.write(name, value);
  } else if constexpr (is_plain<T>) {
    archive.write(name, serialize::Value(value));
  } else if constexpr (is_choice<T>) {
    archive.write(name, serialize::Value(T::kName));
  } else if constexpr (is_a<std::optional, T>) {
    if (value) {
      write_arg(archive, name, *value);
    } else {
      archive.write(name, serialize::Value());
    }
  } else if constexpr (is_a<std::variant, T>) {
    std::visit([&](const auto& held) { write_arg(archive, name, held); }, value);
  } else {
    serialize::OutputArchive nested;
    int place = 0;
    const auto write_next = [&](const auto& element) {
      write_arg(nested, std::to_string(place++), element);
    };
    if constexpr (is_a<std::tuple, T>) {
      std::apply([&](const auto&... each) { (write_next(each), ...); }, value);
    } else {
      for (const auto& element : elements(value)) write_next(element);
    }
    archive.write(name, nested);
  }
}

template <typename T>
bool try_read_arg(serialize::InputArchive& archive, const std::string& name, T& value);

template <typename T>
bool try_read_list(serialize::InputArchive& archive, const std::string& name, T& list) {
  using Element = typename std::decay_t<decltype(elements(list))>::value_type;
  serialize::InputArchive nested;
  if (!archive.try_read(name, nested)) return false;
  std::vector<Element> read(nested.keys().size());
  for (size_t i = 0; i < read.size(); ++i)
    if (!try_read_arg(nested, std::to_string(i), read[i])) return false;
  list = T(read);
  return true;
}

/// The choice with the saved name, or else the value of the alternative that is no choice.
template <typename... T>
bool try_read_variant(serialize::InputArchive& archive, const std::string& name,
                      std::variant<T...>& value) {
  serialize::Value saved;
  const bool named =
      archive.try_read(name, saved) && saved.kind() == serialize::Value::Kind::String;
  const auto try_as = [&]<typename A>(std::type_identity<A>) {
    if constexpr (is_choice<A>) {
      if (!named || saved.toStringRef() != A::kName) return false;
      value = A{};
      return true;
    } else {
      A other = 0;
      if (named || !try_read_arg(archive, name, other)) return false;
      value = std::move(other);
      return true;
    }
  };
  return (try_as(std::type_identity<T>()) || ...);
}

/// False where the archive has nothing of that name and kind. A tensor or optional may be missing.
template <typename T>
bool try_read_arg(serialize::InputArchive& archive, const std::string& name, T& value) {
  if constexpr (std::is_same_v<T, Tensor>) {
    value = Tensor();
    archive.try_read(name, value);
    return true;
  } else if constexpr (is_plain<T>) {
    serialize::Value saved;
    if (!archive.try_read(name, saved)) return false;
    value = saved.to<T>();
    return true;
  } else if constexpr (is_a<std::optional, T>) {
    value.reset();
    serialize::Value saved;
    if (archive.try_read(name, saved) && saved.isNone()) return true;
    using Inner = typename T::value_type;
    // ExpandingArray has no default.
    auto inner = [] {
      if constexpr (std::is_default_constructible_v<Inner>)
        return Inner{};
      else
        return Inner(0);
    }();
    if (try_read_arg(archive, name, inner)) value = std::move(inner);
    return true;
  } else if constexpr (is_a<std::variant, T>) {
    return try_read_variant(archive, name, value);
  } else if constexpr (is_a<std::tuple, T>) {
    serialize::InputArchive nested;
    if (!archive.try_read(name, nested)) return false;
    int place = 0;
    return std::apply(
        [&](auto&... each) { return (try_read_arg(nested, std::to_string(place++), each) && ...); },
        value);
  } else {
    return try_read_list(archive, name, value);
  }
}

[[noreturn]] HEARTH_API void throw_no_arg(const serialize::InputArchive& archive, const char* name);

}  // namespace detail

/// Whether all options of a class have the same values.
template <typename Options>
bool equal_args(const Options& a, const Options& b) {
  bool equal = true;
  for_each_arg(
      [&](const char*, const auto& x, const auto& y) { equal = equal && detail::equal_arg(x, y); },
      a, b);
  return equal;
}

namespace serialize {

/// Writes every option of a class under its name.
template <typename Options>
void write_args(OutputArchive& archive, const Options& options) {
  for_each_arg(
      [&](const char* name, const auto& value) { hearth::detail::write_arg(archive, name, value); },
      options);
}

/// Reads what write_args wrote. Throws FormatError where an option is missing or has a value that
/// it cannot take.
template <typename Options>
void read_args(InputArchive& archive, Options& options) {
  for_each_arg(
      [&](const char* name, auto& value) {
        if (!hearth::detail::try_read_arg(archive, name, value))
          hearth::detail::throw_no_arg(archive, name);
      },
      options);
}

}  // namespace serialize
}  // namespace hearth
