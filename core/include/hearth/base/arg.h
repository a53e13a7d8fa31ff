// SPDX-License-Identifier: Apache-2.0
// Options: each is declared once, with HEARTH_ARG. Setter, getter and whatever goes through all
// options of a class (printing, comparing, saving) follow from that.
#pragma once

#include <cstdint>
#include <type_traits>
#include <utility>

namespace hearth {

/// Tells the options of a class apart: by the line that declares them, within kArgLines.
template <int kLine>
struct ArgLine {};
inline constexpr int kArgLines = 256;

namespace detail {

/// Whether a line from kBegin to kEnd declares an option of this class.
template <typename Options, int kBegin, int kEnd>
constexpr bool has_args() {
  if constexpr (kEnd - kBegin == 1) {
    return requires(const Options& options, const char*& name) {
      options.arg_at(ArgLine<kBegin>(), name);
    };
  } else {
    constexpr int kMiddle = (kBegin + kEnd) / 2;
    return has_args<Options, kBegin, kMiddle>() || has_args<Options, kMiddle, kEnd>();
  }
}

/// The option that a line declares; writable unless `options` is const.
template <int kLine, typename Options>
auto& arg_of(Options& options, const char*& name) {
  const auto& value = options.arg_at(ArgLine<kLine>(), name);
  if constexpr (std::is_const_v<Options>) {
    return value;
  } else {
    return const_cast<std::remove_cvref_t<decltype(value)>&>(value);
  }
}

template <int kBegin, int kEnd, typename F, typename First, typename... Others>
void visit_args(F& f, First& first, Others&... others) {
  if constexpr (!has_args<First, kBegin, kEnd>()) {
    return;
  } else if constexpr (kEnd - kBegin == 1) {
    const char* name = nullptr;
    auto& value = arg_of<kBegin>(first, name);
    f(name, value, arg_of<kBegin>(others, name)...);
  } else {
    constexpr int kMiddle = (kBegin + kEnd) / 2;
    visit_args<kBegin, kMiddle>(f, first, others...);
    visit_args<kMiddle, kEnd>(f, first, others...);
  }
}

}  // namespace detail

/// Calls f(name, value) for every option of a class, in the order of their lines. Of several
/// objects of the class, f gets each one's value.
template <typename F, typename... Options>
void for_each_arg(F&& f, Options&... options) {
  detail::visit_args<0, kArgLines>(f, options...);
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
#define HEARTH_ARG(T, name)                                                                    \
 public:                                                                                       \
  HEARTH_ARG_ACCESS(T, name)                                                                   \
  const T& arg_at(::hearth::ArgLine<__LINE__ % ::hearth::kArgLines>, const char*& its) const { \
    its = #name;                                                                               \
    return this->name##_;                                                                      \
  }                                                                                            \
                                                                                               \
 private:                                                                                      \
  T name##_ /* NOLINT */
