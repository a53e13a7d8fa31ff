// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hearth/ops/blocks.h"
#include "hearth/tensor/tensor.h"

namespace hearth::text {

/// A GGUF file of version 2 or 3: metadata, and tensors that are read from the mapped file when
/// they are used. A handle that copies share. Everything in the file is checked when it is opened;
/// errors are FormatErrors that begin with [path].
class HEARTH_API GgufFile {
 public:
  /// Throws FileError and FormatError. Of a model in several files (-00001-of-00003.gguf), each
  /// stands for all, which must lie beside each other.
  explicit GgufFile(const std::string& path);
  /// A file in memory, which is copied; `name` is named in errors.
  GgufFile(const void* data, size_t size, const std::string& name = "gguf");

  uint32_t version() const;
  const std::string& source() const;

  /// Names of metadata, in the file's order.
  const std::vector<std::string>& metadata_keys() const;
  bool has_metadata(std::string_view key) const;
  /// Values by name; FormatError if there is none, or one of another kind. Numbers of any width
  /// count as integers if they are whole.
  bool boolean(std::string_view key) const;
  int64_t integer(std::string_view key) const;
  double number(std::string_view key) const;
  std::string text(std::string_view key) const;
  std::vector<std::string> texts(std::string_view key) const;
  /// Of lists; of a single number, that one.
  std::vector<int64_t> integers(std::string_view key) const;
  std::vector<double> numbers(std::string_view key) const;
  /// `otherwise` if there is none.
  bool boolean(std::string_view key, bool otherwise) const;
  int64_t integer(std::string_view key, int64_t otherwise) const;
  double number(std::string_view key, double otherwise) const;
  std::string text(std::string_view key, std::string_view otherwise) const;

  /// Names of tensors, in the file's order.
  const std::vector<std::string>& keys() const;
  bool contains(std::string_view name) const;
  /// Sizes in PyTorch's order: rows first.
  IntArrayRef sizes(std::string_view name) const;
  /// ggml's name of the type: "F32", "Q4_K".
  std::string type_name(std::string_view name) const;
  /// How the tensor's rows are packed; none for plain numbers.
  std::optional<BlockFormat> format(std::string_view name) const;
  /// On the mapped file: plain numbers in their own type, or bytes (uint8) [..., bytes of a row]
  /// of rows that format() tells of. FormatError for types that Hearth does not read.
  Tensor tensor(std::string_view name) const;
  /// The tensor's numbers, dequantized if need be.
  Tensor numbers_of(std::string_view name, ScalarType dtype = kFloat) const;

 private:
  struct Impl;
  explicit GgufFile(std::shared_ptr<const Impl> impl);
  std::shared_ptr<const Impl> impl_;
};

/// Whether a file begins as GGUF files do; false if it cannot be read.
HEARTH_API bool is_gguf(const std::string& path);

/// The GGUF file that a path means: the path itself, or the only such file, or first file of the
/// only model, of a folder that has neither config.json nor a tokenizer; empty where it means none.
/// Throws ValueError for a folder with several, and names them.
HEARTH_API std::string find_gguf(const std::string& path);

}  // namespace hearth::text
