// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "hearth/data/readers/byte_stream.h"
#include "hearth/tensor/tensor.h"

namespace hearth::audio::feature_files {

/// The bytes of a file in order, with a look at the next one; gzipped files are inflated. Numbers
/// are little-endian. What ends too early throws FormatError.
class Bytes {
 public:
  /// "-" is stdin. Throws FileError.
  explicit Bytes(const std::string& path) : stream_(path) {}
  /// Bytes that outlive this; `name` stands in error messages.
  Bytes(const void* data, size_t size, const std::string& name) : stream_(data, size, name) {}

  /// The next byte, which stays; -1 at the end.
  int peek() { return at_ < end_ || fill() ? static_cast<unsigned char>(buffer_[at_]) : -1; }
  /// The next byte; -1 at the end.
  int get() {
    const int c = peek();
    at_ += c >= 0;
    return c;
  }
  void read(void* to, size_t n);
  template <typename T>
  T number() {
    T value;
    read(&value, sizeof(T));
    return value;
  }
  /// The next bytes as a tensor. That they are there is checked before memory is taken, or, where
  /// nobody knows how many there are (pipes), memory grows with what comes.
  Tensor tensor(IntArrayRef sizes, ScalarType dtype);
  /// Throws unless `n` more bytes may be there.
  void expect(uint64_t n) const;

  uint64_t position() const { return stream_.position() - (end_ - at_); }
  void seek(uint64_t position);
  const std::string& path() const { return stream_.path(); }

 private:
  bool fill();

  data::readers::ByteStream stream_;
  char buffer_[4096];
  size_t at_ = 0, end_ = 0;
};

}  // namespace hearth::audio::feature_files
