// SPDX-License-Identifier: Apache-2.0
// What follows from a module's options, for every module of modules.def.
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "hearth/base/error.h"
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

/// Options that were changed one by one differ; saved ones come back as they were. What is wrong,
/// or nothing: assertions would be compiled anew for every class of options.
template <typename Options>
std::string wrong_options(const Options& options) {
  serialize::OutputArchive saved;
  serialize::write_args(saved, options);
  bool all_optional = true;
  for (int changed = 0;; ++changed) {
    Options other = options;
    if (!equal_args(other, options)) return "a copy differs";
    const char* name = nullptr;
    int place = 0;
    for_each_arg(
        [&]<typename T>(const char* its, T& value) {
          if (place++ != changed) return;
          name = its;
          disturb(value);
          all_optional = all_optional && requires { value.has_value(); };
        },
        other);
    if (!name) break;
    if (equal_args(other, options)) return cat_str(name, " may change");
    serialize::InputArchive archive(saved);
    serialize::read_args(archive, other);
    if (!equal_args(other, options)) return cat_str(name, " is not restored");
  }
  // Only what is optional may be missing.
  if (all_optional) return "";
  try {
    Options read = options;
    serialize::InputArchive archive{serialize::OutputArchive()};
    serialize::read_args(archive, read);
  } catch (const FormatError&) {
    return "";
  }
  return "missing options are not missed";
}

void check_text(const Module& module, const std::string& printed) {
  EXPECT_EQ(text(module), "torch::nn::" + printed);
  EXPECT_EQ(text(*module.clone()), "torch::nn::" + printed);
}

template <typename Holder>
void check(const Holder& module, const char* printed) {
  check_text(*module, printed);
  if constexpr (requires { module->options; }) {
    EXPECT_EQ(wrong_options(module->options), "");
  }
}

/// TEST would compile a class of its own for each of a hundred modules.
class AllModules : public ::testing::Test {
 public:
  explicit AllModules(void (*body)()) : body_(body) {}
  void TestBody() override { body_(); }

  static bool add(const char* name, int line, void (*body)()) {
    ::testing::RegisterTest("AllModules", name, nullptr, nullptr, __FILE__, line,
                            [=]() -> ::testing::Test* { return new AllModules(body); });
    return true;
  }

 private:
  void (*body_)();
};

[[maybe_unused]] const bool kAdded[] = {
#define MODULE(Name, arguments, printed) \
  AllModules::add(#Name, __LINE__, [] { check(nn::Name arguments, printed); }),
#include "core/nn/modules.def"
#undef MODULE
};

}  // namespace
}  // namespace hearth
