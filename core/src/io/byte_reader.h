// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "hearth/base/error.h"

namespace hearth {

/// Little-endian numbers and runs of bytes from memory, front to back. Reading past the end throws
/// FormatError with `source` in front.
class ByteReader {
 public:
  ByteReader(std::string_view bytes, std::string source)
      : bytes_(bytes), source_(std::move(source)) {}

  size_t position() const { return at_; }
  size_t size() const { return bytes_.size(); }
  size_t remaining() const { return bytes_.size() - at_; }
  const std::string& source() const { return source_; }

  /// Throws FormatError unless `position` lies within the bytes.
  void seek(uint64_t position) {
    if (position > bytes_.size()) end(position);
    at_ = static_cast<size_t>(position);
  }
  std::string_view take(uint64_t n) {
    if (n > remaining()) end(n);
    const std::string_view run = bytes_.substr(at_, static_cast<size_t>(n));
    at_ += static_cast<size_t>(n);
    return run;
  }
  template <typename T>
  T number() {
    T value;
    std::memcpy(&value, take(sizeof(T)).data(), sizeof(T));
    return value;
  }
  uint8_t u8() { return number<uint8_t>(); }
  uint16_t u16() { return number<uint16_t>(); }
  uint32_t u32() { return number<uint32_t>(); }
  uint64_t u64() { return number<uint64_t>(); }
  /// Up to and past the next newline, without it.
  std::string_view line() {
    const size_t end_of_line = bytes_.find('\n', at_);
    if (end_of_line == std::string_view::npos) end(remaining() + 1);
    const std::string_view text = bytes_.substr(at_, end_of_line - at_);
    at_ = end_of_line + 1;
    return text;
  }

 private:
  [[noreturn]] void end(uint64_t wanted) const {
    throw FormatError(cat_str("[", source_, "] ends early: ", wanted, " bytes are wanted at byte ",
                              at_, " of ", bytes_.size()));
  }

  std::string_view bytes_;
  std::string source_;
  size_t at_ = 0;
};

}  // namespace hearth
