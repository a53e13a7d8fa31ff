// SPDX-License-Identifier: Apache-2.0
// The safetensors header: eight bytes of length, JSON, then the tensors' bytes.
#pragma once

#include <string>
#include <vector>

#include "hearth/io/safetensors.h"

#include "tensor/tensor_impl.h"

namespace hearth::safetensors {

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

/// Takes the bytes of a file as they are produced.
class Sink {
 public:
  virtual ~Sink() = default;
  virtual void write(const void* data, size_t size) = 0;
};
void write(Sink& sink, const NamedTensors& tensors, const Metadata& metadata);

}  // namespace hearth::safetensors
