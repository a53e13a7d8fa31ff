// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "hearth/tensor/tensor.h"
#include "hearth/text/langid/language_identifier.h"

namespace hearth::text {

struct LanguageIdentifier::Impl {
  /// From a layer that judges the mean of vectors: float [buckets, dim], [languages, dim] and
  /// [languages].
  Impl(std::vector<std::string> names, std::string from, const Tensor& vectors,
       const Tensor& weight, const Tensor& bias);
  explicit Impl(const TensorFile& file);

  std::vector<std::string> languages;
  std::string dataset;
  Tensor vectors;       ///< int8 [buckets, dim]
  Tensor weight, bias;  ///< float [languages, dim], the vectors' scales in them, and [languages]
  int shift = 0;        ///< from a hash to its bucket
};

}  // namespace hearth::text
