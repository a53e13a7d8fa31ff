// SPDX-License-Identifier: Apache-2.0
#include "transforms/describe.h"

#include <charconv>
#include <cmath>

namespace hearth::vision::transforms {

std::string text_of(double value) {
  if (std::isnan(value)) return "nan";
  char digits[32];
  const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  std::string text(digits, end);
  if (text.find_first_of(".en") == std::string::npos) text += ".0";
  return text;
}

std::string text_of(int64_t value) { return std::to_string(value); }
std::string text_of(bool value) { return value ? "True" : "False"; }
std::string text_of(const std::string& value) { return value; }

std::string text_of(InterpolationMode value) {
  constexpr const char* kNames[] = {"nearest", "nearest-exact", "bilinear", "bicubic",
                                    "box",     "hamming",       "lanczos"};
  return kNames[static_cast<size_t>(value)];
}

std::string text_of(PaddingMode value) {
  constexpr const char* kNames[] = {"constant", "edge", "reflect", "symmetric"};
  return kNames[static_cast<size_t>(value)];
}

std::string text_of(const Size& value) {
  return "(" + std::to_string(value.height) + ", " + std::to_string(value.width) + ")";
}

std::string text_of(BoundingBoxFormat value) {
  constexpr const char* kNames[] = {"XYXY", "XYWH", "CXCYWH"};
  return kNames[static_cast<size_t>(value)];
}

}  // namespace hearth::vision::transforms
