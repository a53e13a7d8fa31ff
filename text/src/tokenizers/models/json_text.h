// SPDX-License-Identifier: Apache-2.0
// JSON as HF's files have it, byte for byte.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace hearth::text {

void append_json_string(std::string& out, std::string_view text);
/// The shortest digits that read back as the same number.
void append_json_number(std::string& out, double value);
void append_json_number(std::string& out, float value);

/// Writes nested objects and arrays, which may be spread over lines.
class JsonText {
 public:
  /// Inside so many objects already.
  JsonText(std::string& out, bool pretty, size_t depth)
      : out_(out), pretty_(pretty), depth_(depth) {}

  void open(char bracket);
  void close(char bracket);
  void key(std::string_view name);
  /// The next element of an array.
  void element();

  void string(std::string_view value) { append_json_string(out_, value); }
  void string_or_null(const std::optional<std::string>& value) {
    value ? append_json_string(out_, *value) : null();
  }
  void number(uint64_t value) { out_ += std::to_string(value); }
  void number(double value) { append_json_number(out_, value); }
  void number(float value) { append_json_number(out_, value); }
  void boolean(bool value) { out_ += value ? "true" : "false"; }
  void null() { out_ += "null"; }

 private:
  void new_line();

  std::string& out_;
  bool pretty_;
  size_t depth_;
  bool first_ = true;
};

class TokenTable;
/// An object of tokens and ids, by id.
void write_vocab(JsonText& json, const TokenTable& tokens);

}  // namespace hearth::text
