// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "hearth/base/macros.h"

namespace hearth::data::readers {

/// The bytes of a file or of memory in order, inflated where they are gzipped (by the first bytes,
/// not the name), a buffer at a time.
class HEARTH_API ByteStream {
 public:
  /// A file; "-" is stdin. Throws FileError unless it can be opened.
  explicit ByteStream(const std::string& path);
  /// How bytes in memory are packed.
  enum class Packed {
    Detect,  ///< gzipped, if their first two say so
    Zlib,    ///< a stream of zlib's (RFC 1950)
  };
  /// `bytes` bytes that outlive this; `name` stands for a path in errors.
  ByteStream(const void* data, size_t bytes, std::string name, Packed packed = Packed::Detect);
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
  /// More bytes than this it cannot give, whatever its content; nothing if that is not known
  /// (pipes).
  std::optional<uint64_t> at_most() const;
  const std::string& path() const { return path_; }

 private:
  struct Impl;
  std::string path_;
  uint64_t position_ = 0;
  std::unique_ptr<Impl> impl_;
};

}  // namespace hearth::data::readers
