// SPDX-License-Identifier: Apache-2.0
// The names that pickles use, and what they mean to the reader.
#pragma once

#include <string_view>

#include "io/pickle_document.h"

namespace hearth::pickle {

/// An element type as files name it.
struct ElementType {
  std::string_view name;     ///< of the dtype: torch.<name>
  std::string_view storage;  ///< of its storage class: <storage>Storage
  ScalarType dtype;          ///< Undefined: a type that Hearth does not have
  uint64_t size;
};

/// Null for what is no dtype of PyTorch.
const ElementType* element_type(std::string_view dtype_name);
const ElementType* element_type_of_storage(std::string_view class_name);
const ElementType& element_type(ScalarType dtype);

struct Constructor {
  Known known = Known::Unknown;
  const ElementType* type = nullptr;  ///< of a Dtype or StorageClass; null for an untyped storage
};
/// What stands behind a global name.
Constructor constructor_of(std::string_view module, std::string_view name);

}  // namespace hearth::pickle
