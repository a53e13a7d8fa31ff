// SPDX-License-Identifier: Apache-2.0
// Options: each is declared once, with HEARTH_ARG. Setter, getter and whatever goes through all
// options of a class (printing, comparing, saving) follow from that.
#pragma once

#include <cstdint>
#include <type_traits>
#include <utility>

namespace hearth {

inline constexpr int kArgLines = 256;

/// Tells the options of a class apart: by the line that declares them, within kArgLines. Each
/// derives from the next, so that a call with any line finds the first option from there on.
template <int kLine>
struct ArgLine : ArgLine<kLine + 1> {
  static constexpr int kNext = kLine + 1;
};
template <>
struct ArgLine<kArgLines> {};

namespace detail {

/// A call's argument for options from a line on.
template <int kLine>
inline constexpr const ArgLine<kLine>* kFromLine = nullptr;

/// The option of that line, writable unless it is one of a const object.
template <typename Line, typename Options>
auto& arg_of(Options& options, const char*& name) {
  const auto& value = options.arg_at(Line(), name);
  if constexpr (std::is_const_v<Options>) {
    return value;
  } else {
    return const_cast<std::remove_cvref_t<decltype(value)>&>(value);
  }
}

template <int kFrom, typename F, typename First, typename... Others>
void visit_args(F& f, First& first, Others&... others) {
  if constexpr (requires { First::arg_line(kFromLine<kFrom>); }) {
    using Line = decltype(First::arg_line(kFromLine<kFrom>));
    const char* name = nullptr;
    auto& value = arg_of<Line>(first, name);
    f(name, value, arg_of<Line>(others, name)...);
    visit_args<std::remove_pointer_t<Line>::kNext>(f, first, others...);
  }
}

}  // namespace detail

/// Calls f(name, value) for every option of a class, in the order of their lines. Of several
/// objects of the class, f gets each one's value.
template <typename F, typename... Options>
void for_each_arg(F&& f, Options&... options) {
  detail::visit_args<0>(f, options...);
}

}  // namespace hearth

/// Setter and getters of the member `name_`.
#define HEARTH_ARG_ACCESS(T, name)                         \
  auto name(T new_##name)->decltype(*this) {               \
    this->name##_ = ::std::move(new_##name);               \
    return *this;                                          \
  }                                                        \
  const T& name() const noexcept { return this->name##_; } \
  T& name() noexcept { return this->name##_; }

/// Declares an option with a fluent setter and a getter, as LibTorch's TORCH_ARG:
/// `HEARTH_ARG(double, lr) = 1e-3;` gives `lr(x)`, `lr()` and the member `lr_`. One to a line.
#define HEARTH_ARG(T, name)                                                                   \
 public:                                                                                      \
  HEARTH_ARG_ACCESS(T, name)                                                                  \
  static const ::hearth::ArgLine<__LINE__ % ::hearth::kArgLines>* arg_line(                   \
      const ::hearth::ArgLine<__LINE__ % ::hearth::kArgLines>* at) {                          \
    return at;                                                                                \
  }                                                                                           \
  const T& arg_at(const ::hearth::ArgLine<__LINE__ % ::hearth::kArgLines>*, const char*& its) \
      const {                                                                                 \
    its = #name;                                                                              \
    return this->name##_;                                                                     \
  }                                                                                           \
                                                                                              \
 private:                                                                                     \
  T name##_ /* NOLINT */
