// SPDX-License-Identifier: Apache-2.0
// The format of TensorBoard's event files: TFRecords of protocol buffers.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace hearth::train {

/// CRC-32C (Castagnoli).
uint32_t crc32c(std::string_view bytes);
/// A TFRecord: length, data, and a masked checksum of each.
std::string tf_record(std::string_view data);

/// Fields of one protocol buffer message, in the order they are added.
class Message {
 public:
  Message& integer(int field, int64_t value) {
    key(field, 0);
    varint(static_cast<uint64_t>(value));
    return *this;
  }
  Message& number(int field, double value) { return fixed(field, 1, &value, sizeof value); }
  Message& number32(int field, float value) { return fixed(field, 5, &value, sizeof value); }
  /// Text, bytes or another message.
  Message& bytes(int field, std::string_view value) {
    key(field, 2);
    varint(value.size());
    text_.append(value);
    return *this;
  }
  /// Numbers in one field.
  template <typename Numbers>
  Message& packed(int field, const Numbers& values) {
    return bytes(field, {reinterpret_cast<const char*>(values.data()),
                         values.size() * sizeof(*values.data())});
  }
  const std::string& str() const { return text_; }
  operator std::string_view() const { return text_; }

 private:
  void varint(uint64_t v) {
    for (; v >= 0x80; v >>= 7) text_ += static_cast<char>(v | 0x80);
    text_ += static_cast<char>(v);
  }
  void key(int field, int wire) {
    varint(static_cast<uint64_t>(field) << 3 | static_cast<uint64_t>(wire));
  }
  Message& fixed(int field, int wire, const void* value, size_t size) {
    key(field, wire);
    text_.append(static_cast<const char*>(value), size);
    return *this;
  }
  std::string text_;
};

}  // namespace hearth::train
