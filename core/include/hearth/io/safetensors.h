// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "hearth/tensor/tensor.h"

namespace hearth {
class MappedFile;
}

/// The safetensors format: named tensors and a string-to-string map, in a file that can be mapped.
/// Files are checked as hostile input: every length against the bytes that are there, no holes, no
/// overlap, no duplicate names; what does not hold throws FormatError.
namespace hearth::safetensors {

using NamedTensors = std::vector<std::pair<std::string, Tensor>>;
using Metadata = std::map<std::string, std::string>;

/// An open file. Tensors are made on demand and share its memory (private to this process: writing
/// to one does not change the file), which stays alive as long as one of them does.
class HEARTH_API File {
 public:
  /// Maps the file. Throws FileError or FormatError.
  explicit File(const std::string& path);
  /// One that is mapped already; `path` stands in error messages.
  File(std::shared_ptr<MappedFile> file, const std::string& path);
  /// Reads from memory; `name` stands in error messages. Tensors are copies.
  File(const void* data, size_t size, const std::string& name = "buffer");

  /// Names in the order of their data.
  const std::vector<std::string>& keys() const;
  bool contains(const std::string& name) const;
  /// Throws FormatError for a name that is not there or a type Hearth does not have (float8 ...).
  Tensor tensor(const std::string& name) const;
  IntArrayRef sizes(const std::string& name) const;
  /// Undefined for a type Hearth does not have.
  ScalarType dtype(const std::string& name) const;
  /// The format's name of the type: "F32", "F8_E4M3" ...
  const std::string& type_name(const std::string& name) const;
  const Metadata& metadata() const;
  /// The path, or the name given to the buffer.
  const std::string& source() const;

 private:
  struct Impl;
  std::shared_ptr<const Impl> impl_;
};

/// Every tensor of the file by name, sharing its memory.
HEARTH_API std::map<std::string, Tensor> load_file(const std::string& path);
/// Writes all or nothing: an older file of that name stays until the new one is durable. Tensors of
/// any device and layout; the type complex128 does not exist in the format and throws DtypeError.
HEARTH_API void save_file(const NamedTensors& tensors, const std::string& path,
                          const Metadata& metadata = {});
/// The same in memory.
HEARTH_API std::map<std::string, Tensor> load(const void* data, size_t size);
HEARTH_API std::vector<char> save(const NamedTensors& tensors, const Metadata& metadata = {});

}  // namespace hearth::safetensors
