// SPDX-License-Identifier: Apache-2.0
// ggml's types of tensors.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "hearth/base/dtype.h"
#include "hearth/ops/blocks.h"

namespace hearth::text {

struct GgmlType {
  uint32_t id;
  std::string_view name;
  ScalarType dtype = ScalarType::Undefined;  ///< of plain numbers
  std::optional<BlockFormat> format;

  /// Whether Hearth reads it.
  bool known() const { return dtype != ScalarType::Undefined || format; }
};

/// Null for a number that no type has.
const GgmlType* ggml_type(uint32_t id);

}  // namespace hearth::text
