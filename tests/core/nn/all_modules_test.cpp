// SPDX-License-Identifier: Apache-2.0
// What follows from a module's options, for every module of modules.def.
#include <sstream>

#include <gtest/gtest.h>

#include "hearth/io/args.h"
#include "hearth/nn.h"
#include "hearth/nn/modules/fold.h"
#include "hearth/ops/creation.h"

namespace hearth {
namespace {

using namespace nn;

std::string text(const Module& module) {
  std::ostringstream out;
  out << module;
  return out.str();
}

template <typename T>
void disturb(T& value) {
  if constexpr (std::is_same_v<T, bool>) {
    value = !value;
  } else if constexpr (std::is_arithmetic_v<T>) {
    value += 1;
  } else if constexpr (std::is_same_v<T, Tensor>) {
    value = ones({3});
  } else if constexpr (std::is_same_v<T, std::string>) {
    value += "!";
  } else if constexpr (requires { std::variant_size<T>::value; }) {
    constexpr size_t kLast = std::variant_size_v<T> - 1;
    using Last = std::variant_alternative_t<kLast, T>;
    using Other = std::variant_alternative_t<kLast - 1, T>;
    value = value.index() == kLast ? T(Other()) : T(Last());
  } else if constexpr (requires { value.has_value(); }) {
    using Inner = typename T::value_type;
    if constexpr (std::is_default_constructible_v<Inner>) {
      value = value ? std::nullopt : T(std::in_place);
    } else {
      value = value ? std::nullopt : T(Inner(1));
    }
  } else if constexpr (requires { value.begin(); }) {
    value.push_back(7);
  } else {
    for (auto& each : *value) disturb(each);
  }
}

/// Options that were changed one by one differ; saved ones come back as they were.
template <typename Options>
void check_options(const Options& options) {
  serialize::OutputArchive saved;
  serialize::write_args(saved, options);
  Options changed = options;
  EXPECT_TRUE(equal_args(changed, options));
  for_each_arg(
      [&](const char* name, auto& value) {
        Options other = options;
        disturb(value);
        for_each_arg(
            [&](const char* same, auto& copy, auto& disturbed) {
              if (std::string_view(same) == name) copy = disturbed;
            },
            other, changed);
        EXPECT_FALSE(equal_args(other, options)) << name;
        serialize::InputArchive archive(saved);
        serialize::read_args(archive, other);
        EXPECT_TRUE(equal_args(other, options)) << name;
      },
      changed);
  // Only what is optional may be missing.
  bool all_optional = true;
  for_each_arg(
      [&](const char*, const auto& value) {
        all_optional = all_optional && requires { value.has_value(); };
      },
      options);
  if (all_optional) return;
  serialize::InputArchive archive{serialize::OutputArchive()};
  EXPECT_THROW(serialize::read_args(archive, changed), FormatError);
}

template <typename Holder>
void check(Holder module, const std::string& printed) {
  EXPECT_EQ(text(*module), "torch::nn::" + printed);
  EXPECT_EQ(text(*module->clone()), "torch::nn::" + printed);
  if constexpr (requires { module->options; }) check_options(module->options);
}

#define MODULE(Name, arguments, printed) \
  TEST(AllModules, Name) { check(nn::Name arguments, printed); }
#include "core/nn/modules.def"
#undef MODULE

}  // namespace
}  // namespace hearth
