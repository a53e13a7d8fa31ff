// SPDX-License-Identifier: Apache-2.0
#include "hearth/base/dtype.h"

#include <algorithm>
#include <atomic>

#include "hearth/base/error.h"

namespace hearth {

namespace {

constexpr std::string_view kNames[] = {
    "Bool",  "Byte",   "Char",         "Short",         "Int",    "Long",   "Half",   "BFloat16",
    "Float", "Double", "ComplexFloat", "ComplexDouble", "UInt16", "UInt32", "UInt64", "Undefined"};
constexpr std::string_view kPythonNames[] = {
    "bool",    "uint8",   "int8",      "int16",      "int32",  "int64",  "float16", "bfloat16",
    "float32", "float64", "complex64", "complex128", "uint16", "uint32", "uint64",  "undefined"};

constexpr std::string_view kCppNames[] = {"bool",
                                          "unsigned char",
                                          "signed char",
                                          "short int",
                                          "int",
                                          "long int",
                                          "c10::Half",
                                          "c10::BFloat16",
                                          "float",
                                          "double",
                                          "c10::complex<float>",
                                          "c10::complex<double>",
                                          "unsigned short",
                                          "unsigned int",
                                          "unsigned long",
                                          "nullptr (uninitialized)"};

std::atomic<ScalarType> default_dtype{kFloat};

}  // namespace

ScalarType promote_types(ScalarType a, ScalarType b) {
  if (a == b) return a;
  if (a == ScalarType::Undefined) return b;
  if (b == ScalarType::Undefined) return a;
  if (a > b) std::swap(a, b);
  if (is_barebones_unsigned(b)) {
    HEARTH_CHECK_AS(DtypeError, is_floating_point(a), "[promote_types] there is no common type of ",
                    a, " and ", b, "; convert one with .to(dtype)");
    return a;
  }
  // The ladder orders everything except: uint8 with a signed type, half with bfloat16, and
  // complex64 with float64.
  if (a == kByte && b == kChar) return kShort;
  if (a == kHalf && b == kBFloat16) return kFloat;
  if (a == kDouble && b == kComplexFloat) return kComplexDouble;
  return b;
}

bool can_cast(ScalarType from, ScalarType to) {
  if (is_complex(from) && !is_complex(to)) return false;
  if (is_floating_point(from) && is_integral(to, true)) return false;
  if (from != kBool && to == kBool) return false;
  return true;
}

std::string_view to_string(ScalarType t) { return kNames[static_cast<int>(t)]; }
std::string_view dtype_name(ScalarType t) { return kPythonNames[static_cast<int>(t)]; }

std::string_view TypeMeta::name() const { return kCppNames[static_cast<int>(type_)]; }

TypeMeta get_default_dtype() { return default_dtype.load(std::memory_order_relaxed); }

void set_default_dtype(ScalarType t) {
  HEARTH_CHECK_AS(DtypeError, is_floating_point(t),
                  "[set_default_dtype] only floating-point types are supported, got ", t);
  default_dtype.store(t, std::memory_order_relaxed);
}

}  // namespace hearth
