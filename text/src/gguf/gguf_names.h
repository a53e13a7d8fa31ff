// SPDX-License-Identifier: Apache-2.0
// Whose weight a tensor of a GGUF file is, and how it is laid out there.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace hearth::text {

/// How a tensor differs from Hugging Face's weight.
enum class GgufLayout {
  Same,
  /// Rows of queries: in each head, those of a pair that RoPE turns lie side by side, not half a
  /// head apart.
  TurnedQuery,
  TurnedKey,  ///< the same of keys
  PlusOne,    ///< 1 is added
  Transposed,
};

struct GgufPlace {
  /// Hugging Face's name, of a model with a head; empty for what is no weight of the model.
  std::string name;
  GgufLayout layout = GgufLayout::Same;
};

/// Where a tensor of a model of this "model_type" belongs; none if nobody knows it.
std::optional<GgufPlace> gguf_place(const std::string& model_type, const std::string& tensor);

}  // namespace hearth::text
