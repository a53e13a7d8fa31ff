// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace hearth::datasets {

/// Reads bytes in order from a file or memory, inflating what is gzipped.
class ByteSource {
 public:
  /// Throws FileError unless the file can be opened.
  explicit ByteSource(const std::string& path);
  /// Reads `bytes` bytes that outlive this; `name` stands for them in errors.
  ByteSource(const void* data, size_t bytes, std::string name);
  ~ByteSource();
  ByteSource(const ByteSource&) = delete;
  ByteSource& operator=(const ByteSource&) = delete;

  /// Reads up to n bytes; fewer only at the end. Throws FormatError when the compressed data are
  /// damaged or cut short.
  size_t read(void* out, size_t n);

  /// More bytes than this can not follow, whatever the content.
  uint64_t at_most() const { return at_most_; }

 private:
  struct Impl;
  void start(uint64_t bytes);

  std::string name_;
  uint64_t at_most_ = 0;
  std::unique_ptr<Impl> impl_;
};

}  // namespace hearth::datasets
