// SPDX-License-Identifier: Apache-2.0
// How transforms print themselves: "Resize(size=[224], interpolation=bilinear)".
#pragma once

#include <concepts>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "hearth/base/arg.h"
#include "hearth/vision/transforms/modes.h"
#include "hearth/vision/types.h"

namespace hearth::vision::transforms {

// A value as Python writes it.
std::string text_of(double value);
std::string text_of(int64_t value);
std::string text_of(bool value);
std::string text_of(InterpolationMode value);
std::string text_of(PaddingMode value);
std::string text_of(const std::string& value);
inline std::string text_of(const char* value) { return value; }
std::string text_of(const Size& value);
std::string text_of(BoundingBoxFormat value);
template <class A, class B>
std::string text_of(const std::pair<A, B>& value) {
  return "(" + text_of(value.first) + ", " + text_of(value.second) + ")";
}
template <class T>
std::string text_of(const std::vector<T>& values) {
  std::string all = "[";
  for (size_t i = 0; i < values.size(); ++i) all += (i ? ", " : "") + text_of(values[i]);
  return all + "]";
}

/// The text of a transform and its settings, in the order of the calls.
class Description {
 public:
  explicit Description(const std::string& name) : text_(name + "(") {}

  template <class T>
  Description& arg(const char* name, const T& value) {
    text_ += (empty_ ? "" : ", ") + std::string(name) + "=" + text_of(value);
    empty_ = false;
    return *this;
  }
  /// What was not set is not told.
  template <class T>
  Description& arg(const char* name, const std::optional<T>& value) {
    return value ? arg(name, *value) : *this;
  }
  operator std::string() const { return text_ + ")"; }

 private:
  std::string text_;
  bool empty_ = true;
};

/// All options of a struct of HEARTH_ARGs.
template <class Options>
std::string describe(const std::string& name, const Options& options) {
  Description text(name);
  for_each_arg([&](const char* option, const auto& value) { text.arg(option, value); }, options);
  return text;
}

}  // namespace hearth::vision::transforms
