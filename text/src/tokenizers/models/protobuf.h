// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace hearth::text {

/// Reads a message of protocol buffers field by field. Every length is checked against what is
/// there; FormatError, which begins with [source], where it doesn't fit.
class ProtobufReader {
 public:
  ProtobufReader(std::string_view message, const std::string& source)
      : rest_(message), source_(source) {}

  /// Goes to the next field; false at the end. What was not read of the field before is skipped.
  bool next();
  uint32_t field() const { return field_; }

  /// The field's value. FormatError if it is of another kind.
  uint64_t number();
  int32_t int32() { return static_cast<int32_t>(number()); }
  bool boolean() { return number() != 0; }
  float float32();
  /// A string, or a message.
  std::string_view bytes();

 private:
  enum Kind : uint32_t { kVarint = 0, kEight = 1, kBytes = 2, kFour = 5 };

  uint64_t varint();
  std::string_view take(uint64_t size);
  void expect(Kind kind, const char* what);
  [[noreturn]] void fail(const char* what) const;

  std::string_view rest_;
  std::string source_;
  uint32_t field_ = 0, kind_ = 0;
  bool unread_ = false;
};

}  // namespace hearth::text
