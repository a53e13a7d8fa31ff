// SPDX-License-Identifier: Apache-2.0
#include "hearth/tensor/scalar.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "tensor/scalar_range.h"
#include "tensor/tensor_impl.h"

namespace hearth {

namespace {

std::string number(double v) {
  char text[40];
  for (int digits : {6, 9, 17}) {
    std::snprintf(text, sizeof text, "%.*g", digits, v);
    if (std::strtod(text, nullptr) == v || v != v) break;
  }
  return text;
}

/// What C++ calls the type, as LibTorch's messages do.
const char* cpp_name(ScalarType t) {
  switch (t) {
    case kByte:
      return "uint8_t";
    case kChar:
      return "int8_t";
    case kShort:
      return "int16_t";
    case kInt:
      return "int";
    case kLong:
      return "int64_t";
    case kUInt16:
      return "uint16_t";
    case kUInt32:
      return "uint32_t";
    case kUInt64:
      return "uint64_t";
    case kHalf:
      return "at::Half";
    case kBFloat16:
      return "at::BFloat16";
    case kFloat:
      return "float";
    case kDouble:
      return "double";
    case kComplexFloat:
      return "c10::complex<float>";
    default:
      return "of a real number";
  }
}

}  // namespace

void detail::throw_conversion(const Scalar& value, ScalarType to) {
  throw ValueError(cat_str("[Scalar] value cannot be converted to type ", cpp_name(to),
                           " without overflow: it is ", to_string(value)));
}

std::string to_string(const Scalar& s) {
  if (s.isBoolean()) return s.toBool() ? "true" : "false";
  if (s.type() == kUInt64) return std::to_string(s.to<uint64_t>());
  if (s.isIntegral(false)) return std::to_string(s.toLong());
  if (s.isFloatingPoint()) {
    std::string text = number(s.toDouble());
    // 1.0 must not read back as the integer 1.
    if (text.find_first_not_of("-0123456789") == std::string::npos) text += ".0";
    return text;
  }
  const complex<double> c = s.toComplexDouble();
  return "(" + number(c.real_) + "," + number(c.imag_) + ")";
}

void expect_fits(const Scalar& v, ScalarType t) {
  switch (t) {
#define HEARTH_CASE(T, name)                                             \
  case ScalarType::name:                                                 \
    if (v.overflows<T>()) detail::throw_conversion(v, ScalarType::name); \
    return;
    HEARTH_FORALL_SCALAR_TYPES(HEARTH_CASE)
    HEARTH_FORALL_BAREBONES_TYPES(HEARTH_CASE)
#undef HEARTH_CASE
    default:
      return;
  }
}

void store_scalar(void* to, ScalarType t, const Scalar& v) {
  expect_fits(v, t);
  store_rounded(to, t, v);
}

void store_rounded(void* to, ScalarType t, const Scalar& v) {
  switch (t) {
#define HEARTH_CASE(T, name)               \
  case ScalarType::name: {                 \
    const T value = v.rounded<T>();        \
    std::memcpy(to, &value, sizeof value); \
    return;                                \
  }
    HEARTH_FORALL_SCALAR_TYPES(HEARTH_CASE)
    HEARTH_FORALL_BAREBONES_TYPES(HEARTH_CASE)
#undef HEARTH_CASE
    default:
      return;
  }
}

Scalar rounded_to(const Scalar& v, ScalarType t) {
  alignas(16) char value[16];
  store_rounded(value, t, v);
  return load_scalar(value, t);
}

double largest_of(ScalarType t) {
  switch (t) {
    case kHalf:
      return std::numeric_limits<Half>::max();
    case kBFloat16:
      return std::numeric_limits<BFloat16>::max();
    case kFloat:
      return std::numeric_limits<float>::max();
    default:
      return std::numeric_limits<double>::max();
  }
}

Scalar load_scalar(const void* from, ScalarType t) {
  switch (t) {
#define HEARTH_CASE(T, name)                 \
  case ScalarType::name: {                   \
    T value;                                 \
    std::memcpy(&value, from, sizeof value); \
    return Scalar(value);                    \
  }
    HEARTH_FORALL_SCALAR_TYPES(HEARTH_CASE)
    HEARTH_FORALL_BAREBONES_TYPES(HEARTH_CASE)
#undef HEARTH_CASE
    default:
      return {};
  }
}

}  // namespace hearth
