// SPDX-License-Identifier: Apache-2.0
// What stands before the tensors of a GGUF file.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "hearth/tensor/tensor.h"

#include "gguf/gguf_types.h"

namespace hearth::text {

/// Types of metadata, as numbered in the file.
enum class GgufValueType : uint32_t {
  U8,
  I8,
  U16,
  I16,
  U32,
  I32,
  F32,
  Bool,
  String,
  Array,
  U64,
  I64,
  F64,
};

/// A value as it lies in the file, checked to be whole.
struct GgufValue {
  std::string key;
  GgufValueType type;  ///< of an array's items
  bool is_array = false;
  uint64_t count = 1;
  std::string_view bytes;
};

struct GgufTensor {
  std::string name;
  std::vector<int64_t> sizes;  ///< rows first
  uint32_t type_id = 0;
  const GgmlType* type = nullptr;  ///< null if nobody knows it
  std::string_view bytes;          ///< empty unless the type is known
};

struct GgufHeader {
  uint32_t version = 0;
  std::vector<GgufValue> values;
  std::vector<GgufTensor> tensors;
};

/// Bytes of a number or bool; 0 for strings and arrays.
size_t size_of(GgufValueType type);

/// The header of a whole file. Throws FormatErrors that begin with [source].
GgufHeader parse_gguf(std::string_view file, const std::string& source);

}  // namespace hearth::text
