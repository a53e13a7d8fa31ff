// SPDX-License-Identifier: Apache-2.0
// Numbers and texts as files of MATLAB store them.
#pragma once

#include <cstdint>
#include <string>

#include "hearth/tensor/tensor.h"

namespace hearth::datasets::mat {

/// The types of elements.
enum class Stored : uint32_t {
  None = 0,
  Int8 = 1,
  Uint8 = 2,
  Int16 = 3,
  Uint16 = 4,
  Int32 = 5,
  Uint32 = 6,
  Single = 7,
  Double = 9,
  Int64 = 12,
  Uint64 = 13,
  Matrix = 14,
  Compressed = 15,
  Utf8 = 16,
  Utf16 = 17,
  Utf32 = 18,
};

/// Bytes of a number; 0 of what is none.
uint64_t width_of(Stored type);

/// What the numbers of an array's class (6, double, to 15, uint64) become.
ScalarType type_of(uint8_t array_class, bool logical);

/// Turns the bytes of each number around.
void swap_bytes(const Tensor& raw, uint64_t width);

/// Numbers of a stored type, their bytes uint8 [n * width], as a tensor [n] of another. Throws
/// FormatError for those that it cannot hold.
Tensor converted(const Tensor& raw, Stored type, ScalarType dtype, const std::string& source);

/// Characters of a stored type. What is no text becomes U+FFFD. Throws FormatError for a type that
/// holds no characters.
std::string to_utf8(const std::string& bytes, Stored type, bool swapped, const std::string& source);

}  // namespace hearth::datasets::mat
