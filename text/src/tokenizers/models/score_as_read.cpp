// SPDX-License-Identifier: Apache-2.0
#include "tokenizers/models/score_as_read.h"

#include <charconv>
#include <cmath>
#include <cstdint>
#include <string>

#include "hearth/base/error.h"

namespace hearth::text {

namespace {

double power_of_ten(int exponent) {
  double power = 0;
  const std::string text = cat_str("1e", exponent);
  std::from_chars(text.data(), text.data() + text.size(), power);
  return power;
}

}  // namespace

double score_as_read(double exact) {
  if (!std::isfinite(exact)) return exact;
  char text[32];
  const auto end =
      std::to_chars(text, text + sizeof text, std::abs(exact), std::chars_format::scientific).ptr;
  uint64_t digits = 0;
  int exponent = 0;
  bool fraction = false;
  for (const char* c = text; c != end; ++c) {
    if (*c == '.') {
      fraction = true;
    } else if (*c == 'e') {
      int shift = 0;
      std::from_chars(c + (c[1] == '+' ? 2 : 1), end, shift);
      exponent += shift;
      break;
    } else {
      digits = 10 * digits + static_cast<uint64_t>(*c - '0');
      exponent -= fraction;
    }
  }
  constexpr int kMost = 308;  // of the powers of ten that a double holds
  auto value = static_cast<double>(digits);
  for (; exponent < -kMost; exponent += kMost) value /= power_of_ten(kMost);
  value = exponent < 0 ? value / power_of_ten(-exponent) : value * power_of_ten(exponent);
  return std::copysign(value, exact);
}

}  // namespace hearth::text
