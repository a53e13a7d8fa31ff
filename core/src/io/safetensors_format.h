// SPDX-License-Identifier: Apache-2.0
// The safetensors header: eight bytes of length, JSON, then the tensors' bytes.
#pragma once

#include <string>
#include <vector>

#include "hearth/io/safetensors.h"

#include "io/conversion.h"
#include "io/sink.h"
#include "tensor/tensor_impl.h"

namespace hearth::safetensors {

/// The longest header that is read or written.
inline constexpr uint64_t kMostHeader = 100'000'000;

struct Entry {
  std::string name, type;
  ScalarType dtype = ScalarType::Undefined;
  DimVector sizes;
  uint64_t begin = 0, end = 0;  ///< within the data
};

struct Header {
  std::vector<Entry> entries;  ///< in the order of their data
  Metadata metadata;
  uint64_t data_start = 0;
};

/// Parses and checks a whole file; `source` names it in errors.
Header parse_header(const char* data, uint64_t size, const std::string& source);

void write(Sink& sink, const NamedTensors& tensors, const Metadata& metadata,
           const Conversion& conversion = {});

}  // namespace hearth::safetensors
