// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "hearth/base/macros.h"

namespace hearth::data::readers {

/// The bytes of a file in order, inflated where it is gzipped (by its first bytes, not its name), a
/// buffer at a time. "-" is stdin.
class HEARTH_API ByteStream {
 public:
  /// Throws FileError unless the file can be opened.
  explicit ByteStream(const std::string& path);
  ~ByteStream();
  ByteStream(const ByteStream&) = delete;
  ByteStream& operator=(const ByteStream&) = delete;

  /// Up to n bytes; fewer only at the end. Throws FileError, or FormatError when compressed data
  /// are damaged or cut short.
  size_t read(void* to, size_t n);
  /// Goes to a position in what read() gives: at once in plain files, by reading in compressed
  /// ones. Throws FormatError when the file is shorter.
  void seek(uint64_t position);
  uint64_t position() const { return position_; }
  const std::string& path() const { return path_; }

 private:
  struct Impl;
  std::string path_;
  uint64_t position_ = 0;
  std::unique_ptr<Impl> impl_;
};

}  // namespace hearth::data::readers
